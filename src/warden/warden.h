// Warden: root, and without a parser. It makes what only root can make, starts the other processes
// and starts them again, and opens logs for the guard. It never sees a byte of a log.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "guard/logs/log_files.h"
#include "plan/orders.h"
#include "process/channel.h"
#include "warden/accounts.h"
#include "warden/children.h"
#include "warden/helpers.h"
#include "warden/log_keeper.h"
#include "warden/options.h"
#include "warden/own_log.h"
#include "warden/plans.h"
#include "warden/pulse.h"
#include "warden/signals.h"

namespace spranga::warden {

class Warden {
public:
  Warden(Options options, Accounts accounts, guard::LogFiles& files);

  /// Everything up to the loop. After an error nothing runs, and nothing of ours is left behind.
  [[nodiscard]] Result<void> open();

  /// Until it is told to stop, or the guard stops of its own will. The exit status.
  [[nodiscard]] int run();

private:
  [[nodiscard]] Result<void> start_guard();
  void on_signal();
  void hear_last_words();
  void on_death(const Children::Death& death);
  void start_what_is_due();
  void firewall_is_due(SteadyTime at);
  void guard_is_due(SteadyTime at);
  void on_ask();
  [[nodiscard]] plan::Answer answer(const plan::Ask& ask, std::vector<Fd>& fds);
  [[nodiscard]] plan::Answer new_plan(std::vector<Fd>& fds);
  void tell(plan::Tell::What what, std::vector<Fd> fds = {});
  void became_ready();
  void watch_over_guard(SteadyTime now);
  void stop(SteadyTime now);
  void clean_up();
  [[nodiscard]] int wait_time(SteadyTime now) const;

  Options options_;
  Accounts accounts_;
  guard::LogFiles& files_;
  LogKeeper logs_;
  Children children_;
  Helpers helpers_;
  Plans plans_;
  Fd state_lock_;
  std::optional<Plans> before_;  // until the guard has taken the new ones
  Fd socket_;
  Signals signals_;
  OwnLog log_;
  std::optional<process::Channel> asked_;  // by the guard
  std::optional<process::Channel> told_;   // to the guard
  Fd firewall_channel_;                    // of the running firewall, until the guard has it
  std::vector<std::pair<Role, SteadyTime>> due_;
  std::optional<SteadyTime> stop_by_;  // killed then
  Pulse pulse_;
  bool ready_{false};
  bool done_{false};
  bool opened_{false};
  int status_{0};
};

/// For a person, on standard error.
void complain(const std::string& what);

}  // namespace spranga::warden
