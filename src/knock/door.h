// The door: one connection that sends nothing but QUIT. Open is a door that greets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "knock/site.h"

namespace spranga::knock {

/// How a server shuts somebody out.
enum class Kind {
  refused,         // the connection attempt is refused (RST or ICMP)
  reset,           // taken, then torn down
  dropped,         // no answer to the connection attempt
  closed,          // taken, then closed without a word
  hang,            // taken, then silence
  turned_away,     // "421": greeted with a refusal
  limited,         // "450": logins are refused before they are judged
  auth_withdrawn,  // AUTH is not offered any more
};

/// "refused", "reset", "dropped", "closed", "hang", "421", "450", "auth_withdrawn".
[[nodiscard]] std::string_view kind_name(Kind kind);
[[nodiscard]] std::optional<Kind> kind_of_name(std::string_view name);

/// Does it show at the connection, before anything is said?
[[nodiscard]] bool shows_at_the_door(Kind kind);

/// Does it show at the connection attempt itself?
[[nodiscard]] bool by_the_firewall(Kind kind);

struct Sight {
  bool open{false};
  Kind kind{Kind::refused};  // where it is shut
  std::string words;         // the server's or the system's, raw
  SteadyTime at;             // when the connection attempt began
};

/// The kind of a failed connection attempt, and of a connection that was lost before a greeting.
[[nodiscard]] Kind kind_of_attempt(Errc code);
[[nodiscard]] Kind kind_of_loss(Errc code);

/// Looks at an SMTP port: connects, waits for the greeting, says QUIT.
[[nodiscard]] Sight look_at(const Site& site, const World& world, int port);

/// Looks at a port that need not speak SMTP: does it take a connection, and keep it?
[[nodiscard]] Sight touch(const Site& site, const World& world, int port);

/// Looks twice, a second apart, where the first look finds the door shut: hosts limit how many ICMP
/// refusals they send, so a refusal may look like a drop, and a hiccup like a block.
[[nodiscard]] Sight look_twice(const Site& site, const World& world, int port);

}  // namespace spranga::knock
