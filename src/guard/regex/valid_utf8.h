// UTF-8 as Python decodes it: what the engine is given must be valid.
#pragma once

#include <string>
#include <string_view>

namespace spranga::guard {

/// Whether `bytes` are well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

/// `bytes` with each ill-formed piece replaced by one U+FFFD, exactly as
/// `bytes.decode("utf-8", "replace")`.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

}  // namespace spranga::guard
