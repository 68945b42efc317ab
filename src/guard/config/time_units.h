// The units of a time expression: what fail2ban's rewriting makes of "1d12h" before it is counted,
// "1*86400+12*3600". A word that is no unit stays, for the arithmetic to stumble over.
#pragma once

#include <string>
#include <string_view>

namespace spranga::guard::config {

/// The expression in seconds, its numbers and units as products and sums.
[[nodiscard]] std::string without_time_units(std::string_view text);

}  // namespace spranga::guard::config
