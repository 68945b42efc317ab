// Host and domain names as a person types them → as DNS and TLS want them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace spranga::net {

/// Lower-case A-labels (RFC 5891) without the final dot. Errc::malformed for what no host can be
/// called.
[[nodiscard]] Result<std::string> normal_host_name(std::string_view typed);

}  // namespace spranga::net
