// Mail services so large that their door is nobody's own: no ban test is made there.
#pragma once

#include <string_view>

namespace spranga::check {

/// The provider that `host` (an MX, a PTR name, a word of a greeting) belongs to, by its suffix;
/// "" where it is none that we know.
[[nodiscard]] std::string_view big_provider(std::string_view host);

/// The same for each word of a greeting, "220 mx.google.com ESMTP".
[[nodiscard]] std::string_view big_provider_in(std::string_view greeting);

}  // namespace spranga::check
