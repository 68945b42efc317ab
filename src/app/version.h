// The program's version, from CMakeLists.txt.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace spranga::app {

[[nodiscard]] std::string_view version();

/// The day of this version, for the manual pages.
[[nodiscard]] std::string_view release_date();

/// `spranga version`
int version_command(std::span<const std::string> arguments);

}  // namespace spranga::app
