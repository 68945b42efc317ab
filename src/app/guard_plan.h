// The configuration as plans for the guard's processes.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "guard/config/configuration.h"
#include "plan/plan.h"

namespace spranga::app {

struct GuardRequest {
  std::string folder;                         // "" = the default one
  std::string compat;                         // "" = as spranga.conf says
  std::map<std::string, std::string> server;  // socket, pidfile, logtarget, loglevel, syslogsocket
};

/// Reads the configuration. What is wrong with a jail is in the plan, and stops no other.
[[nodiscard]] Result<guard::config::Configuration> read_for_guard(const GuardRequest& request);

[[nodiscard]] plan::Plan plan_of(const guard::config::Configuration& configuration);

/// What the warden's child does: reads, and leaves the plans in the descriptors that it was given.
/// The exit status.
int write_plans(const GuardRequest& request);

}  // namespace spranga::app
