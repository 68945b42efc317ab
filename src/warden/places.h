// Places: what of the guard's surroundings only root can make: the control socket, the pidfile, the
// log, the folder for its state, fail2ban's database. Paths come from the plan.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "plan/plan.h"
#include "process/sandbox.h"

namespace spranga::warden {

/// A listening socket at `path`, for root alone. One that nobody answers on is replaced;
/// Errc::conflict: somebody answers there.
[[nodiscard]] Result<Fd> listen_at(const std::string& path);

[[nodiscard]] Result<void> write_pidfile(const std::string& path);
/// Only where it still names this process.
void remove_pidfile(const std::string& path);

struct LogTarget {
  Fd fd;
  std::string kind;  // "file", "stdout", "stderr", "syslog", "journal"
};

/// Whether the guard may have its log turned to that target: one of fail2ban's names, or a file in
/// a folder that is there, below /var/log or that of `configured`.
[[nodiscard]] bool may_log_to(const std::string& target, const std::string& configured);

/// `target`: a path, or one of fail2ban's names. A file is made for root alone, and appended to.
[[nodiscard]] Result<LogTarget> open_log_target(const std::string& target,
                                                const std::string& syslogsocket);

/// The state folder, for that account alone, and an empty fail2ban database that belongs to it.
[[nodiscard]] Result<void> make_state(const plan::WardenPlan& plan,
                                      const process::Identity& owner,
                                      bool rights);

/// Held as long as the descriptor is; "" needs none. Errc::conflict: another guard works on that
/// state, whoever answers on the socket.
[[nodiscard]] Result<Fd> lock_state(const std::string& folder);

}  // namespace spranga::warden
