// A4: TLS 1.2 or newer only, and a certificate that is valid for the name. Strict where people log
// in (587, 465), advice on 25, where TLS is opportunistic.
#pragma once

#include "check/audit.h"

namespace spranga::check {

/// One handshake that offers TLS 1.1 at most, on a connection of its own; into facts.old_tls.
void probe_old_tls(Audit& audit, PortFacts& facts);

/// Judges what both handshakes showed; adds A4 of the port.
void conclude_tls(Audit& audit, const PortFacts& facts);

}  // namespace spranga::check
