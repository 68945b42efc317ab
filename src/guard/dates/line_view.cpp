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

const LineView::Traits& LineView::traits() const {
  if (!traits_) {
    traits_ = traits_of(line_);
  }
  return *traits_;
}

LineView::Traits traits_of(std::string_view line) {
  constexpr std::size_t long_number = 8;
  if (!begins_with_ascii(line, line.size())) {
    return {true, true, true};
  }
  const auto digit = [&](std::size_t at) {
    return at < line.size() && line[at] >= '0' && line[at] <= '9';
  };
  LineView::Traits out;
  std::size_t digits = 0;  // in a row, up to here
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (digit(at)) {
      ++digits;
      out.long_number = out.long_number || digits >= long_number;
      continue;
    }
    if (line[at] == ':' && digits > 0 && digit(at + 1)) {
      const auto next = at + (digit(at + 2) ? 3 : 2);
      out.clock = out.clock || (next < line.size() && line[next] == ':' && digit(next + 1));
    }
    const bool letter = at + 1 < line.size() && line[at + 1] >= 'a' && line[at + 1] <= 'f';
    out.tai64n = out.tai64n || (line[at] == '@' && (digit(at + 1) || letter));
    digits = 0;
  }
  return out;
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
