// A line as words: what an interactive client types.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace spranga::guard::control {

/// As Python's shlex.split: blanks, 'quotes', "quotes" with \" and \\, a backslash before any
/// character. Errors are in Python's words.
[[nodiscard]] Result<std::vector<std::string>> split_words(std::string_view line);

}  // namespace spranga::guard::control
