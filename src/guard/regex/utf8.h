// Characters of UTF-8 text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spranga::guard {

struct Utf8Character {
  char32_t code{0};
  std::size_t length{0};  // 0 = ill-formed here
};

/// The character at the start of `bytes`; strict. `bytes` is not empty.
[[nodiscard]] Utf8Character decode_utf8(std::string_view bytes);

void append_utf8(std::string& out, char32_t code);

/// Characters in valid UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text);

}  // namespace spranga::guard
