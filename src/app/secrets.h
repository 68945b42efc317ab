// Passwords and tokens: from a file, the environment or the terminal; never from argv.
#pragma once

#include <optional>

#include "base/result.h"
#include "check/options.h"

namespace spranga::app {

/// The login's credentials; nothing without --user. An error is a whole sentence, without a secret.
[[nodiscard]] Result<std::optional<check::Credentials>> read_credentials(
    const check::CheckOptions& options);

}  // namespace spranga::app
