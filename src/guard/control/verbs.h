// The verbs of fail2ban's socket: a command in, what fail2ban 1.0.2 answers out.
#pragma once

#include <string>

#include "base/clock.h"
#include "guard/control/server.h"

namespace spranga::guard::control {

struct Reply {
  Value value;            // (0, VALUE) or (1, EXCEPTION)
  Milliseconds after{0};  // send it then ("sleep")
  std::string log;        // what fail2ban.transmitter logs as an error; "" = nothing
};

[[nodiscard]] Reply answer(Server& server, const Peer& peer, const Value& command);

/// Whether it makes the guard run what the peer says: actions, their commands, ignorecommand.
[[nodiscard]] bool defines_commands(const Value& command);

/// Longest time that "sleep" holds a reply back; longer ones are cut.
inline constexpr Milliseconds longest_sleep{60'000};

}  // namespace spranga::guard::control
