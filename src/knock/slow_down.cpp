#include "knock/slow_down.h"

#include <algorithm>
#include <vector>

namespace spranga::knock {

SlowDown slow_down_of(std::span<const Guess> guesses) {
  constexpr std::size_t fewest = 3;
  constexpr Milliseconds noticeable{1'000};
  SlowDown out;
  std::vector<Milliseconds> delays;
  for (const auto& guess : guesses) {
    if (guess.answer.code != 0) {
      delays.push_back(guess.answer.delay);
      out.temporary += guess.answer.code < 500 && guess.answer.code >= 400 ? 1 : 0;
    }
  }
  if (delays.empty()) {
    return out;
  }
  out.first = delays.front();
  std::vector<Milliseconds> late(delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2),
                                 delays.end());
  const auto middle = late.begin() + static_cast<std::ptrdiff_t>(late.size() / 2);
  std::ranges::nth_element(late, middle);
  out.late = *middle;
  out.grows =
      delays.size() >= fewest && out.late >= 2 * out.first && out.late - out.first >= noticeable;
  return out;
}

}  // namespace spranga::knock
