// The command line of one verb, read by its option rows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/option.h"
#include "base/result.h"

namespace spranga::app {

/// Applies each option that is there, in the order of the rows, and gives back what is no option.
/// An error is a whole sentence for a person; an unknown option comes with the nearest known one.
[[nodiscard]] Result<std::vector<std::string>> parse_arguments(
    std::span<const Option> options, std::span<const std::string> arguments);

}  // namespace spranga::app
