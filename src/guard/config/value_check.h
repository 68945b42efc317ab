// Values that mean nothing. fail2ban takes most of them in silence, or tells its log what it takes
// instead; here the person who wrote them learns of it.
#pragma once

#include "base/result.h"
#include "guard/config/jail_reader.h"
#include "guard/config/problem.h"
#include "guard/config/value.h"

namespace spranga::guard::config {

/// Warns of what a jail is used without. An error, noted: fail2ban cannot make such a jail.
[[nodiscard]] Result<void> check_values(const Jail& jail, Problems& problems);

/// [Definition] of fail2ban.conf.
void check_server_values(const Section& options, Problems& problems);

}  // namespace spranga::guard::config
