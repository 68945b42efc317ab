// The surroundings of a door: which other ports stood open before, which are shut now, and who else
// still gets in. That tells a block from an outage.
#pragma once

#include <optional>
#include <vector>

#include "knock/series.h"

namespace spranga::knock {

/// Ports that mail guards shut, and those that they mostly leave alone.
[[nodiscard]] std::vector<int> mail_ports();
[[nodiscard]] std::vector<int> control_ports();

/// The ports among `ports` that take a connection. One connection each.
[[nodiscard]] std::vector<int> open_among(const Site& site,
                                          const World& world,
                                          const std::vector<int>& ports);

/// Of the ports that were open: those that shut us out now. `kind` says where it shows.
[[nodiscard]] std::vector<int> shut_among(const Site& site,
                                          const World& world,
                                          const std::vector<int>& ports,
                                          Kind kind);

/// What is known after the door shut.
struct Circumstances {
  std::vector<int> open_before;
  std::vector<int> shut_now;
  int control_port{0};          // was open before; 0 = none found
  bool control_open{false};     // and is open still
  std::optional<Sight> second;  // what the second source sees at the same door
};

/// How sure it is that the door was shut to us rather than to everybody.
enum class Proof {
  second_source,  // another source gets in
  control_port,   // the host is up, and shuts us out in a way that only a guard does
  likely,         // nothing speaks against it
  outage,         // another source does not get in either
  dark,           // everything is shut at once, and there is no second source
};

[[nodiscard]] Proof proof_of(Kind kind, const Circumstances& seen);

}  // namespace spranga::knock
