// `spranga client`: what fail2ban-client does, as far as it needs no server.
#pragma once

#include <span>
#include <string>

namespace spranga::app {

/// Exit codes are fail2ban-client's: 0 or 255.
int client_command(std::span<const std::string> arguments);

}  // namespace spranga::app
