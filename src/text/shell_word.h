// Words for a command line that a person copies into a shell.
#pragma once

#include <string>
#include <string_view>

namespace spranga::text {

/// `word` as a POSIX shell wants it: as it is where that is safe, else within single quotes.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace spranga::text
