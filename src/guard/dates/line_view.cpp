#include "guard/dates/line_view.h"

#include <algorithm>
#include <cstring>

#include "guard/regex/regex.h"
#include "text/utf8.h"

namespace spranga::guard {

namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

bool begins_with_ascii(std::string_view text, std::size_t length) {
  if (length > text.size()) {
    return false;
  }
  std::size_t at = 0;
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  for (std::uint64_t eight = 0; at + sizeof eight <= length; at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & high_bits) != 0) {
      return false;
    }
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                     text.begin() + static_cast<std::ptrdiff_t>(length),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_digit_at(std::string_view line, std::size_t at) {
  return at < line.size() && line[at] >= '0' && line[at] <= '9';
}

bool is_letter_at(std::string_view line, std::size_t at, char last) {
  const auto lower = at < line.size() ? static_cast<char>(line[at] | 0x20) : '\0';
  return lower >= 'a' && lower <= last;
}

bool has_clock(std::string_view line) {
  for (auto at = line.find(':', 1); at != std::string_view::npos; at = line.find(':', at + 1)) {
    if (is_digit_at(line, at - 1) && is_digit_at(line, at + 1)) {
      const auto next = at + (is_digit_at(line, at + 2) ? 3 : 2);
      if (next < line.size() && line[next] == ':' && is_digit_at(line, next + 1)) {
        return true;
      }
    }
  }
  return false;
}

bool has_long_number(std::string_view line) {
  constexpr std::size_t length = 8;
  for (std::size_t at = length - 1; at < line.size(); at += length) {  // one of them is of the run
    auto begin = at;
    while (is_digit_at(line, begin) && begin > 0 && is_digit_at(line, begin - 1)) {
      --begin;
    }
    auto end = at;
    while (is_digit_at(line, end)) {
      ++end;
    }
    if (end - begin >= length) {
      return true;
    }
  }
  return false;
}

bool has_tai64n(std::string_view line) {
  for (auto at = line.find('@'); at != std::string_view::npos; at = line.find('@', at + 1)) {
    if (is_digit_at(line, at + 1) || is_letter_at(line, at + 1, 'f')) {
      return true;
    }
  }
  return false;
}

bool has_month_name(std::string_view line) {
  for (auto at = line.find('/', 1); at != std::string_view::npos; at = line.find('/', at + 1)) {
    if (is_digit_at(line, at - 1) && is_letter_at(line, at + 1, 'z')) {
      return true;
    }
  }
  return false;
}

}  // namespace

LineView::Place LineView::place_of(std::size_t number) const {
  if (begins_with_ascii(line_, number)) {
    return {number, false};
  }
  std::size_t byte = 0;
  std::size_t seen = 0;
  for (; byte < line_.size(); ++byte) {
    if (!is_continuation(line_[byte]) && seen++ == number) {
      return {byte, false};
    }
  }
  return {byte, seen < number};
}

std::size_t LineView::number_of(std::size_t byte) const {
  return begins_with_ascii(line_, byte) ? byte : text::count_characters(line_.substr(0, byte));
}

std::optional<char32_t> LineView::at(Place place) const {
  if (place.beyond || place.byte >= line_.size()) {
    return std::nullopt;
  }
  return text::decode_utf8(line_.substr(place.byte)).code;
}

std::optional<char32_t> LineView::before(Place place) const {
  if (place.beyond || place.byte == 0) {
    return std::nullopt;
  }
  auto start = place.byte - 1;
  while (start > 0 && is_continuation(line_[start])) {
    --start;
  }
  return text::decode_utf8(line_.substr(start)).code;
}

bool LineView::has(Trait trait) const {
  if (!ascii_) {
    ascii_ = begins_with_ascii(line_, line_.size());
  }
  if (!*ascii_) {
    return true;
  }
  constexpr std::array<bool (*)(std::string_view), trait_count> tests{
      has_clock, has_long_number, has_tai64n, has_month_name};
  auto& known = traits_.at(static_cast<std::size_t>(trait));
  if (!known) {
    known = tests.at(static_cast<std::size_t>(trait))(line_);
  }
  return *known;
}

bool is_alphanumeric(char32_t code) {
  if (code < 0x80) {
    return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
           (code >= 'a' && code <= 'z');
  }
  static const auto word = Regex::compile("\\w", {.jit = false});
  std::string text;
  text::append_utf8(text, code);
  Match match;
  return word && word->search(text, match) == MatchStatus::matched;
}

}  // namespace spranga::guard
