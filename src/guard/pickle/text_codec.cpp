#include "guard/pickle/text_codec.h"

#include <charconv>
#include <cstdint>

#include "text/utf8.h"

namespace spranga::guard::pickle {

namespace {

constexpr char32_t first_escape = 0xDC00;  // plus the byte, 0x80 to 0xFF
constexpr char32_t largest_character = 0x10FFFF;

unsigned char byte_of(char c) {
  return static_cast<unsigned char>(c);
}

/// The byte that the three bytes of a surrogate at the start stand for.
std::optional<char> escaped_byte(std::string_view bytes) {
  if (bytes.size() < 3 || byte_of(bytes[0]) != 0xED) {
    return std::nullopt;
  }
  const auto second = byte_of(bytes[1]);
  const auto third = byte_of(bytes[2]);
  const bool low = (second == 0xB2 || second == 0xB3) && (third & 0xC0U) == 0x80;
  return low ? std::optional(static_cast<char>((second & 0x03U) << 6U | (third & 0x3FU)))
             : std::nullopt;
}

bool is_surrogate(char32_t code) {
  return code >= 0xD800 && code <= 0xDFFF;
}

/// A character of an escape: a surrogate that stands for a byte becomes that byte.
bool append_code(std::string& out, char32_t code) {
  if (code > first_escape + 0x7F && code <= first_escape + 0xFF) {
    out += static_cast<char>(code - first_escape);
    return true;
  }
  if (is_surrogate(code) || code > largest_character) {
    return false;
  }
  text::append_utf8(out, code);
  return true;
}

std::optional<char32_t> hexadecimal(std::string_view digits, std::size_t count) {
  std::uint32_t out = 0;
  if (digits.size() < count) {
    return std::nullopt;
  }
  const auto* const end = digits.data() + count;
  const auto read = std::from_chars(digits.data(), end, out, 16);
  return read.ec == std::errc() && read.ptr == end ? std::optional<char32_t>(out) : std::nullopt;
}

/// One escape of a quoted string, behind its backslash.
std::optional<char> quoted_escape(std::string_view& rest) {
  constexpr std::string_view names = "\\'\"abfnrtv";
  constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
  if (rest.empty()) {
    return std::nullopt;
  }
  if (const auto at = names.find(rest[0]); at != std::string_view::npos) {
    rest.remove_prefix(1);
    return meanings[at];
  }
  if (rest[0] != 'x') {
    return std::nullopt;
  }
  const auto code = hexadecimal(rest.substr(1), 2);
  if (!code) {
    return std::nullopt;
  }
  rest.remove_prefix(3);
  return static_cast<char>(*code);
}

}  // namespace

std::optional<std::string> without_surrogates(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    if (const auto byte = escaped_byte(bytes)) {
      out += *byte;
      bytes.remove_prefix(3);
      continue;
    }
    const auto next = text::decode_utf8(bytes);
    if (next.length == 0) {
      return std::nullopt;
    }
    out += bytes.substr(0, next.length);
    bytes.remove_prefix(next.length);
  }
  return out;
}

std::string with_surrogates(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto next = text::decode_utf8(text);
    if (next.length > 0) {
      out += text.substr(0, next.length);
      text.remove_prefix(next.length);
      continue;
    }
    const auto byte = byte_of(text[0]);
    out +=
        {'\xED', static_cast<char>(0xB0U | byte >> 6U), static_cast<char>(0x80U | (byte & 0x3FU))};
    text.remove_prefix(1);
  }
  return out;
}

std::optional<std::string> decode_raw_unicode(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const char c = line[0];
    line.remove_prefix(1);
    if (c != '\\' || line.empty()) {
      text::append_utf8(out, byte_of(c));
      continue;
    }
    const char kind = line[0];
    line.remove_prefix(1);
    if (kind != 'u' && kind != 'U') {
      out += c;
      text::append_utf8(out, byte_of(kind));
      continue;
    }
    const std::size_t count = kind == 'u' ? 4 : 8;
    const auto code = hexadecimal(line, count);
    if (!code || !append_code(out, *code)) {
      return std::nullopt;
    }
    line.remove_prefix(count);
  }
  return out;
}

std::optional<std::string> decode_quoted(std::string_view line) {
  if (line.size() < 2 || line.front() != line.back() ||
      (line.front() != '\'' && line.front() != '"')) {
    return std::nullopt;
  }
  auto rest = line.substr(1, line.size() - 2);
  std::string out;
  while (!rest.empty()) {
    char c = rest[0];
    rest.remove_prefix(1);
    if (c == '\\') {
      const auto meant = quoted_escape(rest);
      if (!meant) {
        return std::nullopt;
      }
      c = *meant;
    }
    out += c;
  }
  return text::is_ascii(out) ? std::optional(out) : std::nullopt;
}

std::optional<std::string> to_latin1(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto next = text::decode_utf8(text);
    if (next.length == 0 || next.code > 0xFF) {
      return std::nullopt;
    }
    out += static_cast<char>(next.code);
    text.remove_prefix(next.length);
  }
  return out;
}

std::string from_latin1(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    text::append_utf8(out, byte_of(c));
  }
  return out;
}

}  // namespace spranga::guard::pickle
