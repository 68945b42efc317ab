// Texts that rooms below this one build in English without knowing the catalogue: why a connection
// was lost, what the system says, what is wrong in a line of the configuration, where a directive
// goes. Their Italian is found by the text itself, with what varies in it as {0}, {1}, ….
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "words/language.h"

namespace spranga::words {

struct ElsewhereRow {
  std::string_view english;  // "no more than {0} connections"
  std::string_view italian;
};

/// The rows of it/elsewhere.inc; the first that fits counts.
[[nodiscard]] std::span<const ElsewhereRow> elsewhere_rows();

/// `text` in the language where a row knows it, else `text` itself. `say` does this with every
/// value.
[[nodiscard]] std::string translate(std::string_view text, Language language = chosen_language());

}  // namespace spranga::words
