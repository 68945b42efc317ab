// Helpers: the processes that do for the guard what it has no right to: the firewall, the action
// runner, the net helper. Each start makes a channel, one end for the process and one for the
// guard.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "process/channel.h"
#include "warden/children.h"
#include "warden/signals.h"

namespace spranga::warden {

class Helpers {
public:
  /// `children` must outlive it.
  explicit Helpers(Children& children) : children_(children) {}

  /// All give the guard's end of the channel.
  [[nodiscard]] Result<Fd> start_firewall(const std::string& table);
  /// A runner outlives its guard: the next one goes on with it. `plan`: the runner's, sealed.
  [[nodiscard]] Result<Fd> start_actions(int plan);
  /// One of an earlier guard, or one that hangs, makes room.
  [[nodiscard]] Result<Fd> start_net();

  /// The action runner has died.
  void lost_actions() { runner_.reset(); }

  /// The action runner finishes what waits, and is waited for until `end`: an actionstop may take
  /// its time.
  void end_actions(const Signals& signals, SteadyTime end);

private:
  Children& children_;
  std::optional<process::Channel> runner_;  // the warden's own, to the action runner
};

}  // namespace spranga::warden
