// The vigil: looks at a shut door at growing intervals, since firewalls that renew a ban on each
// packet would never let it end otherwise.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "knock/door.h"

namespace spranga::knock {

using Seconds = std::chrono::seconds;

/// 5, 15, 30 s, 1, 3, 10, 30 min, 1 h, 2 h, 2 h 59 min, 6, 12, 24, 25 h after the door was first
/// seen shut: a ban of just 3 h began before that moment, and must be seen before it ends.
[[nodiscard]] std::span<const Seconds> look_times();

struct Look {
  Milliseconds after{0};  // since the door was first seen shut
  bool open{false};

  [[nodiscard]] bool operator==(const Look&) const = default;
};

/// The first time on the list after `last`; nullopt after 25 h.
[[nodiscard]] std::optional<Seconds> next_look(Milliseconds last);

/// How long the block lasted: at least, and at most where it has ended.
struct Bounds {
  Milliseconds at_least{0};
  std::optional<Milliseconds> at_most;
};

/// `doubt`: between the last moment at which the door was open and the first at which it was not.
[[nodiscard]] Bounds bounds_of(std::span<const Look> looks, Milliseconds doubt);

/// What one look may see: open, shut, or nothing, as in an outage.
using LookAtDoor = std::function<std::optional<bool>()>;

struct Vigil {
  SteadyTime first_shut;
  std::vector<Look> looks;
};

/// Takes the looks that are due until `end`, waiting between them; stops at the first that finds
/// the door open. `on_look` is called after each. Returns when nothing is left to see before `end`.
void keep_vigil(Vigil& vigil,
                const Clock& clock,
                Pause& pause,
                SteadyTime end,
                const LookAtDoor& look,
                const std::function<bool(const Vigil&)>& on_look);

}  // namespace spranga::knock
