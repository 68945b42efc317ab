// Findings → the three rules → the verdict. Pure: no I/O, no clock.
#pragma once

#include "check/settings.h"
#include "finding/finding.h"

namespace spranga::check {

/// Fills report.rules, verdict and changes from report.findings. `target` is what the user typed.
void judge(finding::Report& report, const CheckSettings& settings);

}  // namespace spranga::check
