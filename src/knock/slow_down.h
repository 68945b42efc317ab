// Do the answers to wrong passwords get slower? A tarpit slows a guesser down; it is no block.
#pragma once

#include <span>

#include "knock/series.h"

namespace spranga::knock {

struct SlowDown {
  bool grows{false};      // to twice the first delay and more, and by a second at least
  Milliseconds first{0};  // the first answer's delay
  Milliseconds late{0};   // the median of the second half
  int temporary{0};       // answers with a 4xx: the server gave up before it judged
};

[[nodiscard]] SlowDown slow_down_of(std::span<const Guess> guesses);

}  // namespace spranga::knock
