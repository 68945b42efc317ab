// What the kernel tells of tables, chains, rules and sets, in answers and in events, as values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firewall/netlink.h"

namespace spranga::firewall::nft {

/// What the kernel tells of a table, chain, rule or set.
struct Thing {
  std::string table;
  std::string name;  // of the chain or set; of a rule the chain's
};

/// What there is of a table.
struct Parts {
  bool table{false};  // it is there
  std::vector<std::string> chains;
  std::vector<std::string> sets;  // without the small ones that rules bring along
};

/// Of an answer or an event about a table, chain, rule or set.
[[nodiscard]] Thing read_thing(const nlmsghdr& message);

/// Type of message without the subsystem: NFT_MSG_…
[[nodiscard]] std::uint8_t kind_of(const nlmsghdr& message);

}  // namespace spranga::firewall::nft
