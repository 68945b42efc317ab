#include "smtp/capabilities.h"

#include <algorithm>

#include "text/ascii.h"

namespace spranga::smtp {

namespace {

void add_mechanisms(std::string_view parameters, std::vector<std::string>& out) {
  for (const auto word : text::split_words(parameters)) {
    if (out.size() == max_mechanisms) {
      return;
    }
    auto name = text::to_upper(word);
    if (std::ranges::find(out, name) == out.end()) {
      out.push_back(std::move(name));
    }
  }
}

}  // namespace

bool Capabilities::has(std::string_view keyword) const {
  return std::ranges::any_of(keywords, [&](const auto& entry) { return entry.first == keyword; });
}

bool Capabilities::offers(std::string_view mechanism) const {
  return std::ranges::find(mechanisms, mechanism) != mechanisms.end();
}

Capabilities parse_capabilities(const Reply& ehlo) {
  Capabilities out;
  out.extended = ehlo.ok();
  if (!ehlo.ok() || ehlo.lines.empty()) {
    return out;
  }
  const auto first = text::split_words(ehlo.lines.front());
  out.greeting_name = first.empty() ? "" : std::string(first.front());
  for (auto line = ehlo.lines.begin() + 1; line != ehlo.lines.end(); ++line) {
    const auto trimmed = text::trim(*line);
    const auto end = std::min(trimmed.find_first_of(" \t="), trimmed.size());
    auto keyword = text::to_upper(trimmed.substr(0, end));
    const auto parameters = text::trim(trimmed.substr(std::min(end + 1, trimmed.size())));
    if (keyword == "AUTH") {
      add_mechanisms(parameters, out.mechanisms);
    }
    if (!keyword.empty()) {
      out.keywords.emplace_back(std::move(keyword), std::string(parameters));
    }
  }
  return out;
}

}  // namespace spranga::smtp
