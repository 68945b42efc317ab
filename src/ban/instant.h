// Points in time of log lines, sightings and bans.
#pragma once

#include <chrono>

namespace spranga::ban {

/// UTC, in microseconds: the journal's own unit. Text logs are read to the second, as fail2ban
/// does.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

}  // namespace spranga::ban
