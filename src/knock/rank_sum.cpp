#include "knock/rank_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace spranga::knock {

namespace {

double median(std::span<const double> sample) {
  std::vector<double> sorted(sample.begin(), sample.end());
  std::ranges::sort(sorted);
  const auto half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<double> out;
  out.reserve(values.size());
  for (const double value : values) {
    const auto below = std::ranges::count_if(values, [&](double other) { return other < value; });
    const auto equal = std::ranges::count(values, value);
    out.push_back(static_cast<double>(below) + static_cast<double>(equal + 1) / 2);
  }
  return out;
}

}  // namespace

RankSum rank_sum(std::span<const double> first, std::span<const double> second) {
  RankSum out;
  const auto n = first.size();
  const auto all = n + second.size();
  constexpr std::size_t most = 11;
  if (first.empty() || second.empty() || all > most) {
    return out;
  }
  std::vector<double> values(first.begin(), first.end());
  values.insert(values.end(), second.begin(), second.end());
  const auto ranks = ranks_of(values);
  const auto sum_of = [&](std::uint32_t chosen) {
    double sum = 0;
    for (std::size_t i = 0; i < all; ++i) {
      sum += (chosen >> i & 1U) != 0 ? ranks[i] : 0;
    }
    return sum;
  };
  const double seen = sum_of((1U << n) - 1);
  const double middle = static_cast<double>(n) * static_cast<double>(all + 1) / 2;
  int divisions = 0;
  int as_far = 0;
  for (std::uint32_t chosen = 0; chosen < 1U << all; ++chosen) {
    if (static_cast<std::size_t>(std::popcount(chosen)) == n) {
      ++divisions;
      as_far += std::abs(sum_of(chosen) - middle) >= std::abs(seen - middle) - 1e-9 ? 1 : 0;
    }
  }
  out.u = seen - static_cast<double>(n) * static_cast<double>(n + 1) / 2;
  out.p = static_cast<double>(as_far) / divisions;
  out.lowest_p = std::min(1.0, 2.0 / divisions);
  out.median_gap = median(second) - median(first);
  return out;
}

}  // namespace spranga::knock
