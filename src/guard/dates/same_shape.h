// SameShape: a short cut for lines whose date looks like the one before, but for the digits of the
// time of day. For them the last template would find the same place again, and the rest of the date
// is known.
//
// Only for templates made of fields and plain characters, and only where nothing behind the date
// could be taken for more of it: then what is found is decided by the bytes compared here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "guard/dates/date_fields.h"
#include "guard/dates/date_template.h"
#include "text/line_start.h"

namespace spranga::guard {

class SameShape {
public:
  /// What was found in `line`; `anchored`: by a template that is bound to the line's begin.
  void learn(const CompiledTemplate& compiled,
             const Match& match,
             std::string_view line,
             bool anchored,
             const DateFields& fields);

  void forget() { length_ = kept_length_ = 0; }

  /// Whether the last template finds the date of `line` at the same place. Then fields() is the
  /// date.
  [[nodiscard]] bool fits(std::string_view line);

  /// Remembers what of `line`, which fits, decided that; false: that is too much.
  [[nodiscard]] bool keep(std::string_view line);

  /// Whether `line` begins as the one that was kept, so that all is as it was there.
  [[nodiscard]] bool is_repeated(std::string_view line) const {
    return line.size() >= kept_length_ && kept_length_ != 0 &&
           std::memcmp(line.data(), kept_.data(), kept_length_) == 0;
  }

  /// What was kept; "" where nothing was.
  [[nodiscard]] std::string_view kept() const { return {kept_.data(), kept_length_}; }

  /// How lines begin, as the one that was kept did, but with as late a second of that minute, and
  /// no later than `most`. Empty where the date has no seconds or nothing was kept.
  [[nodiscard]] text::LineStart same_minute(int most) const;

  [[nodiscard]] const DateFields& fields() const { return fields_; }

  /// Of the whole match, and of what is cut out.
  [[nodiscard]] std::size_t match_begin() const { return match_begin_; }

  [[nodiscard]] std::size_t match_end() const { return from_ + length_; }

  [[nodiscard]] std::size_t begin() const { return begin_; }

  [[nodiscard]] std::size_t end() const { return end_; }

private:
  static constexpr std::size_t words = 8;
  static constexpr std::size_t longest = words * sizeof(std::uint64_t);

  struct Number {
    std::size_t at{0};  // of two digits, from the beginning of what is compared
    std::int64_t DateFields::*field{nullptr};
    std::int64_t highest{0};
  };

  [[nodiscard]] bool add_number(char letter, std::size_t at, std::string_view text);

  // What is compared: `length_` bytes from `from_` on, but for those that are 0 in `mask_`, which
  // must be digits. Length 0 = nothing is known.
  std::size_t from_{0};
  std::size_t length_{0};
  std::array<char, longest> mask_{};
  std::array<char, longest> bytes_{};
  std::array<Number, 3> numbers_;
  std::size_t number_count_{0};
  std::size_t fraction_from_{0};  // digits of any number, likewise
  std::size_t fraction_end_{0};
  char after_{'\0'};
  DateFields fields_;
  std::array<char, longest + 16> kept_{};
  std::size_t kept_length_{0};
  std::size_t match_begin_{0};
  std::size_t begin_{0};
  std::size_t end_{0};
};

}  // namespace spranga::guard
