// Logging in with the user's credentials: only under TLS with a valid certificate; secrets go to
// the server and nowhere else.
#pragma once

#include "check/audit.h"

namespace spranga::check {

/// Word::none where the login succeeded; else why not, with the server's words.
[[nodiscard]] words::Phrase log_in(Audit& audit,
                                   const PortFacts& facts,
                                   Conversation& conversation);

}  // namespace spranga::check
