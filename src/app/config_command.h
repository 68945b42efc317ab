// `spranga config explain JAIL[.OPTION]`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/option.h"

namespace spranga::app {

[[nodiscard]] std::vector<Option> config_command_options();
int config_command(std::span<const std::string> arguments);

}  // namespace spranga::app
