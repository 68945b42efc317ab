// A2: is AUTH in clear text really refused? A bare `AUTH MECH`, never an initial response, never a
// secret; a challenge is answered with `*`.
#pragma once

#include <string>
#include <vector>

#include "check/audit.h"

namespace spranga::check {

/// What one bare AUTH in clear text showed.
enum class BareAuth {
  taken,          // 334, 235, or a verdict on credentials that were never sent
  refused,        // AUTH is refused; other mechanisms are asked for by their kinds only
  not_this_one,   // this mechanism is not to be had: ask for the next
  bad_arguments,  // 501: some servers want an initial response; compare with TLS
  unclear,        // 421 or other words that say nothing about AUTH
};

/// Reads the reply to a bare AUTH in clear text. Pure.
[[nodiscard]] BareAuth judge_bare_auth(const smtp::Reply& reply);

/// Mechanisms to ask for, in order: the first that is advertised in clear, since it is the one that
/// one answer may settle; PLAIN, LOGIN; the others advertised in clear; those seen over TLS. Only
/// those that count (PLAIN, LOGIN, OAuth2, SCRAM, CRAM-MD5, DIGEST-MD5, NTLM). Pure.
[[nodiscard]] std::vector<std::string> clear_auth_candidates(
    const std::vector<std::string>& clear, const std::vector<std::string>& over_tls);

/// A2 on the open clear conversation after EHLO: at most two refused AUTHs. What was seen goes into
/// facts.clear_auth; the finding comes from conclude_clear_auth.
void probe_clear_auth(Audit& audit, PortFacts& facts, Conversation& conversation);

/// A2 after HELO on one port, on a connection of its own. Only a taken AUTH changes
/// facts.clear_auth.
void probe_clear_auth_after_helo(Audit& audit, PortFacts& facts);

/// Settles what the main dialogue left open (mechanisms seen over TLS only, 501 compared with TLS,
/// a lost connection tried once more), opening connections for that, and adds the finding of the
/// port.
void conclude_clear_auth(Audit& audit, PortFacts& facts);

}  // namespace spranga::check
