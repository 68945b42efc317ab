// The Pause port: how time passes. The ban test waits through it, so its tests need no time.
#pragma once

#include "base/clock.h"

namespace spranga::knock {

class Pause {
public:
  virtual ~Pause() = default;

  /// Returns when the clock has reached `when`.
  virtual void until(SteadyTime when) = 0;
};

/// Sleeps.
class SystemPause final : public Pause {
public:
  void until(SteadyTime when) override;
};

}  // namespace spranga::knock
