// S4: do 587 and 465 take mail without a login?
#pragma once

#include <string>

#include "check/audit.h"

namespace spranga::check {

/// The recipient that S4 and A3 ask for: the login's own address, else postmaster@DOMAIN; "" where
/// there is neither. Never the bare postmaster, whom Postfix takes past every restriction.
[[nodiscard]] std::string submission_recipient(const Subject& subject);

/// A refusal that means "not without a login", as opposed to one about this mailbox or domain.
[[nodiscard]] bool refuses_strangers(const smtp::Reply& reply);

/// On a conversation under TLS after EHLO, before any AUTH. Adds S4.
void probe_open_submission(Audit& audit, const PortFacts& facts, Conversation& conversation);

}  // namespace spranga::check
