// WordIndex: which of a filter's expressions may match a line, told at once for all of them by the
// words that the line holds. What costs is words of the line, not expressions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "guard/match/word_table.h"

namespace spranga::guard {

/// Of a filter's expressions those that may match the line at hand.
class LikelyExpressions {
public:
  [[nodiscard]] bool has(std::size_t expression) const {
    return (bits_[expression / word_bits] >> expression % word_bits & 1U) != 0;
  }

  /// Whether any of [from, to) is among them.
  [[nodiscard]] bool has_any(std::size_t from, std::size_t to) const;

private:
  friend class WordIndex;

  static constexpr std::size_t word_bits{64};

  void add(std::size_t expression) {
    bits_[expression / word_bits] |= std::uint64_t{1} << expression % word_bits;
  }

  std::vector<std::uint64_t> bits_;
};

class WordIndex {
public:
  /// Numbers of words of which a line must hold all.
  using Set = std::vector<std::uint32_t>;

  /// The next expression: it may match what holds one of these sets; without sets, any line.
  void add(std::span<const Set> sets);

  /// Replaces all of `out`.
  void look_up(const FoundWords& words, LikelyExpressions& out) const;

  /// The first word of each set of expressions [from, to): a line without any of them holds none of
  /// these sets.
  [[nodiscard]] std::vector<std::uint32_t> first_words(std::size_t from, std::size_t to) const;

private:
  static constexpr std::uint32_t nothing{0xFFFFFFFF};

  struct Asker {
    std::uint32_t expression;
    std::uint32_t other;  // a second word that the set has, or `nothing`
  };

  std::size_t count_{0};
  LikelyExpressions always_;
  std::vector<std::vector<Asker>> askers_;  // by the set's first word
};

}  // namespace spranga::guard
