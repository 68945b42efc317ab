// Port 25 as a stranger meets it: S1 (open relay), S3 (our own domain as sender from outside), S7
// (VRFY, EXPN). One connection, quiet questions first, the relay last.
#pragma once

#include "check/audit.h"

namespace spranga::check {

/// Adds S1, S3 and S7; tries the door after each loud probe, and adds G5 where it fell shut.
void probe_relay(Audit& audit);

}  // namespace spranga::check
