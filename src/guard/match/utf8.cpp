#include "guard/match/utf8.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace spranga::guard {

std::size_t ascii_prefix(std::string_view bytes) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= bytes.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    if ((word & high_bits) != 0) {
      break;
    }
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) {
    ++at;
  }
  return at;
}

void put_character(std::string& out, char32_t c) {
  const auto byte = [&out](char32_t value) { out += static_cast<char>(value); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6));
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

std::size_t find_line_end(std::string_view text, std::size_t& length) {
  constexpr std::array<std::string_view, 11> ends = {"\r\n",
                                                     "\n",
                                                     "\r",
                                                     "\v",
                                                     "\f",
                                                     "\x1c",
                                                     "\x1d",
                                                     "\x1e",
                                                     "\xc2\x85",
                                                     "\xe2\x80\xa8",
                                                     "\xe2\x80\xa9"};
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const auto end : ends) {
      if (text.substr(at).starts_with(end)) {
        length = end.size();
        return at;
      }
    }
  }
  length = 0;
  return text.size();
}

}  // namespace spranga::guard
