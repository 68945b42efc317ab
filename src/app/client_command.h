// `spranga client`: what fail2ban-client does; under the name fail2ban-server, what that does.
#pragma once

#include <span>
#include <string>

namespace spranga::app {

/// Exit codes are fail2ban-client's: 0 or 255.
int client_command(std::span<const std::string> arguments);

/// fail2ban-server: the same options; without a command, or with `start`, the guard.
int server_command(std::span<const std::string> arguments);

}  // namespace spranga::app
