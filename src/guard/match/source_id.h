// The id of a sighting as fail2ban writes it: an address in canonical text, a network, or what it
// could not understand, as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::guard {

/// How fail2ban reads the text of an id.
enum class IdKind {
  ipv4,   // what an ip4 group caught
  ipv6,   // what an ip6 group caught
  guess,  // an id that may be an address or a network, in brackets or not
  raw,    // stays as it is
};

/// IPv4-mapped addresses become IPv4; with `prefix` the bits behind it go, and it is written behind
/// a slash. What is no address ("999.1.1.1") stays as it is.
[[nodiscard]] std::string canonical_id(std::string_view text,
                                       IdKind kind,
                                       std::optional<int> prefix = {});

/// Of what a cidr group caught; nothing where it caught no number.
[[nodiscard]] std::optional<int> prefix_length(std::string_view cidr);

/// Where `text` as a whole is a valid IPv4 address: that; how fail2ban takes an address out of what
/// a <DNS> group caught.
[[nodiscard]] std::optional<std::string> plain_address(std::string_view text);

/// The id of a tuple as Python prints it: "('192.0.2.1', 'alice')".
[[nodiscard]] std::string tuple_id(const std::vector<std::optional<std::string>>& parts);

}  // namespace spranga::guard
