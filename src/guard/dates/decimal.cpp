#include "guard/dates/decimal.h"

#include <algorithm>
#include <array>

#include "text/utf8.h"

namespace spranga::guard {

namespace {

// Each script's zero; its nine others follow (Unicode 14).
constexpr std::array<char32_t, 66> zeros = {
    0x30,    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,
    0xc66,   0xce6,   0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,
    0x1810,  0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,
    0xa8d0,  0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0,
    0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2,
    0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0};

constexpr std::int64_t highest_integer = 1'000'000'000'000'000;

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\v\f\r\x1c\x1d\x1e\x1f";
  const auto from = text.find_first_not_of(blanks);
  return from == std::string_view::npos
             ? std::string_view{}
             : text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

}  // namespace

std::optional<int> take_digit(std::string_view& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  if (text.front() >= '0' && text.front() <= '9') {
    const int digit = text.front() - '0';
    text.remove_prefix(1);
    return digit;
  }
  const auto [code, length] = text::decode_utf8(text);
  if (length < 2) {
    return std::nullopt;
  }
  const auto* zero = std::ranges::upper_bound(zeros, code) - 1;
  if (code - *zero > 9) {
    return std::nullopt;
  }
  text.remove_prefix(length);
  return static_cast<int>(code - *zero);
}

std::optional<std::int64_t> read_integer(std::string_view text) {
  text = without_blanks(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  std::int64_t value = 0;
  bool after_digit = false;
  while (!text.empty()) {
    if (after_digit && text.front() == '_') {
      text.remove_prefix(1);
      after_digit = false;
      continue;
    }
    const auto digit = take_digit(text);
    if (!digit) {
      return std::nullopt;
    }
    value = std::min(value * 10 + *digit, highest_integer);
    after_digit = true;
  }
  if (!after_digit) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

std::optional<std::string> plain_number(std::string_view text) {
  std::string out;
  bool point = false;
  while (!text.empty()) {
    if (text.front() == '.' && !point) {
      point = true;
      out += '.';
      text.remove_prefix(1);
      continue;
    }
    const auto digit = take_digit(text);
    if (!digit) {
      return std::nullopt;
    }
    out += static_cast<char>('0' + *digit);
  }
  return out.empty() || out == "." ? std::nullopt : std::optional(std::move(out));
}

}  // namespace spranga::guard
