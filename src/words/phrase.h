// Phrase: something said to a person, kept as a word of the catalogue plus its values, so that the
// language is chosen when it is printed. `say` escapes control and non-UTF-8 bytes of every value:
// bytes of a remote server reach a terminal no other way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "words/language.h"

namespace spranga::words {

/// One member a row of the *.inc tables beside this file.
enum class Word {
  none,
#define SPRANGA_WORD(name, english) name,
#include "words/all.inc"
#undef SPRANGA_WORD
};

struct Phrase {
  Word word{Word::none};
  std::vector<std::string> values;  // fill {0}, {1}, … of the word's text

  [[nodiscard]] bool operator==(const Phrase&) const = default;
};

/// The text of a phrase; Word::none gives "". A word without Italian is said in English.
[[nodiscard]] std::string say(const Phrase& phrase, Language language = chosen_language());

/// Shorthand: say(Word::x, {"value"}).
[[nodiscard]] std::string say(Word word,
                              std::vector<std::string> values = {},
                              Language language = chosen_language());

/// The raw text with its {0} placeholders.
[[nodiscard]] std::string_view text_of(Word word, Language language = chosen_language());

/// The word's name in the tables, for tests and messages about the catalogue.
[[nodiscard]] std::string_view name_of(Word word);

/// Number of words, Word::none included; Word(i) is valid for 0 ≤ i < word_count().
[[nodiscard]] std::size_t word_count();

}  // namespace spranga::words
