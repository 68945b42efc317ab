#include "guard/dates/same_shape.h"

#include <algorithm>
#include <cstring>

#include "text/ascii.h"
#include "text/utf8.h"

namespace spranga::guard {

namespace {

bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Whether no part of a date may go on in `rest`, which comes behind it: no fraction, no zone, no
/// year, no other digit.
bool ends_for_good(std::string_view rest) {
  constexpr std::string_view closing = "]>):;\"'|}";
  if (closing.find(rest[0]) != std::string_view::npos) {
    return true;
  }
  constexpr std::string_view opening = "[(<{\"'/*_=#";
  const char next = rest[1];
  const bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
  const bool zone = text::equal_ignoring_case(rest.substr(1, 1), "z") ||
                    text::equal_ignoring_case(rest.substr(1, 2), "ut") ||
                    text::equal_ignoring_case(rest.substr(1, 2), "gm");
  return rest[0] == ' ' && ((letter && !zone) || (is_ascii_digit(next) && next != '2') ||
                            opening.find(next) != std::string_view::npos);
}

}  // namespace

bool SameShape::add_number(char letter, std::size_t at, std::string_view text) {
  constexpr std::int64_t last_hour = 23;
  constexpr std::int64_t last_minute = 59;
  if (text.size() != 2 || !is_ascii_digit(text[0]) || !is_ascii_digit(text[1]) ||
      number_count_ == numbers_.size()) {
    return false;
  }
  auto& number = numbers_.at(number_count_++);
  number.at = at;
  number.field = letter == 'H'   ? &DateFields::hour
                 : letter == 'M' ? &DateFields::minute
                                 : &DateFields::second;
  number.highest = letter == 'H' ? last_hour : last_minute;
  mask_.at(at) = mask_.at(at + 1) = 0;
  return true;
}

void SameShape::learn(const CompiledTemplate& compiled,
                      const Match& match,
                      std::string_view line,
                      bool anchored,
                      const DateFields& fields) {
  forget();
  const auto from = anchored ? 0 : match.begin() - std::min<std::size_t>(match.begin(), 1);
  const auto end = match.end();
  if (end < from + sizeof(std::uint64_t) || end - from > longest || end + 2 > line.size() ||
      !match.has(1) || !ends_for_good(line.substr(end)) || !text::is_ascii(line.substr(0, end))) {
    return;
  }
  number_count_ = 0;
  fraction_from_ = fraction_end_ = 0;
  mask_.fill('\xFF');
  for (const auto& [group, letter] : compiled.fields) {
    if (!match.has(group)) {
      continue;
    }
    const auto at = match.begin(group) - from;
    if (letter == 'f') {
      fraction_from_ = at;
      fraction_end_ = match.end(group) - from;
      std::fill(mask_.begin() + static_cast<std::ptrdiff_t>(fraction_from_),
                mask_.begin() + static_cast<std::ptrdiff_t>(fraction_end_),
                '\0');
    } else if ((letter == 'H' || letter == 'M' || letter == 'S') &&
               !add_number(letter, at, *match.group(group))) {
      return;
    }
  }
  const auto text = line.substr(from, end - from);
  for (std::size_t i = 0; i < longest; ++i) {
    bytes_.at(i) = static_cast<char>((i < text.size() ? text[i] : '\0') & mask_.at(i));
  }
  from_ = from;
  length_ = text.size();
  after_ = line[end];
  fields_ = fields;
  match_begin_ = match.begin();
  begin_ = match.begin(1);
  end_ = match.end(1);
}

bool SameShape::keep(std::string_view line) {
  const auto decisive = from_ + length_ + 3;  // as far as ends_for_good() looks
  kept_length_ = decisive <= std::min(kept_.size(), line.size()) ? decisive : 0;
  std::copy_n(line.data(), kept_length_, kept_.data());
  return kept_length_ != 0;
}

bool SameShape::same_word(const char* text, std::size_t at) const {
  std::uint64_t is = 0;
  std::uint64_t was = 0;
  std::uint64_t mask = 0;
  std::memcpy(&is, text + at, sizeof is);
  std::memcpy(&was, bytes_.data() + at, sizeof was);
  std::memcpy(&mask, mask_.data() + at, sizeof mask);
  return (is & mask) == was;
}

bool SameShape::fits(std::string_view line) {
  const auto end = from_ + length_;
  if (length_ == 0 || line.size() < end + 2 || line[end] != after_ ||
      !ends_for_good(line.substr(end))) {
    return false;
  }
  const char* text = line.data() + from_;
  const auto last_word = length_ - sizeof(std::uint64_t);
  for (std::size_t at = 0; at < last_word; at += sizeof(std::uint64_t)) {
    if (!same_word(text, at)) {
      return false;
    }
  }
  if (!same_word(text, last_word)) {
    return false;
  }
  for (std::size_t i = 0; i < number_count_; ++i) {
    const auto& number = numbers_.at(i);
    const char tens = text[number.at];
    const char ones = text[number.at + 1];
    const std::int64_t value = (tens - '0') * 10 + (ones - '0');
    if (!is_ascii_digit(tens) || !is_ascii_digit(ones) || value > number.highest) {
      return false;
    }
    fields_.*number.field = value;
  }
  return std::all_of(text + fraction_from_, text + fraction_end_, is_ascii_digit) &&
         text::is_ascii(line.substr(0, from_));
}

}  // namespace spranga::guard
