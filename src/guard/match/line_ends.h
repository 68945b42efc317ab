// Line ends as Python's str.splitlines() sees them.
#pragma once

#include <cstddef>
#include <string_view>

namespace spranga::guard {

/// Where the first line of `text` ends, at any line end that Unicode knows; `length` = bytes of the
/// line's end, 0 at the end of the text.
[[nodiscard]] std::size_t find_line_end(std::string_view text, std::size_t& length);

}  // namespace spranga::guard
