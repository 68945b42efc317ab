// --lang: the language of this process, from the command line or the environment.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace spranga::app {

/// Chooses the language of the process: what --lang says anywhere before "--", else what the
/// environment says. Takes --lang and its value out of `arguments`.
[[nodiscard]] Result<void> choose_language(std::vector<std::string>& arguments);

/// What a command line must have so that it speaks as this process does: {"--lang", "it"}, or
/// nothing where the environment says so already.
[[nodiscard]] std::vector<std::string> language_arguments();

}  // namespace spranga::app
