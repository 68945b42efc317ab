// The Mann-Whitney U test for small samples, exact: every way to divide the ranks is counted.
#pragma once

#include <span>

namespace spranga::knock {

struct RankSum {
  double u{0};           // of the first sample
  double p{1};           // two-sided
  double lowest_p{1};    // the smallest p that samples of this size can give
  double median_gap{0};  // median of the second less that of the first
};

/// Samples of at most 11 values together; with an empty one p is 1.
[[nodiscard]] RankSum rank_sum(std::span<const double> first, std::span<const double> second);

}  // namespace spranga::knock
