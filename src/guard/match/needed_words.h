// What a text must have for an expression to match it, looked at before the engine is asked: most
// lines of a log are none of a filter's, and looking for a word costs a hundredth of a search.
//
// The expression is in Python's dialect with its tags expanded. One that is not understood gives
// nothing, and then the engine is asked.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guard/match/pair_set.h"

namespace spranga::guard {

/// A word to be looked for in many texts: by its rarest character first.
class NeededWord {
public:
  /// Of two characters or more.
  explicit NeededWord(std::string word);

  [[nodiscard]] bool is_in(std::string_view text) const;

  /// Whether the word may be in a text that holds these pairs.
  [[nodiscard]] bool may_be_among(const PairSet& pairs) const {
    return pairs.has(pairs_[0]) && pairs.has(pairs_[1]) && pairs.has(pairs_[2]);
  }

private:
  std::string word_;
  std::size_t rarest_;                  // the place of the rarest character in the word
  std::array<std::uint16_t, 3> pairs_;  // the rarest of its pairs, the rarest first
};

/// Every text that the expression matches holds at least one of these. Empty: nothing is known.
/// What look-around, conditions, flags and repetitions from zero on say is left out.
[[nodiscard]] std::vector<std::string> needed_words(std::string_view expression);

}  // namespace spranga::guard
