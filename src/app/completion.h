// Completion for shells, made from the tables of verbs and options.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spranga::app {

/// The script for "bash", "zsh" or "fish"; nothing for another shell.
[[nodiscard]] std::optional<std::string> completion_script(std::string_view shell);

}  // namespace spranga::app
