// A3: does a submission port insist on STARTTLS before mail? What counts: docs/decisions/0003.
#pragma once

#include <cstddef>

#include "check/audit.h"

namespace spranga::check {

/// Judges the reply to MAIL in clear text on a submission port, asking RCPT where MAIL was taken.
/// A3 with the lines since `mark`.
[[nodiscard]] finding::Finding judge_clear_mail(Audit& audit,
                                                const PortFacts& facts,
                                                Conversation& conversation,
                                                const Result<smtp::Reply>& mail,
                                                std::size_t mark);

/// Adds A3. That nobody can send in clear was shown for strangers; where the port takes mail of its
/// own domain under TLS (S4), it is left open: a sender of that domain is not asked for in clear.
void conclude_clear_mail(Audit& audit, finding::Finding a3, bool takes_own_domain);

}  // namespace spranga::check
