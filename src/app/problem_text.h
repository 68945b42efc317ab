// What is wrong in the guard's configuration, in the language of the process.
#pragma once

#include <string>

#include "guard/config/problem.h"

namespace spranga::app {

/// "FILE:LINE: MESSAGE", as far as each is known.
[[nodiscard]] std::string problem_text(const guard::config::Problem& problem);

}  // namespace spranga::app
