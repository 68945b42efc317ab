// `spranga replay FILE...`
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/option.h"

namespace spranga::app {

[[nodiscard]] std::vector<Option> replay_command_options();

/// 0; 1 where a jail or a file could not be used and the rest was replayed; 3 for wrong usage, or
/// where there is nothing to replay with.
int replay_command(std::span<const std::string> arguments);

}  // namespace spranga::app
