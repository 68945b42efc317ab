// Numbers in log lines, as Python reads them: any script's decimal digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spranga::guard {

/// The digit at the start of `text`, which is then taken away; nullopt = there is none.
[[nodiscard]] std::optional<int> take_digit(std::string_view& text);

/// Python's int(): blanks around, a sign, single underscores between digits. Above 10^15 it stays
/// there: no date is that far away.
[[nodiscard]] std::optional<std::int64_t> read_integer(std::string_view text);

/// "1700000000.25" with all digits as ASCII; nullopt = anything but digits and at most one point.
[[nodiscard]] std::optional<std::string> plain_number(std::string_view text);

}  // namespace spranga::guard
