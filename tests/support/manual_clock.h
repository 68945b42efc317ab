// ManualClock: time that stands still until a test moves it.
#pragma once

#include "base/clock.h"

namespace spranga::test {

class ManualClock final : public Clock {
public:
  [[nodiscard]] SteadyTime now() const override { return now_; }

  [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::time_point(now_.time_since_epoch());
  }

  void advance(std::chrono::nanoseconds by) { now_ += by; }

  /// Never backwards.
  void advance_to(SteadyTime when) { now_ = std::max(now_, when); }

private:
  SteadyTime now_{std::chrono::hours(1000)};
};

}  // namespace spranga::test
