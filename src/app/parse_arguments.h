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

/// The arguments that `parse_arguments` took, in their order: all but the targets that it gave
/// back. An option's value stays, also where it reads like a target: --i-own HOST.
[[nodiscard]] std::vector<std::string> without_targets(std::span<const Option> options,
                                                       std::span<const std::string> arguments,
                                                       std::vector<std::string> targets);

}  // namespace spranga::app
