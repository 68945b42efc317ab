// `spranga regex`, also called as fail2ban-regex.
#pragma once

#include <span>
#include <string>

namespace spranga::app {

/// 0, also where nothing matched; 255 where something was wrong, as fail2ban-regex.
[[nodiscard]] int regex_command(std::span<const std::string> arguments);

}  // namespace spranga::app
