#include "replay/replay.h"

#include "replay/run.h"

namespace spranga::replay {

ReplayResult replay(const std::vector<ban::JailSpec>& jails,
                    const ReplayOptions& options,
                    const ReplayWatch& watch) {
  return Run(options, watch).go(jails);
}

}  // namespace spranga::replay
