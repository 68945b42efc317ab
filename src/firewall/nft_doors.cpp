#include "firewall/nft_doors.h"

#include <algorithm>

#include "firewall/backend.h"

namespace spranga::firewall::nft {

namespace {

/// Sorted by their keys.
void keep_last_of_each(std::vector<Element>& elements) {
  std::ranges::stable_sort(elements, {}, &Element::key);
  const auto same = [](const Element& one, const Element& other) { return one.key == other.key; };
  // From behind, where of several the last one is the first.
  const auto first = std::unique(elements.rbegin(), elements.rend(), same);
  elements.erase(elements.begin(), first.base());
}

}  // namespace

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
  std::map<std::pair<DoorId, SetKey>, std::vector<Element>> all;
  auto last = all.end();  // most entries go where the one before went
  for (const auto& entry : entries) {
    const std::pair place(entry.door, key_of(entry));
    if (last == all.end() || last->first != place) {
      if (!doors.contains(entry.door)) {
        return not_open(entry.door);
      }
      last = all.try_emplace(place).first;
    }
    last->second.push_back({std::string(entry.base.bytes()), entry.lasts});
  }
  BySet out;
  for (auto& [place, elements] : all) {
    keep_last_of_each(elements);
    out.emplace(doors.at(place.first).set_name(place.second), std::move(elements));
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
