// `spranga tour`
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/option.h"

namespace spranga::app {

/// For help, man page and completion.
[[nodiscard]] std::vector<Option> tour_command_options();

int tour_command(std::span<const std::string> arguments);

}  // namespace spranga::app
