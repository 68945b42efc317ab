#include "firewall/nft_doors.h"

#include <algorithm>

#include "firewall/backend.h"

namespace spranga::firewall::nft {

std::string OpenedDoor::set_name(const SetKey& key) const {
  return nft::set_name(door_name(door), key);
}

OpenedDoor opened(const Door& door) {
  const auto sets = address_sets();
  return {door, {sets.begin(), sets.end()}};
}

SetKey key_of(const Entry& entry) {
  return {entry.base.family(), entry.prefix};
}

Result<BySet> by_set(const Doors& doors, std::span<const Entry> entries) {
  std::map<std::string, std::map<std::string, Element>> last;  // of several for one key
  for (const auto& entry : entries) {
    const auto found = doors.find(entry.door);
    if (found == doors.end()) {
      return not_open(entry.door);
    }
    std::string key(entry.base.bytes());
    last[found->second.set_name(key_of(entry))][key] = {key, entry.lasts};
  }
  BySet out;
  for (const auto& [set, elements] : last) {
    for (const auto& [key, element] : elements) {
      out[set].push_back(element);
    }
  }
  return out;
}

bool has_set(const Doors& doors, const std::string& name) {
  return std::ranges::any_of(doors, [&](const auto& door) {
    SetKey key;
    return parse_set_name(name, door_name(door.second.door), key) && door.second.sets.contains(key);
  });
}

std::map<std::string, int> rules_by_chain(const Doors& doors, const Abilities& abilities) {
  std::map<std::string, int> out;
  for (const auto& rule : frame(abilities)) {
    ++out[rule.chain];
  }
  for (const auto& [id, each] : doors) {
    for (const auto& key : each.sets) {
      for (const auto& rule : rules_of(each.door, key)) {
        ++out[rule.chain];
      }
    }
  }
  return out;
}

}  // namespace spranga::firewall::nft
