#include "text/escape.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "text/utf8.h"

namespace spranga::text {

namespace {

/// Characters that hide or reorder what stands beside them.
bool is_deceptive(std::uint32_t code) {
  struct Range {
    std::uint32_t from;
    std::uint32_t to;
  };

  constexpr std::array ranges = {Range{0x80, 0x9F},
                                 Range{0xAD, 0xAD},
                                 Range{0x34F, 0x34F},
                                 Range{0x61C, 0x61C},
                                 Range{0x115F, 0x1160},
                                 Range{0x17B4, 0x17B5},
                                 Range{0x180B, 0x180F},
                                 Range{0x200B, 0x200F},
                                 Range{0x2028, 0x202E},
                                 Range{0x2060, 0x206F},
                                 Range{0x3164, 0x3164},
                                 Range{0xFE00, 0xFE0F},
                                 Range{0xFEFF, 0xFEFF},
                                 Range{0xFFA0, 0xFFA0},
                                 Range{0xFFF0, 0xFFFB},
                                 Range{0xE0000, 0xE0FFF}};
  for (const auto& range : ranges) {
    if (code >= range.from && code <= range.to) {
      return true;
    }
  }
  return false;
}

/// How many printable ASCII bytes it begins with: most texts have no others.
std::size_t plain_at_front(std::string_view bytes) {
  const auto* const odd = std::ranges::find_if(bytes, [](char c) { return c < ' ' || c > '~'; });
  return static_cast<std::size_t>(odd - bytes.begin());
}

constexpr std::string_view hex_digits = "0123456789ABCDEF";

void append_byte(std::string& out, unsigned char byte) {
  switch (byte) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\0':
      out += "\\0";
      return;
    default:
      break;
  }
  out += "\\x";
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 0x0FU];
}

void append_code(std::string& out, std::uint32_t code) {
  std::string digits;
  for (; code != 0; code >>= 4U) {
    digits.insert(digits.begin(), hex_digits[code & 0x0FU]);
  }
  out += "\\u{" + digits + "}";
}

void append_unit(std::string& out, std::uint32_t unit) {
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    out += hex_digits[(unit >> shift) & 0x0FU];
  }
}

/// UTF-16, as JSON wants it.
void append_units(std::string& out, std::uint32_t code) {
  constexpr std::uint32_t first_pair = 0x10000;
  if (code < first_pair) {
    append_unit(out, code);
    return;
  }
  append_unit(out, 0xD800U + ((code - first_pair) >> 10U));
  append_unit(out, 0xDC00U + ((code - first_pair) & 0x3FFU));
}

}  // namespace

std::string escape(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  append_escaped(out, bytes);
  return out;
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (;;) {
    const auto plain = plain_at_front(bytes);
    out.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) {
      return;
    }
    const auto [code, length] = decode_utf8(bytes);
    const auto first = static_cast<unsigned char>(bytes.front());
    if (length == 0 || (length == 1 && (code < 0x20 || code == 0x7F))) {
      append_byte(out, first);
      bytes.remove_prefix(1);
      continue;
    }
    if (is_deceptive(code)) {
      append_code(out, code);
    } else {
      out.append(bytes.substr(0, length));
    }
    bytes.remove_prefix(length);
  }
}

std::string escape_json(std::string_view json) {
  std::string out;
  while (!json.empty()) {
    const auto [code, length] = decode_utf8(json);
    const bool is_between = code == '\n' || code == '\t';  // of no string
    if (length == 0 || code == 0x7F || is_deceptive(code) || (code < 0x20 && !is_between)) {
      append_units(out, length == 0 ? replacement_character : code);
    } else {
      out.append(json.substr(0, length));
    }
    json.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string escape_clipped(std::string_view bytes, std::size_t limit) {
  auto out = escape(bytes.substr(0, limit));
  if (out.size() <= limit && bytes.size() <= limit) {
    return out;
  }
  constexpr std::string_view ellipsis = "…";
  if (limit < ellipsis.size()) {
    return "";
  }
  auto end = limit > ellipsis.size() ? limit - ellipsis.size() : 0;
  end = end < out.size() ? end : out.size();
  while (end > 0 && end < out.size() && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80) {
    --end;
  }
  out.resize(end);
  out += ellipsis;
  return out;
}

}  // namespace spranga::text
