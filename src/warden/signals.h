// Signals: what the warden is told by signals, as something to poll and read.
#pragma once

#include "base/fd.h"
#include "base/result.h"

namespace spranga::warden {

class Signals {
public:
  /// From now on they come this way alone.
  [[nodiscard]] static Result<Signals> open();

  /// What has come since it was last asked.
  struct Told {
    bool deaths{false};
    bool reload{false};
    bool flush_logs{false};
    bool stop{false};
  };

  [[nodiscard]] Told take() const;

  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  Fd fd_;
};

}  // namespace spranga::warden
