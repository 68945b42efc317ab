// Under which accounts the processes run.
#pragma once

#include <string>

#include "base/result.h"
#include "process/sandbox.h"

namespace spranga::warden {

struct Accounts {
  process::Identity guard;
  process::Identity net;
  process::Identity firewall;
  bool rights{true};   // false: an ordinary user started this; everything runs as that user
  std::string remark;  // where accounts were missing: what stands in for them
};

/// The accounts spranga and spranga-net; without them numbers that nobody uses (fine for one
/// machine: nothing of theirs outlives the state folder).
[[nodiscard]] Result<Accounts> find_accounts();

/// As arguments of a process that turns into it: "--uid", "N", …; empty for an ordinary user.
[[nodiscard]] std::vector<std::string> arguments_of(const process::Identity& who);

}  // namespace spranga::warden
