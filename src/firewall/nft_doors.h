// The doors that our table shuts, each with the sets that it has there, and which set an entry
// belongs to.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "firewall/firewall.h"
#include "firewall/nft_element.h"
#include "firewall/nft_table.h"

namespace spranga::firewall::nft {

struct OpenedDoor {
  Door door;
  std::set<SetKey> sets;

  /// As the kernel knows it.
  [[nodiscard]] std::string set_name(const SetKey& key) const;
};

using Doors = std::map<DoorId, OpenedDoor>;

/// With the two sets of addresses.
[[nodiscard]] OpenedDoor opened(const Door& door);

/// The set of an entry.
[[nodiscard]] SetKey key_of(const Entry& entry);

/// Elements by the name of the set that they belong to.
using BySet = std::map<std::string, std::vector<Element>>;

/// The last of several entries for one element. Errc::not_found: a door that is not open.
[[nodiscard]] Result<BySet> by_set(const Doors& doors, std::span<const Entry> entries);

/// Whether one of the doors has that set.
[[nodiscard]] bool has_set(const Doors& doors, const std::string& name);

/// How many rules each chain has with these doors.
[[nodiscard]] std::map<std::string, int> rules_by_chain(const Doors& doors,
                                                        const Abilities& abilities);

}  // namespace spranga::firewall::nft
