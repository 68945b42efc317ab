// The Italian column of the catalogue.
#pragma once

#include <string_view>

#include "words/phrase.h"

namespace spranga::words {

/// "" where a word has no Italian yet; a test names such words.
[[nodiscard]] std::string_view italian_of(Word word);

}  // namespace spranga::words
