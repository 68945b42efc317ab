// The start of a conversation: connect, TLS first on an implicit-TLS port, greeting, EHLO or HELO.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "check/audit.h"

namespace spranga::check {

struct Opened {
  std::unique_ptr<Conversation> conversation;  // null where it came to nothing
  words::Phrase trouble;                       // then: why
};

/// `hello` = false stops after the greeting. The first opening of a port settles facts.state.
[[nodiscard]] Opened open_session(Audit& audit,
                                  PortFacts& facts,
                                  const std::string& purpose,
                                  bool hello = true);

/// EHLO, or HELO, and that its answer is one reply: Errc::malformed where another one follows. Then
/// STARTTLS and AUTH may stand in that one, and nothing that comes is in step.
[[nodiscard]] Result<smtp::Reply> say_hello(const Audit& audit, Conversation& conversation);

/// STARTTLS, handshake and EHLO on an open clear session; facts.secure and facts.tls are filled.
/// Word::none where all went well, else why not.
[[nodiscard]] words::Phrase go_secure(Audit& audit, PortFacts& facts, Conversation& conversation);

/// A session under TLS, by either road; the trouble says why there is none.
[[nodiscard]] Opened open_secure_session(Audit& audit,
                                         PortFacts& facts,
                                         const std::string& purpose);

/// "421 Too many concurrent SMTP connections from this IP address": come back in a moment. Exim
/// counts a connection for 200 ms after we have left it; on 465 it says so in clear text.
[[nodiscard]] bool is_crowded(std::string_view words);

/// How often a crowded port is asked.
inline constexpr int crowded_tries = 5;

/// Why a port that is not open cannot be tested, for a person.
[[nodiscard]] words::Phrase state_phrase(const PortFacts& facts);

}  // namespace spranga::check
