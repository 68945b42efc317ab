// Words as Python's shlex.split() divides them, for journalmatch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace spranga::guard::config {

[[nodiscard]] Result<std::vector<std::string>> split_shell_words(std::string_view text);

}  // namespace spranga::guard::config
