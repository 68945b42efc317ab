#include "knock/vigil.h"

#include <algorithm>
#include <array>

namespace spranga::knock {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<Seconds, 14> times = {Seconds(5),
                                           Seconds(15),
                                           Seconds(30),
                                           minutes(1),
                                           minutes(3),
                                           minutes(10),
                                           minutes(30),
                                           hours(1),
                                           hours(2),
                                           minutes(179),
                                           hours(6),
                                           hours(12),
                                           hours(24),
                                           hours(25)};

}  // namespace

std::span<const Seconds> look_times() {
  return times;
}

std::optional<Seconds> next_look(Milliseconds last) {
  const auto* next = std::ranges::find_if(times, [&](Seconds time) { return time > last; });
  return next == times.end() ? std::nullopt : std::optional(*next);
}

Bounds bounds_of(std::span<const Look> looks, Milliseconds doubt) {
  Bounds out;
  for (const auto& look : looks) {
    if (look.open) {
      out.at_most = look.after + doubt;
      break;
    }
    out.at_least = std::max(out.at_least, look.after);
  }
  return out;
}

void keep_vigil(Vigil& vigil,
                const Clock& clock,
                Pause& pause,
                SteadyTime end,
                const LookAtDoor& look,
                const std::function<bool(const Vigil&)>& on_look) {
  auto last = vigil.looks.empty() ? Milliseconds(0) : vigil.looks.back().after;
  for (;;) {
    if (!vigil.looks.empty() && vigil.looks.back().open) {
      return;
    }
    const auto next = next_look(last);
    if (!next || vigil.first_shut + *next > end) {
      return;
    }
    pause.until(vigil.first_shut + *next);  // one that was missed is taken now
    const auto after = std::chrono::floor<Milliseconds>(clock.now() - vigil.first_shut);
    last = after;  // also of a look that saw nothing
    const auto open = look();
    if (open) {
      // An open door is dated when it was seen open, a shut one when the look began.
      const auto now = std::chrono::ceil<Milliseconds>(clock.now() - vigil.first_shut);
      vigil.looks.push_back({*open ? now : after, *open});
    }
    if (!on_look(vigil)) {
      return;
    }
  }
}

}  // namespace spranga::knock
