// What a server offers: A1 (submission with AUTH over TLS), A7 (465, OAuth2, weak mechanisms), X8
// (product), X11 (XCLIENT, XFORWARD, ETRN for strangers). No command of its own is sent.
#pragma once

#include "check/audit.h"

namespace spranga::check {

/// After the dialogues of all ports. Adds A1, A7, X8 and X11.
void conclude_offers(Audit& audit);

/// Does any port of this address offer AUTH at all?
[[nodiscard]] bool offers_auth(const Audit& audit);

}  // namespace spranga::check
