// Addresses as text, exactly as inet_pton() and inet_ntop() read and write them, which cost ten
// times as much: a guard does this for every failure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spranga::text {

using Ipv4Bytes = std::array<unsigned char, 4>;
using Ipv6Bytes = std::array<unsigned char, 16>;

/// Four decimal numbers up to 255, without zeros before them.
[[nodiscard]] std::optional<Ipv4Bytes> parse_ipv4(std::string_view text);

/// RFC 5952; "::ffff:192.0.2.1" and "::192.0.2.1" in that form.
[[nodiscard]] std::string write_ipv6(const Ipv6Bytes& bytes);

}  // namespace spranga::text
