#include "words/elsewhere.h"

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace spranga::words {

namespace {

constexpr std::array rows_of_elsewhere = {
#define SPRANGA_ELSEWHERE(english, italian) ElsewhereRow{english, italian},
#include "words/it/elsewhere.inc"
#undef SPRANGA_ELSEWHERE
};

constexpr std::size_t mark_length = 3;  // "{0}"

// A message of ours is never longer. Values are translated too, so this bounds how deep that goes.
constexpr std::size_t longest_message = 1000;

/// Where the next "{0}" is; the end of the text where there is none.
std::size_t next_mark(std::string_view pattern, std::size_t from) {
  for (auto at = pattern.find('{', from); at != std::string_view::npos;
       at = pattern.find('{', at + 1)) {
    if (at + 2 < pattern.size() && pattern[at + 2] == '}' && pattern[at + 1] >= '0' &&
        pattern[at + 1] <= '9') {
      return at;
    }
  }
  return pattern.size();
}

/// What stands for {0}, {1}, … of the pattern, as short as can be; nullopt where it does not fit.
std::optional<std::vector<std::string_view>> fit(std::string_view pattern, std::string_view text) {
  auto mark = next_mark(pattern, 0);
  if (!text.starts_with(pattern.substr(0, mark))) {
    return std::nullopt;
  }
  std::vector<std::string_view> values;
  auto at = mark;  // in the text: everything before it is used up
  while (mark < pattern.size()) {
    const auto begin = mark + mark_length;
    mark = next_mark(pattern, begin);
    const auto literal = pattern.substr(begin, mark - begin);
    const bool last = mark == pattern.size();
    if (last && text.size() - at < literal.size()) {
      return std::nullopt;
    }
    const auto found = last ? text.size() - literal.size() : text.find(literal, at);
    if (found == std::string_view::npos || (last && !text.ends_with(literal))) {
      return std::nullopt;
    }
    values.push_back(text.substr(at, found - at));
    at = found + literal.size();
  }
  return at == text.size() ? std::optional(std::move(values)) : std::nullopt;
}

/// The row's Italian with the values in it, each translated where a row knows it.
std::string fill(std::string_view pattern, const std::vector<std::string_view>& values) {
  std::string out;
  std::size_t at = 0;
  for (auto mark = next_mark(pattern, 0); mark < pattern.size(); mark = next_mark(pattern, at)) {
    out += pattern.substr(at, mark - at);
    const auto index = static_cast<std::size_t>(pattern[mark + 1] - '0');
    out += index < values.size() ? translate(values[index], Language::italian) : "";
    at = mark + mark_length;
  }
  return out.append(pattern.substr(at));
}

}  // namespace

std::span<const ElsewhereRow> elsewhere_rows() {
  return rows_of_elsewhere;
}

std::string translate(std::string_view text, Language language) {
  if (language == Language::italian && text.size() <= longest_message) {
    for (const auto& row : rows_of_elsewhere) {
      if (const auto values = fit(row.english, text)) {
        return fill(row.italian, *values);
      }
    }
  }
  return std::string(text);
}

}  // namespace spranga::words
