// Port 25 as a stranger meets it: S1 (open relay), S3 (our own domain as sender from outside), S7
// (VRFY, EXPN). One connection, quiet questions first, the relay last.
#pragma once

#include "check/audit.h"

namespace spranga::check {

/// What a refused relay attempt proves.
enum class RelayVerdict { denied, likely_denied, says_nothing };

enum class Control { accepted, unknown_mailbox, refused };

/// Reads the refusal of an outside recipient, with the control recipient's fate. Pure.
[[nodiscard]] RelayVerdict judge_relay_refusal(const smtp::Reply& reply, Control control);

/// Adds S1, S3 and S7; tries the door after each loud probe, and adds G5 where it fell shut.
void probe_relay(Audit& audit);

}  // namespace spranga::check
