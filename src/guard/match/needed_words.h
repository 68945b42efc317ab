// What a text must have for an expression to match it, looked at before the engine is asked: most
// lines of a log are none of a filter's, and looking for a word costs a hundredth of a search.
//
// The expression is in Python's dialect with its tags expanded. One that is not understood gives
// nothing, and then the engine is asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spranga::guard {

/// A word to be looked for in many texts: by its rarest character first.
class NeededWord {
public:
  explicit NeededWord(std::string word);

  [[nodiscard]] bool is_in(std::string_view text) const;

private:
  std::string word_;
  std::size_t rarest_;  // its place in the word
};

/// Every text that the expression matches holds at least one of these. Empty: nothing is known.
/// What look-around, conditions, flags and repetitions from zero on say is left out.
[[nodiscard]] std::vector<std::string> needed_words(std::string_view expression);

}  // namespace spranga::guard
