// The order of the probes on one address: quiet before loud, two connections at a time.
#pragma once

#include "check/audit.h"

namespace spranga::check {

/// Runs everything that is asked of the address; all findings are in `audit` when it returns.
void run_audit(Audit& audit);

}  // namespace spranga::check
