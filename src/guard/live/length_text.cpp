#include "guard/live/length_text.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <span>

namespace spranga::guard {

namespace {

struct Unit {
  std::int64_t size;  // in steps
  char letter;
};

/// From `least` seconds on: rounded to steps of so many seconds, told in these units.
struct Scale {
  std::int64_t least;
  std::int64_t step;
  std::array<Unit, 3> units;
};

constexpr std::array scales = {
    Scale{31'536'000, 86'400, {{{365, 'y'}, {7, 'w'}, {1, 'd'}}}},
    Scale{604'800, 3'600, {{{168, 'w'}, {24, 'd'}, {1, 'h'}}}},
    Scale{86'400, 60, {{{1'440, 'd'}, {60, 'h'}, {1, 'm'}}}},
    Scale{3'595, 10, {{{360, 'h'}, {6, 'm'}, {0, ' '}}}},
    Scale{0, 1, {{{60, 'm'}, {1, 's'}, {0, ' '}}}},
};

}  // namespace

std::string length_text(std::chrono::seconds length) {
  for (const auto& scale : scales) {
    if (length.count() < scale.least) {
      continue;
    }
    // Halves go to the even step, as Python's round() does.
    auto steps = static_cast<std::int64_t>(
        std::nearbyint(static_cast<double>(length.count()) / static_cast<double>(scale.step)));
    std::string out;
    for (const auto& unit : scale.units) {
      if (unit.size > 0 && steps >= unit.size) {
        out += (out.empty() ? "" : " ") + std::to_string(steps / unit.size) + unit.letter;
        steps %= unit.size;
      }
    }
    return out.empty() ? "0" : out;
  }
  return "-" + length_text(-length);
}

}  // namespace spranga::guard
