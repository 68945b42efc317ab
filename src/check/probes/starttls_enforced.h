// A3: does a submission port insist on STARTTLS before mail? What counts: docs/decisions/0003.
#pragma once

#include <cstddef>

#include "check/audit.h"

namespace spranga::check {

/// Judges the reply to MAIL in clear text on a submission port, asking RCPT where MAIL was taken.
/// Adds A3 with the lines since `mark`.
void judge_clear_mail(Audit& audit,
                      const PortFacts& facts,
                      Conversation& conversation,
                      const Result<smtp::Reply>& mail,
                      std::size_t mark);

}  // namespace spranga::check
