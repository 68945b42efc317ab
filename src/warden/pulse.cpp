#include "warden/pulse.h"

namespace spranga::warden {

Pulse::Beat Pulse::beat(SteadyTime now) {
  Beat out;
  const auto silence = now - last_;
  if (now >= next_ping_) {
    next_ping_ = now + ping_every;
    out.ping = true;
    out.feed = silence < 2 * ping_every;
  }
  if (silence > silence_allowed) {
    last_ = now;
    out.hangs = true;
  }
  return out;
}

}  // namespace spranga::warden
