// Starting a server as fail2ban-client does: fail2ban-server by name.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "app/client_options.h"
#include "base/result.h"

namespace spranga::app {

struct ServerProgram {
  std::string path;
  std::vector<std::string> arguments;  // the name first
};

/// The fail2ban-server in the folder that this program was started from, else this program itself
/// under that name.
[[nodiscard]] ServerProgram server_program(const ClientSettings& settings);

/// Starts it as a child. An error only where that was not possible.
[[nodiscard]] Result<pid_t> start_program(const ServerProgram& program);

/// Becomes it; comes back only with an error.
[[nodiscard]] Failure become_program(const ServerProgram& program);

/// The child has ended, and not well.
[[nodiscard]] bool has_failed(pid_t child);

}  // namespace spranga::app
