// S4: do 587 and 465 take mail without a login?
#pragma once

#include <memory>
#include <string>

#include "check/audit.h"

namespace spranga::check {

/// The recipient that S4 and A3 ask for: the login's own address, else postmaster@DOMAIN; "" where
/// there is neither. Never the bare postmaster, whom Postfix takes past every restriction.
[[nodiscard]] std::string submission_recipient(const Subject& subject);

/// On a conversation under TLS after EHLO, before any AUTH, and on new ones where that one ends or
/// cannot be reset. Adds S4. True where mail of the own domain alone is taken.
[[nodiscard]] bool probe_open_submission(Audit& audit,
                                         PortFacts& facts,
                                         std::unique_ptr<Conversation> conversation);

}  // namespace spranga::check
