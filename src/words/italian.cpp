#include "words/italian.h"

#include <array>
#include <cstddef>

namespace spranga::words {

namespace {

struct ItalianRow {
  Word word;
  std::string_view text;
};

constexpr std::array italian_rows = {
#define SPRANGA_ITALIAN(name, italian) ItalianRow{Word::name, italian},
#include "words/it/all.inc"
#undef SPRANGA_ITALIAN
};

constexpr std::array all_words = {
    Word::none,
#define SPRANGA_WORD(name, english) Word::name,
#include "words/all.inc"
#undef SPRANGA_WORD
};
constexpr std::size_t words_in_all = all_words.size();

/// By word, so that a look-up is one step.
constexpr auto italian_column = [] {
  std::array<std::string_view, words_in_all> column{};
  for (const auto& row : italian_rows) {
    column[static_cast<std::size_t>(row.word)] = row.text;
  }
  return column;
}();

constexpr bool no_word_is_there_twice = [] {
  std::array<bool, words_in_all> seen{};
  for (const auto& row : italian_rows) {
    auto& here = seen[static_cast<std::size_t>(row.word)];
    if (here) {
      return false;
    }
    here = true;
  }
  return true;
}();
static_assert(no_word_is_there_twice, "a word has two rows in words/it");

}  // namespace

std::string_view italian_of(Word word) {
  return italian_column.at(static_cast<std::size_t>(word));
}

}  // namespace spranga::words
