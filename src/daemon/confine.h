// What the guard keeps of its rights: its state, fail2ban's database, the journal and some facts
// about this machine to read. No capability, no socket, no program.
#pragma once

#include "base/result.h"
#include "daemon/options.h"
#include "process/sandbox.h"

namespace spranga::daemon {

[[nodiscard]] Result<process::Confined> confine(const Options& options);

}  // namespace spranga::daemon
