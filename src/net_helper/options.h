// What the warden tells the net helper on its command line.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "process/sandbox.h"

namespace spranga::net_helper {

/// "--uid N --gid N --group N …"; nullopt where there is no --uid: the process stays who it is.
[[nodiscard]] Result<std::optional<process::Identity>> parse_identity(
    const std::vector<std::string_view>& words);

/// What a process that asks name servers and mail servers may still open.
[[nodiscard]] process::Confinement confinement_of(const std::optional<process::Identity>& who);

}  // namespace spranga::net_helper
