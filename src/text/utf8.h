// UTF-8: the one place that reads and writes it. What others sent must be made valid, or be
// checked, before an engine or a reader is given it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace spranga::text {

inline constexpr char32_t replacement_character = 0xFFFD;

/// Number of leading bytes that are ASCII, from byte `from` on, added to it; eight at a time.
[[nodiscard]] inline std::size_t ascii_prefix(std::string_view bytes, std::size_t from = 0) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  for (std::uint64_t eight = 0; from + sizeof eight <= bytes.size(); from += sizeof eight) {
    std::memcpy(&eight, bytes.data() + from, sizeof eight);
    if ((eight & high_bits) != 0) {
      break;
    }
  }
  while (from < bytes.size() && static_cast<unsigned char>(bytes[from]) < 0x80) {
    ++from;
  }
  return from;
}

/// Whether all bytes are ASCII; eight at a time, and without a question for each.
[[nodiscard]] inline bool is_ascii(std::string_view bytes) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::uint64_t seen = 0;
  while (bytes.size() >= sizeof seen) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes.data(), sizeof eight);
    seen |= eight;
    bytes.remove_prefix(sizeof eight);
  }
  for (const char c : bytes) {
    seen |= static_cast<unsigned char>(c);
  }
  return (seen & high_bits) == 0;
}

/// Whether `bytes` are well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

/// `bytes` with each ill-formed piece replaced by one U+FFFD, exactly as Python's
/// `bytes.decode("utf-8", "replace")`.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

struct Utf8Character {
  char32_t code{0};
  std::size_t length{0};  // 0 = ill-formed here
};

/// The character at the start of `bytes`; strict. `bytes` is not empty.
[[nodiscard]] Utf8Character decode_utf8(std::string_view bytes);

void append_utf8(std::string& out, char32_t code);

/// Characters in valid UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text);

}  // namespace spranga::text
