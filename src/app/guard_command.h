// `spranga guard`: starts the daemon. Also what fail2ban-server is called for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/option.h"

namespace spranga::app {

[[nodiscard]] std::vector<Option> guard_command_options();
int guard_command(std::span<const std::string> arguments);

/// The same without --help and the like; `quiet`: in the background it does not say that it is
/// ready.
int start_guard(std::span<const std::string> arguments, bool quiet);

}  // namespace spranga::app
