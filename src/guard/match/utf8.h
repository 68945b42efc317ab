// Small things about UTF-8 text that the engine's room does not need.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spranga::guard {

inline constexpr char32_t replacement_character = 0xFFFD;

/// Number of leading bytes that are ASCII.
[[nodiscard]] std::size_t ascii_prefix(std::string_view bytes);

void put_character(std::string& out, char32_t c);

/// Where the first line of `text` ends, as Python's str.splitlines() sees it (at any line end that
/// Unicode knows); `length` = bytes of the line's end, 0 at the end of the text.
[[nodiscard]] std::size_t find_line_end(std::string_view text, std::size_t& length);

}  // namespace spranga::guard
