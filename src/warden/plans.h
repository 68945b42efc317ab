// Plans: the configuration, as a child has read it. That child ends then: nobody who stays has a
// parser.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plan/plan.h"
#include "warden/options.h"

namespace spranga::warden {

struct Plans {
  plan::WardenPlan warden;
  Fd guard;   // sealed memory, for the guard to read
  Fd runner;  // the same for the action runner
};

/// Waits for the child, a minute at most.
[[nodiscard]] Result<Plans> read_configuration(const Options& options);

}  // namespace spranga::warden
