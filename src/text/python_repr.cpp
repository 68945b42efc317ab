#include "text/python_repr.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "text/utf8.h"

namespace spranga::text {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

#include "text/printable_table.inc"

bool is_printable(char32_t c) {
  if (c < 0x80) {
    return c >= 0x20 && c != 0x7f;
  }
  const auto* const next =
      std::upper_bound(std::begin(not_printable),
                       std::end(not_printable),
                       c,
                       [](char32_t value, const Range& range) { return value < range.first; });
  return next == std::begin(not_printable) || c > std::prev(next)->last;
}

/// \xNN, \uNNNN, \UNNNNNNNN.
void append_number(std::string& out, char32_t code) {
  constexpr std::string_view digits = "0123456789abcdef";
  const int length = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
  out += '\\';
  out += length == 2 ? 'x' : length == 4 ? 'u' : 'U';
  for (int i = length - 1; i >= 0; --i) {
    out += digits[code >> (4 * i) & 0xf];
  }
}

void append_character(std::string& out, std::string_view bytes, char32_t code, char quote) {
  constexpr std::string_view named = "\n\r\t";
  constexpr std::string_view letters = "nrt";
  const auto known = code < 0x80 ? named.find(static_cast<char>(code)) : std::string_view::npos;
  if (code == static_cast<char32_t>(quote) || code == '\\') {
    out += '\\';
    out += bytes;
  } else if (known != std::string_view::npos) {
    out += '\\';
    out += letters[known];
  } else if (is_printable(code)) {
    out += bytes;
  } else {
    append_number(out, code);
  }
}

}  // namespace

std::string python_repr(std::string_view text) {
  constexpr char32_t escaped_byte = 0xDC00;
  const bool has_single = text.find('\'') != std::string_view::npos;
  const bool has_double = text.find('"') != std::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string out(1, quote);
  while (!text.empty()) {
    const auto character = decode_utf8(text);
    if (character.length == 0) {
      append_number(out, escaped_byte + static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
    } else {
      append_character(out, text.substr(0, character.length), character.code, quote);
      text.remove_prefix(character.length);
    }
  }
  return out + quote;
}

std::string python_bytes_repr(std::string_view bytes) {
  const bool twofold =
      bytes.find('\'') != std::string_view::npos && bytes.find('"') == std::string_view::npos;
  const char quote = twofold ? '"' : '\'';
  std::string out = {'b', quote};
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      append_character(out, {&c, 1}, byte, quote);
    } else {
      append_number(out, byte);
    }
  }
  return out += quote;
}

}  // namespace spranga::text
