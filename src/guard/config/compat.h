// Which fail2ban is imitated.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "ban/jail_spec.h"
#include "guard/config/layers.h"
#include "guard/config/problem.h"

namespace spranga::guard::config {

/// "1.0", "1.1", also with further numbers; none for anything else.
[[nodiscard]] std::optional<ban::Compat> parse_compat(std::string_view text);

/// That of the fail2ban installed below `root`, else the one of its Debian, else 1.0.
[[nodiscard]] ban::Compat installed_compat(const std::filesystem::path& root = "/");

/// `compat` of spranga.conf's [Definition] (1.0, 1.1, auto); installed_compat() for auto.
[[nodiscard]] ban::Compat configured_compat(Layers& layers, Problems& problems);

}  // namespace spranga::guard::config
