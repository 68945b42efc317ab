#include "firewall/nft_transaction.h"

#include <algorithm>
#include <set>

namespace spranga::firewall::nft {

namespace {

// Numbers of small sets within a batch; 1 is every named set's.
constexpr std::uint32_t first_set_number = 1;

}  // namespace

std::vector<Element> never_elements(std::span<const Network> never, net::Family family) {
  std::vector<Element> elements;
  for (const auto& interval : intervals(never, family)) {
    elements.push_back({interval.first, std::nullopt, false});
    if (auto end = next(interval.last)) {
      elements.push_back({*std::move(end), std::nullopt, true});
    }
  }
  return elements;
}

void Transactions::add_never(Batch& batch, std::span<const Network> never) const {
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    const auto elements = never_elements(never, family);
    batch.push_back(requests_.empty_set(never_set(family)));
    requests_.add_elements(batch, never_set(family), elements);
  }
}

void Transactions::add_set(Batch& batch,
                           const Door& door,
                           const SetKey& key,
                           const Abilities& abilities,
                           std::uint32_t& number) const {
  batch.push_back(
      requests_.make_set(set_name(door_name(door), key), key, abilities.most_addresses));
  for (const auto& rule : rules_of(door, key)) {
    requests_.add_rule(batch, rule, number);
  }
}

/// Takes out what is there, but for the sets that the doors go on with.
void Transactions::clear(Batch& batch, const Doors& doors, const Parts& found) const {
  batch.push_back(requests_.delete_all_rules());
  std::set<std::string> wanted = {never_set(net::Family::ipv4), never_set(net::Family::ipv6)};
  for (const auto& [id, opened] : doors) {
    for (const auto& key : opened.sets) {
      wanted.insert(opened.set_name(key));
    }
  }
  const auto ours = chains();
  for (const auto& name : found.chains) {
    if (std::ranges::find(ours, name, &Chain::name) == ours.end()) {
      batch.push_back(requests_.delete_chain(name));
    }
  }
  for (const auto& name : found.sets) {
    if (!wanted.contains(name)) {
      batch.push_back(requests_.delete_set(name));
    }
  }
}

void Transactions::fill(Batch& batch, const TableContent& content, bool with_never) const {
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    batch.push_back(requests_.make_interval_set(never_set(family), family));
  }
  if (with_never) {
    add_never(batch, content.never);
  }
  for (const auto& chain : chains()) {
    batch.push_back(requests_.make_chain(chain));
  }
  auto number = first_set_number;
  for (const auto& rule : frame(content.abilities)) {
    requests_.add_rule(batch, rule, number);
  }
  for (const auto& [id, opened] : content.doors) {
    for (const auto& key : opened.sets) {
      add_set(batch, opened.door, key, content.abilities, number);
    }
  }
}

Batch Transactions::make(const TableContent& content,
                         const Parts& found,
                         bool never_is_there) const {
  Batch batch;
  batch.push_back(requests_.make_table());
  clear(batch, content.doors, found);
  fill(batch, content, !never_is_there);
  return batch;
}

Batch Transactions::make_anew(const TableContent& content) const {
  Batch batch;
  batch.push_back(requests_.make_table());
  batch.push_back(requests_.delete_table());
  batch.push_back(requests_.make_table());
  fill(batch, content, true);
  return batch;
}

Batch Transactions::remove_table() const {
  Batch batch;
  batch.push_back(requests_.delete_table());
  return batch;
}

Batch Transactions::never_ban(std::span<const Network> never) const {
  Batch batch;
  add_never(batch, never);
  return batch;
}

Batch Transactions::add(std::span<const NewSet> sets, const Abilities& abilities) const {
  Batch batch;
  auto number = first_set_number;
  for (const auto& [door, key] : sets) {
    add_set(batch, door, key, abilities, number);
  }
  return batch;
}

Batch Transactions::add_bare(const OpenedDoor& door, const Abilities& abilities) const {
  Batch batch;
  for (const auto& key : door.sets) {
    batch.push_back(requests_.make_set(door.set_name(key), key, abilities.most_addresses));
  }
  return batch;
}

Batch Transactions::empty(const OpenedDoor& door) const {
  Batch batch;
  for (const auto& key : door.sets) {
    batch.push_back(requests_.empty_set(door.set_name(key)));
  }
  return batch;
}

Batch Transactions::put(const std::string& set, std::span<const Element> elements) const {
  Batch batch;
  requests_.add_elements(batch, set, elements);
  return batch;
}

Batch Transactions::take_out(const std::string& set, const Element& element) const {
  Batch batch;
  requests_.delete_elements(batch, set, {&element, 1});
  return batch;
}

/// Older kernels keep the old time unless the element is taken out first, and what is not there
/// cannot be taken out. So for them all are put in, taken out and put in again, in one transaction:
/// nobody sees the gap. (To try first whether they are new is no gain, since that would fail.)
Batch Transactions::ban(const BySet& elements, const Abilities& abilities) const {
  Batch batch;
  for (const auto& [set, all] : elements) {
    requests_.add_elements(batch, set, all);
    if (!abilities.prolongs) {
      requests_.delete_elements(batch, set, all);
      requests_.add_elements(batch, set, all);
    }
  }
  return batch;
}

Batch Transactions::unban(const BySet& elements) const {
  Batch batch;
  for (const auto& [set, all] : elements) {
    requests_.add_elements(batch, set, all);
    requests_.delete_elements(batch, set, all);
  }
  return batch;
}

}  // namespace spranga::firewall::nft
