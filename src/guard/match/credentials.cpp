#include "guard/match/credentials.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "text/ascii.h"

namespace spranga::guard {

namespace {

constexpr std::string_view hidden = "***";

constexpr std::array mechanisms{std::string_view("PLAIN"),
                                std::string_view("LOGIN"),
                                std::string_view("CRAM-MD5"),
                                std::string_view("DIGEST-MD5"),
                                std::string_view("NTLM"),
                                std::string_view("XOAUTH2"),
                                std::string_view("OAUTHBEARER"),
                                std::string_view("EXTERNAL"),
                                std::string_view("GSSAPI"),
                                std::string_view("SCRAM-")};

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '=';
}

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::size_t skip_blanks(std::string_view line, std::size_t at) {
  while (at < line.size() && is_blank(line[at])) {
    ++at;
  }
  return at;
}

/// Behind "AUTH MECHANISM " at `at`; npos where that is not what stands there.
std::size_t behind_auth(std::string_view line, std::size_t at) {
  constexpr std::string_view verb = "AUTH";
  if (!text::starts_with_ignoring_case(line.substr(at), verb) ||
      (at > 0 && is_letter(line[at - 1]))) {
    return std::string_view::npos;
  }
  auto next = skip_blanks(line, at + verb.size());
  if (next == at + verb.size()) {
    return std::string_view::npos;
  }
  const auto end = std::min(line.find_first_of(" \t", next), line.size());
  const auto name = line.substr(next, end - next);
  // The name as a client sends it; behind `"AUTH LOGIN"` in quotation marks stands no secret.
  const bool is_name = std::ranges::all_of(
      name, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
  if (!is_name) {
    return std::string_view::npos;
  }
  if (std::ranges::none_of(mechanisms, [&](std::string_view mechanism) {
        return text::starts_with_ignoring_case(name, mechanism);
      })) {
    return std::string_view::npos;
  }
  return skip_blanks(line, end);
}

/// The credentials of each AUTH command, cut short or not.
void hide_initial_responses(std::string& line) {
  for (std::size_t at = 0; (at = line.find_first_of("Aa", at)) != std::string::npos;) {
    const auto from = behind_auth(line, at);
    if (from == std::string_view::npos) {
      ++at;
      continue;
    }
    const auto to =
        std::find_if_not(line.begin() + static_cast<std::ptrdiff_t>(from), line.end(), is_base64);
    const auto length = static_cast<std::size_t>(to - line.begin()) - from;
    if (length > 0) {
      line.replace(from, length, hidden);
    }
    at = from;
  }
}

/// A command of one word that may be base64. Verbs are letters of one case, and are no secret.
bool is_secret_word(std::string_view word) {
  const bool verb = std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; }) ||
                    std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
  return word.size() >= 4 && word.size() % 4 == 0 && !verb && std::ranges::all_of(word, is_base64);
}

/// The word in quotation marks behind each `before`.
void hide_quoted(std::string& line, std::string_view before, bool whatever) {
  for (std::size_t at = 0; (at = line.find(before, at)) != std::string::npos;) {
    at += before.size();
    const auto end = line.find('"', at);
    if (end == std::string::npos) {
      return;
    }
    if (whatever || is_secret_word(std::string_view(line).substr(at, end - at))) {
      line.replace(at, end - at, hidden);
    }
  }
}

/// Everything from behind `before` up to the last `behind`.
void hide_between(std::string& line, std::string_view before, std::string_view behind) {
  const auto from = line.find(before);
  const auto to = line.rfind(behind);
  if (from != std::string::npos && to != std::string::npos && to >= from + before.size()) {
    line.replace(from + before.size(), to - from - before.size(), hidden);
  }
}

}  // namespace

std::string hide_credentials(std::string_view line) {
  std::string out(line);
  hide_initial_responses(out);
  for (const std::string_view quoted : {"SMTP syntax error in \"", "command=\"", "(last was \""}) {
    hide_quoted(out, quoted, false);
  }
  if (out.find("AUTH decode64 error [") != std::string::npos) {
    hide_quoted(out, " for \"", true);
  }
  if (out.find("AUTH failure (") != std::string::npos &&
      out.find("All-whitespace username") != std::string::npos) {
    hide_between(out, ", user=", ", relay=");
  }
  hide_between(out, "given password: ", ")");
  return out;
}

}  // namespace spranga::guard
