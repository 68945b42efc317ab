// The step from clear text to TLS: A3 (is STARTTLS enforced on submission), A5 (command injection
// across STARTTLS), A6 (state kept across STARTTLS). One connection for all three, unless the
// server ends it at the injection: then a plain second one.
#pragma once

#include <optional>

#include "check/audit.h"

namespace spranga::check {

/// What the first connection leaves for the second.
struct StarttlsNotes {
  bool a5_done{false};
  bool a6_done{false};
  std::optional<finding::Finding> a3;  // to be added once S4 is known
  std::optional<finding::Finding>
      a5_refusal;            // the injection was refused; counts if STARTTLS works
  bool lost_early{false};    // a connection ended before STARTTLS was said
  bool second_round{false};  // no injection any more
  bool not_offered{false};   // STARTTLS was missing: no A5, no A6
  words::Phrase trouble;     // why a round came to nothing
};

/// On a clear conversation after EHLO. At its end the conversation is under TLS with EHLO said, or
/// dead. True where a second round on a new connection is wanted. Notes A3 (not on port 25), adds
/// A5 and A6.
[[nodiscard]] bool probe_starttls(Audit& audit,
                                  PortFacts& facts,
                                  Conversation& conversation,
                                  StarttlsNotes& notes);

/// After the last round: whatever was not settled is not tested, with the reason.
void finish_starttls(Audit& audit, const PortFacts& facts, const StarttlsNotes& notes);

}  // namespace spranga::check
