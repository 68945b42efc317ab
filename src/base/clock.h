// The Clock port: where "now" comes from. Core code takes a time as an argument; the shell asks
// here.
#pragma once

#include <chrono>

namespace spranga {

using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

class Clock {
public:
  virtual ~Clock() = default;

  /// Monotonic time, for deadlines and durations.
  [[nodiscard]] virtual SteadyTime now() const = 0;

  /// Wall-clock time (UTC), for what a person reads.
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall() const = 0;
};

/// The clocks of this machine.
class SystemClock final : public Clock {
public:
  [[nodiscard]] SteadyTime now() const override { return std::chrono::steady_clock::now(); }

  [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::now();
  }
};

}  // namespace spranga
