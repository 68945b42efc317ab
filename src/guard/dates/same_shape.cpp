#include "guard/dates/same_shape.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"
#include "text/utf8.h"

namespace spranga::guard {

namespace {

/// Whether what begins with this byte, behind a date and a blank, is no more of the date; of
/// letters may_be_zone() says more.
constexpr std::array<bool, 256> begins_text = [] {
  constexpr std::string_view opening = "[(<{\"'/*_=#";
  std::array<bool, 256> out{};
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const char lower = text::to_lower(c);
    out.at(static_cast<std::size_t>(byte)) = (lower >= 'a' && lower <= 'z') ||
                                             (text::is_digit(c) && c != '2') ||
                                             opening.find(c) != std::string_view::npos;
  }
  return out;
}();

bool may_be_zone(char first, char second) {
  const char a = text::to_lower(first);
  const char b = text::to_lower(second);
  return a == 'z' || (a == 'u' && b == 't') || (a == 'g' && b == 'm');
}

/// Whether no part of a date may go on in `rest`, which comes behind it: no fraction, no zone, no
/// year, no other digit. `rest` is two bytes or more.
bool ends_for_good(std::string_view rest) {
  constexpr std::string_view closing = "]>):;\"'|}";
  if (rest[0] != ' ') {
    const bool minutes = rest[0] == ':' && text::is_digit(rest[1]);  // of a zone
    return !minutes && closing.find(rest[0]) != std::string_view::npos;
  }
  return begins_text.at(static_cast<unsigned char>(rest[1])) &&
         !may_be_zone(rest[1], rest.size() > 2 ? rest[2] : '\0');
}

}  // namespace

bool SameShape::add_number(char letter, std::size_t at, std::string_view text) {
  constexpr std::int64_t last_hour = 23;
  constexpr std::int64_t last_minute = 59;
  if (text.size() != 2 || !text::is_digit(text[0]) || !text::is_digit(text[1]) ||
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

bool SameShape::fits(std::string_view line) {
  const auto end = from_ + length_;
  if (length_ == 0 || line.size() < end + 2 || line[end] != after_ ||
      !ends_for_good(line.substr(end)) || !text::is_ascii(line.substr(0, from_))) {
    return false;
  }
  const char* text = line.data() + from_;
  if (!text::same_but_digits(text, bytes_.data(), mask_.data(), length_)) {
    return false;
  }
  for (std::size_t i = 0; i < number_count_; ++i) {
    const auto& number = numbers_.at(i);
    const std::int64_t value = (text[number.at] - '0') * 10 + (text[number.at + 1] - '0');
    if (value > number.highest) {
      return false;
    }
    fields_.*number.field = value;
  }
  return true;
}

text::LineStart SameShape::same_minute(int most) const {
  const auto is_second = [](const Number& number) { return number.field == &DateFields::second; };
  const auto* const end = numbers_.begin() + number_count_;
  const auto* const second = std::find_if(numbers_.begin(), end, is_second);
  text::LineStart start(kept());
  if (start.empty() || second == end) {
    return {};
  }
  start.free_digits(from_ + fraction_from_, fraction_end_ - fraction_from_);
  start.let_rise(from_ + second->at, static_cast<int>(fields_.second), most);
  return start;
}

}  // namespace spranga::guard
