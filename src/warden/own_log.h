// OwnLog: the log that the guard writes: where the configuration has it, or where the guard wants
// it within what may_log_to() allows. It is opened here, since the guard may open nothing.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "plan/orders.h"
#include "plan/plan.h"
#include "warden/places.h"

namespace spranga::warden {

class OwnLog {
public:
  /// Where the plan has it.
  [[nodiscard]] Result<void> open(const plan::WardenPlan& plan);

  /// The answer to the guard's order to log to `target` from now on ("": where it is already); the
  /// descriptor is put into `fds`.
  [[nodiscard]] plan::Answer turn_to(const std::string& target, std::vector<Fd>& fds);

  /// For the next guard.
  [[nodiscard]] const LogTarget& now() const { return now_; }

private:
  std::string configured_;
  std::string target_;
  std::string syslogsocket_;
  LogTarget now_;
};

}  // namespace spranga::warden
