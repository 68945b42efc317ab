// Verbs that only read the catalogue: `explain ID`, `docs`, and `check --explain ID`.
#pragma once

#include <span>
#include <string>

#include "render/render.h"

namespace spranga::app {

/// Prints what the catalogue says about a check; an unknown id is a usage error that lists all.
[[nodiscard]] int explain_check(const std::string& id, const render::Style& style);

int explain_command(std::span<const std::string> arguments);
int docs_command(std::span<const std::string> arguments);

}  // namespace spranga::app
