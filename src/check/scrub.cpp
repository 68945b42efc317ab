#include "check/scrub.h"

#include <algorithm>

#include "smtp/sasl.h"

namespace spranga::check {

namespace {

constexpr std::string_view hidden_shape = "********";
constexpr std::size_t shortest_core = 6;  // of base64; a shorter one would hide innocent text

void replace_all(std::string& text, const std::vector<std::string>& shapes) {
  for (const auto& shape : shapes) {
    for (auto at = text.find(shape); at != std::string::npos; at = text.find(shape, at)) {
      text.replace(at, shape.size(), hidden_shape);
      at += hidden_shape.size();
    }
  }
}

void scrub(words::Phrase& phrase, const std::vector<std::string>& shapes) {
  for (auto& value : phrase.values) {
    replace_all(value, shapes);
  }
}

void scrub(std::vector<words::Phrase>& phrases, const std::vector<std::string>& shapes) {
  for (auto& phrase : phrases) {
    scrub(phrase, shapes);
  }
}

void scrub(std::vector<finding::Line>& lines, const std::vector<std::string>& shapes) {
  for (auto& line : lines) {
    replace_all(line.text, shapes);
  }
}

void sort_longest_first(std::vector<std::string>& shapes) {
  std::ranges::stable_sort(shapes, std::ranges::greater{}, &std::string::size);
}

std::vector<std::string> all_shapes(const Credentials& credentials) {
  auto out = shapes_of(credentials.password.reveal());
  if (!out.empty()) {
    out.push_back(smtp::plain_response(credentials.user, credentials.password.reveal()));
    out.push_back(smtp::base64(credentials.password.reveal()));
  }
  const auto token = shapes_of(credentials.oauth2_token.reveal());
  out.insert(out.end(), token.begin(), token.end());
  sort_longest_first(out);
  return out;
}

}  // namespace

std::vector<std::string> shapes_of(std::string_view secret) {
  std::vector<std::string> out;
  if (secret.empty()) {
    return out;
  }
  out.emplace_back(secret);
  for (std::size_t before = 0; before < 3; ++before) {
    const auto encoded = smtp::base64(std::string(before, '\0').append(secret));
    // The first characters mix with what stands before, the last with what follows.
    const std::size_t from = before == 0 ? 0 : before + 1;
    const std::size_t whole = (before + secret.size()) * 8 / 6;  // characters of whole secret bits
    if (whole >= from + shortest_core) {
      out.push_back(encoded.substr(from, whole - from));
    }
  }
  sort_longest_first(out);
  return out;
}

void scrub(finding::Report& report, const CheckSettings& settings) {
  const auto shapes =
      settings.credentials ? all_shapes(*settings.credentials) : std::vector<std::string>{};
  if (shapes.empty()) {
    return;
  }
  for (auto& finding : report.findings) {
    scrub(finding.summary, shapes);
    scrub(finding.also, shapes);
    scrub(finding.evidence, shapes);
  }
  for (auto& dialogue : report.dialogues) {
    scrub(dialogue.lines, shapes);
  }
  for (auto& rule : report.rules) {
    scrub(rule.open, shapes);
    scrub(rule.in_favour, shapes);
  }
  scrub(report.remarks, shapes);
  scrub(report.trouble, shapes);
}

}  // namespace spranga::check
