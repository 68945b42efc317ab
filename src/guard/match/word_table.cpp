#include "guard/match/word_table.h"

namespace spranga::guard {

std::uint32_t WordTable::number_of(const std::string& word) {
  const auto number = static_cast<std::uint32_t>(words_.size());
  const auto [place, is_new] = numbers_.emplace(word, number);
  if (is_new) {
    words_.push_back(word);
    for (std::size_t at = 1; at < word.size(); ++at) {
      neighbours_.set(pair(word[at - 1], word[at]));
    }
  }
  return place->second;
}

}  // namespace spranga::guard
