#include "text/nearest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace spranga::text {

namespace {

/// Optimal string alignment: Levenshtein's distance, a swap of neighbours counting one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      cost[i][j] = std::min({cost[i - 1][j] + 1,
                             cost[i][j - 1] + 1,
                             cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view given, std::span<const std::string_view> known) {
  constexpr std::size_t longest = 64;  // nobody means a word of ours by more
  const auto letters = given.find_first_not_of('-');
  if (given.size() > longest || letters == std::string_view::npos || given.size() - letters < 2) {
    return {};
  }
  std::string_view best_word;
  std::size_t best = std::max<std::size_t>(1, (given.size() - letters) / 3) + 1;
  for (const auto word : known) {
    if (word.size() < 3) {
      continue;  // "-4" is near to everything
    }
    const auto here =
        word.starts_with(given) && given.size() > letters + 1 ? 0 : distance(given, word);
    if (here < best) {
      best = here;
      best_word = word;
    }
  }
  return best_word;
}

}  // namespace spranga::text
