#include "text/utf8.h"

#include <array>

namespace spranga::text {

namespace {

struct LeadByte {
  std::size_t length{0};       // of the whole character; 0 = no character begins so
  unsigned char lowest{0x80};  // of the second byte
  unsigned char highest{0xBF};
};

LeadByte lead_byte(unsigned char first) {
  if (first < 0x80) {
    return {1};
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return {2};
  }
  if (first >= 0xE0 && first <= 0xEF) {
    return {3,
            static_cast<unsigned char>(first == 0xE0 ? 0xA0 : 0x80),
            static_cast<unsigned char>(first == 0xED ? 0x9F : 0xBF)};
  }
  if (first >= 0xF0 && first <= 0xF4) {
    return {4,
            static_cast<unsigned char>(first == 0xF0 ? 0x90 : 0x80),
            static_cast<unsigned char>(first == 0xF4 ? 0x8F : 0xBF)};
  }
  return {};
}

/// Bytes at the start of `bytes` that could begin a character: its whole length where it is whole,
/// else what one U+FFFD stands for (at least 1).
std::size_t well_formed_part(std::string_view bytes, bool& whole) {
  const auto lead = lead_byte(static_cast<unsigned char>(bytes.front()));
  std::size_t at = 1;
  for (; at < lead.length && at < bytes.size(); ++at) {
    const auto next = static_cast<unsigned char>(bytes[at]);
    const bool fits =
        at == 1 ? next >= lead.lowest && next <= lead.highest : next >= 0x80 && next <= 0xBF;
    if (!fits) {
      break;
    }
  }
  whole = at == lead.length;
  return at;
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) {
  bool whole = true;
  for (auto at = ascii_prefix(bytes); at < bytes.size(); at = ascii_prefix(bytes, at)) {
    at += well_formed_part(bytes.substr(at), whole);
    if (!whole) {
      return false;
    }
  }
  return true;
}

std::string to_valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 16);
  for (std::size_t at = 0; at < bytes.size();) {
    const auto end = ascii_prefix(bytes, at);
    out += bytes.substr(at, end - at);
    at = end;
    if (at < bytes.size()) {
      bool whole = false;
      const auto length = well_formed_part(bytes.substr(at), whole);
      out += whole ? bytes.substr(at, length) : std::string_view("\xEF\xBF\xBD");
      at += length;
    }
  }
  return out;
}

Utf8Character decode_utf8(std::string_view bytes) {
  bool whole = false;
  const auto length = well_formed_part(bytes, whole);
  if (!whole) {
    return {};
  }
  constexpr std::array<unsigned, 5> mask{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = static_cast<unsigned char>(bytes.front()) & mask.at(length);
  for (std::size_t i = 1; i < length; ++i) {
    code = (code << 6U) | (static_cast<unsigned char>(bytes[i]) & 0x3FU);
  }
  return {code, length};
}

void append_utf8(std::string& out, char32_t code) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | code >> 6U);
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | code >> 12U);
    put(0x80U | (code >> 6U & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | code >> 18U);
    put(0x80U | (code >> 12U & 0x3FU));
    put(0x80U | (code >> 6U & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1 : 0;
  }
  return count;
}

}  // namespace spranga::text
