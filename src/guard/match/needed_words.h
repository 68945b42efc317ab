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

  [[nodiscard]] const std::string& text() const { return word_; }

  /// Whether the word may be in a text that holds these pairs.
  [[nodiscard]] bool may_be_among(const PairSet& pairs) const {
    return pairs.has(pairs_[0]) && pairs.has(pairs_[1]) && pairs.has(pairs_[2]);
  }

private:
  std::string word_;
  std::size_t rarest_;                  // the place of the rarest character in the word
  std::array<std::uint16_t, 3> pairs_;  // the rarest of its pairs, the rarest first
};

/// Words of which a text must hold all.
using WordSet = std::vector<std::string>;

/// Every text that the expression matches holds all words of at least one of these sets, none of
/// which is empty. No sets: nothing is known. What alternatives, groups and look-ahead say is used;
/// what may be absent, is denied, ignores case or stands in a condition is left out.
[[nodiscard]] std::vector<WordSet> needed_sets(std::string_view expression);

/// Of each of such sets the one or two words that tell most, none shorter than a scan can look for.
/// No sets: one has no such word.
[[nodiscard]] std::vector<WordSet> telling_words(const std::vector<WordSet>& sets);

/// Whether many lines hold the word, as far as its characters tell.
[[nodiscard]] bool is_common(const std::string& word);

/// Of each such set the word that tells most: every text that the expression matches holds at least
/// one of these. Empty: nothing is known.
[[nodiscard]] std::vector<std::string> needed_words(std::string_view expression);

}  // namespace spranga::guard
