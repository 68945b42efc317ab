// Breaking text into lines of a width, counted in code points.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::render {

/// Code points of valid UTF-8; stands for the columns it takes.
[[nodiscard]] std::size_t columns(std::string_view text);

/// `text` broken at spaces into lines of at most `width` columns; a longer word is cut. Never
/// empty:
/// "" gives one empty line.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// `text` wrapped to `width` columns: `first` stands before the first line, the same number of
/// blanks before the others. Each line ends in '\n'.
[[nodiscard]] std::string hang(std::string_view first, std::string_view text, std::size_t width);

/// `text` with blanks behind it up to `width` columns.
[[nodiscard]] std::string pad(std::string_view text, std::size_t width);

}  // namespace spranga::render
