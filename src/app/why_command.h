// `spranga why ADDRESS FILE...` and `spranga why-not ADDRESS FILE...`
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/option.h"

namespace spranga::app {

[[nodiscard]] std::vector<Option> why_command_options();

/// 0; 1 where a jail or a file could not be used; 3 for wrong usage. The verdict is in the text.
int why_command(std::span<const std::string> arguments);
int why_not_command(std::span<const std::string> arguments);

}  // namespace spranga::app
