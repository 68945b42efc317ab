// Pulse: whether the guard is alive, by its answers to pings. One that is silent for too long
// hangs, and systemd's watchdog is fed only as long as it answers.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace spranga::warden {

class Pulse {
public:
  static constexpr std::chrono::seconds ping_every{5};
  static constexpr std::chrono::seconds silence_allowed{60};

  /// The guard was started, or has said something.
  void heard(SteadyTime now) { last_ = now; }

  struct Beat {
    bool ping{false};   // it is to be pinged
    bool feed{false};   // and has answered lately: the watchdog is fed
    bool hangs{false};  // it is to be killed; until the next one it counts as heard
  };

  [[nodiscard]] Beat beat(SteadyTime now);

private:
  SteadyTime next_ping_{};
  SteadyTime last_{};
};

}  // namespace spranga::warden
