// The table that shuts the doors, as values: chains, rules and the names of its sets.
//
//   pre     hook prerouting -150, so that ports published by DNAT are shut as well:
//             iif lo accept; replies go to `reply`; all else to `v4` or `v6`
//   v4, v6  a rule a door and set: [protocol, port] source in the set → ban-VERDICT
//   ban-…   a never-ban address is accepted; the others get the verdict
//   reply   TCP but resets, to `reply4` or `reply6`: a rule a door and set; what a server behind
//           this host (a container's) sends to a banned peer is answered by a reset (`cut`), so
//           that the server ends its session too
//
// What this host's own servers send goes out. Their sessions are ended in the kernel
// (open_sessions.h), which tells the peer; were the server reset by a rule before, nothing would be
// left to end, and a peer that only listens would never hear of it.
//
// "Reply" is conntrack's word: from the end that did not begin. What a banned peer sends on a
// connection that this host began is a reply, and is never looked at.
//
// A network is a hashed key as well: the address is masked, then looked up in the set of that
// length. Names come from what a door shuts, so that another life of the guard finds its sets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firewall/firewall.h"
#include "firewall/nft_rule.h"

namespace spranga::firewall::nft {

/// What an old kernel cannot do is done otherwise.
struct Abilities {
  bool reject_in_prerouting{true};  // else every verdict is a drop (before Linux 5.9)
  /// An element that is put in again gets its new time; else the old one stays (before 6.12).
  bool prolongs{true};
  std::uint32_t most_addresses{1'048'576};  // in a set
};

/// By the release that uname tells: "6.1.0-28-amd64".
[[nodiscard]] bool prolongs_elements(std::string_view release);

/// A set of a door: addresses of one family, or networks of one length.
struct SetKey {
  net::Family family{net::Family::ipv4};
  std::uint8_t prefix{32};

  [[nodiscard]] bool operator==(const SetKey&) const = default;
  [[nodiscard]] auto operator<=>(const SetKey&) const = default;
};

/// The two sets of addresses that every door has.
[[nodiscard]] std::vector<SetKey> address_sets();

/// "tcp-25-465-587", "all", "both-all-drop": the same for doors that shut the same alike. Long
/// lists of ports are cut and told apart by a number.
[[nodiscard]] std::string door_name(const Door& door);

/// "tcp-25-465-587.ip4", "….ip6-64".
[[nodiscard]] std::string set_name(const std::string& door, const SetKey& key);

/// The other way; false where the set is none of that door's.
[[nodiscard]] bool parse_set_name(const std::string& name, const std::string& door, SetKey& key);

[[nodiscard]] std::string never_set(net::Family family);

[[nodiscard]] std::vector<Chain> chains();

/// The rules that are there without any door.
[[nodiscard]] std::vector<Rule> frame(const Abilities& abilities);

/// The rules of one set of a door.
[[nodiscard]] std::vector<Rule> rules_of(const Door& door, const SetKey& key);

/// 255.255.255.0 as four bytes.
[[nodiscard]] std::string mask_bytes(const SetKey& key);

}  // namespace spranga::firewall::nft
