// Text as Python's repr() shows it: what fail2ban prints into its log and its lists.
#pragma once

#include <string>
#include <string_view>

namespace spranga::text {

/// Quoted; a backslash, the quote and what is not printable escaped. A byte that is no UTF-8 is
/// shown as Python shows what "surrogateescape" makes of it: \udcNN.
[[nodiscard]] std::string python_repr(std::string_view text);

/// Bytes as Python shows them: b'\xff'.
[[nodiscard]] std::string python_bytes_repr(std::string_view bytes);

}  // namespace spranga::text
