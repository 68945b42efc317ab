// Verbs for the system around the program: `man VERB`, `completion SHELL`.
#pragma once

#include <span>
#include <string>

namespace spranga::app {

int man_command(std::span<const std::string> arguments);
int completion_command(std::span<const std::string> arguments);

}  // namespace spranga::app
