#include "firewall/nftables.h"

#include <fmt/core.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace spranga::firewall {

using nft::Abilities;
using nft::Element;
using nft::SetKey;

struct Nftables::Found {
  bool table{false};
  std::vector<std::string> chains;
  std::vector<std::string> sets;
  bool never_is_there{false};  // with all that it should hold
};

namespace {

// Numbers of small sets within a batch; 1 is every named set's.
constexpr std::uint32_t first_set_number = 1;

Result<void> result_of(const KernelAnswer& answer, std::string_view what) {
  if (answer) {
    return Failure(answer->as(what));
  }
  return {};
}

template <class Container, class Value>
bool holds(const Container& container, const Value& value) {
  return std::ranges::find(container, value) != container.end();
}

std::string name_of(const Door& door, const SetKey& key) {
  return nft::set_name(nft::door_name(door), key);
}

SetKey key_of(const Entry& entry) {
  return {entry.base.family(), entry.prefix};
}

/// Errors of a table that is there already, but made otherwise than we make it.
bool is_misfit(const KernelError& error) {
  constexpr std::array misfits = {EEXIST, EBUSY, EINVAL, ENOENT, EOPNOTSUPP};
  return holds(misfits, error.number);
}

}  // namespace

Nftables::Nftables(NetlinkSocket socket,
                   const std::string& table,
                   std::uint32_t owner,
                   nft::Abilities abilities)
    : socket_(std::move(socket)),
      table_(table),
      owner_(owner),
      requests_(table),
      marker_(table + "-owner"),
      abilities_(abilities) {}

nft::Abilities Nftables::of_this_kernel() {
  utsname names{};
  ::uname(&names);
  return {true, nft::prolongs_elements(static_cast<const char*>(names.release))};
}

KernelAnswer Nftables::commit(Batch batch) {
  return socket_.commit(batch, NFNL_SUBSYS_NFTABLES);
}

Result<void> Nftables::claim() {
  Batch batch;
  batch.push_back(marker_.make_owned_table(fmt::format("spranga guard, pid {}", owner_)));
  const auto answer = commit(std::move(batch));
  if (!answer) {
    return {};
  }
  if (answer->number != EPERM) {
    // A kernel that knows no owners (before 5.12) cannot tell; then nobody is asked.
    const bool unknown = answer->number == EOPNOTSUPP || answer->number == EINVAL;
    return unknown ? Result<void>() : result_of(answer, "claiming the table");
  }
  nft::Thing thing;
  const auto asked = socket_.dump(
      marker_.ask_table(),
      [] {},
      [&](const nlmsghdr& message) { thing = nft::read_thing(message); });
  if (asked || !thing.owned) {
    return result_of(answer, "claiming the table");
  }
  return fail(Errc::taken, fmt::format("table {} belongs to another one: {}", table_, thing.note));
}

Result<Nftables::Found> Nftables::look() {
  Found out;
  const auto table = socket_.dump(
      requests_.ask_table(),
      [] {},
      [&](const nlmsghdr& message) { out.table = nft::read_thing(message).table == table_; });
  if (table && table->number != ENOENT) {
    return Failure(table->as("reading the table"));
  }
  if (!out.table) {
    return out;
  }
  const auto collect = [this](NetlinkMessage message, std::vector<std::string>& names) {
    return socket_.dump(
        std::move(message),
        [&names] { names.clear(); },
        [this, &names](const nlmsghdr& answer) {
          if (const auto thing = nft::read_thing(answer); thing.table == table_) {
            names.push_back(thing.name);
          }
        });
  };
  SPRANGA_CHECK(result_of(collect(requests_.list_chains(), out.chains), "reading the chains"));
  SPRANGA_CHECK(result_of(collect(requests_.list_sets(), out.sets), "reading the sets"));
  // The small sets of rules go with their rules.
  std::erase_if(out.sets, [](const std::string& name) { return name.starts_with("__"); });
  return out;
}

std::vector<Element> Nftables::never_elements(net::Family family) const {
  std::vector<Element> elements;
  for (const auto& interval : intervals(never_, family)) {
    elements.push_back({interval.first, std::nullopt, false});
    if (auto end = next(interval.last)) {
      elements.push_back({*std::move(end), std::nullopt, true});
    }
  }
  return elements;
}

/// While the kernel changes a set of intervals, it may take a neighbour of one for its member, and
/// let a banned one in: what is as it should be is not touched.
Result<bool> Nftables::never_is_there(const Found& found) {
  const auto shape = [](const std::vector<Element>& elements) {
    std::set<std::pair<std::string, bool>> out;
    for (const auto& element : elements) {
      out.emplace(element.key, element.interval_end);
    }
    return out;
  };
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (std::ranges::count(found.sets, nft::never_set(family)) == 0) {
      return false;
    }
    SPRANGA_TRY(const auto held, elements_of(nft::never_set(family)));
    if (shape(held) != shape(never_elements(family))) {
      return false;
    }
  }
  return true;
}

void Nftables::add_never(Batch& batch) {
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    const auto elements = never_elements(family);
    batch.push_back(requests_.empty_set(nft::never_set(family)));
    requests_.add_elements(batch, nft::never_set(family), elements);
  }
}

void Nftables::add_door(Batch& batch,
                        const Opened& opened,
                        const SetKey& key,
                        std::uint32_t& number) {
  batch.push_back(requests_.make_set(name_of(opened.door, key), key, abilities_.most_addresses));
  for (const auto& rule : nft::rules_of(opened.door, key)) {
    requests_.add_rule(batch, rule, number);
  }
}

/// Takes out what is there, but for the sets that the doors go on with.
void Nftables::clear(Batch& batch, const Doors& doors, const Found& found) {
  batch.push_back(requests_.delete_all_rules());
  std::set<std::string> wanted = {nft::never_set(net::Family::ipv4),
                                  nft::never_set(net::Family::ipv6)};
  for (const auto& [id, opened] : doors) {
    for (const auto& key : opened.sets) {
      wanted.insert(name_of(opened.door, key));
    }
  }
  const auto chains = nft::chains();
  for (const auto& name : found.chains) {
    if (std::ranges::find(chains, name, &nft::Chain::name) == chains.end()) {
      batch.push_back(requests_.delete_chain(name));
    }
  }
  for (const auto& name : found.sets) {
    if (!wanted.contains(name)) {
      batch.push_back(requests_.delete_set(name));
    }
  }
}

Nftables::Batch Nftables::make_all(const Doors& doors,
                                   const Found& found,
                                   bool anew,
                                   const Abilities& abilities) {
  Batch batch;
  batch.push_back(requests_.make_table());
  if (anew) {
    batch.push_back(requests_.delete_table());
    batch.push_back(requests_.make_table());
  } else {
    clear(batch, doors, found);
  }
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    batch.push_back(requests_.make_interval_set(nft::never_set(family), family));
  }
  if (anew || !found.never_is_there) {
    add_never(batch);
  }
  for (const auto& chain : nft::chains()) {
    batch.push_back(requests_.make_chain(chain));
  }
  auto number = first_set_number;
  for (const auto& rule : nft::frame(abilities)) {
    requests_.add_rule(batch, rule, number);
  }
  for (const auto& [id, opened] : doors) {
    for (const auto& key : opened.sets) {
      add_door(batch, opened, key, number);
    }
  }
  return batch;
}

/// From the best to the poorest: keeping the bans that are there, with resets; and so on. Only what
/// the kernel says of the shape of things leads on to the next.
Result<void> Nftables::rebuild(Doors doors) {
  SPRANGA_TRY(auto found, look());
  SPRANGA_TRY(found.never_is_there, never_is_there(found));
  for (auto& [id, opened] : doors) {
    for (const auto& name : found.sets) {
      if (SetKey key; nft::parse_set_name(name, nft::door_name(opened.door), key)) {
        opened.sets.insert(key);
      }
    }
  }
  KernelAnswer first;
  for (const bool rejects : {true, false}) {
    for (const bool anew : {false, true}) {
      auto abilities = abilities_;
      abilities.reject_in_prerouting = rejects;
      const auto answer = commit(make_all(doors, found, anew, abilities));
      if (!answer) {
        abilities_ = abilities;
        doors_ = std::move(doors);
        ready_ = true;
        return {};
      }
      first = first ? first : answer;
      if (!is_misfit(*answer)) {
        return result_of(answer, "making the table");
      }
    }
  }
  return result_of(first, "making the table");
}

Result<void> Nftables::begin(const std::vector<Door>& doors, std::span<const Network> never) {
  SPRANGA_CHECK(claim());
  never_.assign(never.begin(), never.end());
  if (doors.empty()) {
    return remove_table();
  }
  Doors all;
  std::set<std::string> names;
  for (const auto& door : doors) {
    const auto sets = nft::address_sets();
    all[door.id] = {door, {sets.begin(), sets.end()}};
    if (!names.insert(nft::door_name(door)).second) {
      return fail(Errc::conflict, fmt::format("two doors shut {}", nft::door_name(door)));
    }
  }
  return rebuild(std::move(all));
}

Result<void> Nftables::remove_table() {
  Batch batch;
  batch.push_back(requests_.delete_table());
  const auto answer = commit(std::move(batch));
  if (answer && answer->number != ENOENT) {
    return result_of(answer, "removing the table");
  }
  doors_.clear();
  ready_ = false;
  return {};
}

Result<void> Nftables::never_ban(std::span<const Network> never) {
  never_.assign(never.begin(), never.end());
  if (!ready_) {
    return {};
  }
  Batch batch;
  add_never(batch);
  return result_of(commit(std::move(batch)), "the never-ban list");
}

Result<void> Nftables::repair() {
  return doors_.empty() ? Result<void>() : rebuild(doors_);
}

/// The bans of a door that shuts something else from now on.
Result<void> Nftables::move_elements(const Opened& from, const Opened& to) {
  Batch sets;
  for (const auto& key : to.sets) {
    sets.push_back(requests_.make_set(name_of(to.door, key), key, abilities_.most_addresses));
  }
  SPRANGA_CHECK(result_of(commit(std::move(sets)), "making sets"));
  for (const auto& key : from.sets) {
    SPRANGA_TRY(const auto elements, elements_of(name_of(from.door, key)));
    for (std::size_t at = 0; at < elements.size(); at += most_at_once) {
      const auto count = std::min(most_at_once, elements.size() - at);
      Batch batch;
      requests_.add_elements(batch, name_of(to.door, key), std::span(elements).subspan(at, count));
      SPRANGA_CHECK(result_of(commit(std::move(batch)), "moving bans"));
    }
  }
  return {};
}

Result<void> Nftables::open(const Door& door) {
  if (!ready_) {
    return begin({door}, std::vector<Network>(never_));
  }
  for (const auto& [id, other] : doors_) {
    if (id != door.id && nft::door_name(other.door) == nft::door_name(door)) {
      return fail(Errc::conflict, fmt::format("door {} shuts {}", id, nft::door_name(door)));
    }
  }
  const auto sets = nft::address_sets();
  Opened opened{door, {sets.begin(), sets.end()}};
  const auto before = doors_.find(door.id);
  if (before == doors_.end()) {
    Batch batch;
    auto number = first_set_number;
    for (const auto& key : opened.sets) {
      add_door(batch, opened, key, number);
    }
    SPRANGA_CHECK(result_of(commit(std::move(batch)), "opening a door"));
    doors_[door.id] = std::move(opened);
    return {};
  }
  if (before->second.door == door) {
    return {};
  }
  opened.sets = before->second.sets;
  if (nft::door_name(before->second.door) != nft::door_name(door)) {
    SPRANGA_CHECK(move_elements(before->second, opened));
  }
  auto doors = doors_;
  doors[door.id] = std::move(opened);
  return rebuild(std::move(doors));
}

Result<void> Nftables::close(DoorId door) {
  if (!doors_.contains(door)) {
    return not_open(door);
  }
  auto doors = doors_;
  doors.erase(door);
  if (doors.empty()) {
    return remove_table();
  }
  return rebuild(std::move(doors));
}

Result<Nftables::BySet> Nftables::by_set(std::span<const Entry> entries) const {
  std::map<std::string, std::map<std::string, Element>> last;  // of several for one key
  for (const auto& entry : entries) {
    const auto found = doors_.find(entry.door);
    if (found == doors_.end()) {
      return not_open(entry.door);
    }
    std::string key(entry.base.bytes());
    last[name_of(found->second.door, key_of(entry))][key] = {key, entry.lasts};
  }
  BySet out;
  for (const auto& [set, elements] : last) {
    for (const auto& [key, element] : elements) {
      out[set].push_back(element);
    }
  }
  return out;
}

/// Lengths of networks that a door had none of so far.
Result<void> Nftables::make_sets_for(std::span<const Entry> entries) {
  Batch batch;
  Doors changed;
  auto number = first_set_number;
  for (const auto& entry : entries) {
    const auto key = key_of(entry);
    const auto found = doors_.find(entry.door);
    if (found == doors_.end() || found->second.sets.contains(key)) {
      continue;
    }
    auto& opened = changed.try_emplace(entry.door, found->second).first->second;
    if (opened.sets.insert(key).second) {
      add_door(batch, opened, key, number);
    }
  }
  SPRANGA_CHECK(result_of(commit(std::move(batch)), "a set of networks"));
  for (auto& [id, opened] : changed) {
    doors_[id] = std::move(opened);
  }
  return {};
}

/// An element that is there already gets its new time. Older kernels keep the old one unless it is
/// taken out first, and what is not there cannot be taken out. So for them all are put in, taken
/// out and put in again, in one transaction: nobody sees the gap. (To try first whether they are
/// new is no gain: a transaction that fails takes 10 ms.)
Result<void> Nftables::ban_batch(const BySet& elements) {
  Batch batch;
  for (const auto& [set, all] : elements) {
    requests_.add_elements(batch, set, all);
    if (!abilities_.prolongs) {
      requests_.delete_elements(batch, set, all);
      requests_.add_elements(batch, set, all);
    }
  }
  return result_of(commit(std::move(batch)), "banning");
}

/// What is not there is put in first, for the same reason.
Result<void> Nftables::unban_batch(const BySet& elements) {
  Batch batch;
  for (const auto& [set, all] : elements) {
    requests_.add_elements(batch, set, all);
    requests_.delete_elements(batch, set, all);
  }
  const auto answer = commit(std::move(batch));
  if (!answer || answer->number != ENFILE) {
    return result_of(answer, "unbanning");
  }
  // The set is full, so that nothing more can be put in: each by itself.
  for (const auto& [set, all] : elements) {
    for (const auto& element : all) {
      batch = {};
      requests_.delete_elements(batch, set, {&element, 1});
      if (const auto one = commit(std::move(batch)); one && one->number != ENOENT) {
        return result_of(one, "unbanning");
      }
    }
  }
  return {};
}

Result<void> Nftables::ban(std::span<const Entry> entries) {
  SPRANGA_CHECK(make_sets_for(entries));
  Result<void> first;
  for (; !entries.empty(); entries = entries.subspan(std::min(entries.size(), most_at_once))) {
    SPRANGA_TRY(const auto elements, by_set(entries.first(std::min(entries.size(), most_at_once))));
    auto done = ban_batch(elements);
    if (first && !done) {
      first = std::move(done);
    }
  }
  return first;
}

Result<void> Nftables::unban(std::span<const Entry> entries) {
  for (; !entries.empty(); entries = entries.subspan(std::min(entries.size(), most_at_once))) {
    SPRANGA_TRY(auto elements, by_set(entries.first(std::min(entries.size(), most_at_once))));
    std::erase_if(elements, [this](const auto& item) {
      return std::ranges::none_of(doors_, [&](const auto& door) {
        SetKey key;
        return nft::parse_set_name(item.first, nft::door_name(door.second.door), key) &&
               door.second.sets.contains(key);
      });
    });
    SPRANGA_CHECK(unban_batch(elements));
  }
  return {};
}

Result<void> Nftables::flush(DoorId door) {
  const auto found = doors_.find(door);
  if (found == doors_.end()) {
    return not_open(door);
  }
  Batch batch;
  for (const auto& key : found->second.sets) {
    batch.push_back(requests_.empty_set(name_of(found->second.door, key)));
  }
  return result_of(commit(std::move(batch)), "emptying a door");
}

Result<std::vector<Element>> Nftables::elements_of(const std::string& set) {
  std::vector<Element> out;
  const auto answer = socket_.dump(
      requests_.list_elements(set),
      [&out] { out.clear(); },
      [&out](const nlmsghdr& message) { nft::read_elements(message, out); });
  if (answer) {
    return Failure(answer->as("reading a set"));
  }
  return out;
}

Result<bool> Nftables::is_complete() {
  std::map<std::string, int> wanted;
  for (const auto& rule : nft::frame(abilities_)) {
    ++wanted[rule.chain];
  }
  for (const auto& [id, opened] : doors_) {
    for (const auto& key : opened.sets) {
      for (const auto& rule : nft::rules_of(opened.door, key)) {
        ++wanted[rule.chain];
      }
    }
  }
  std::map<std::string, int> found;
  const auto answer = socket_.dump(
      requests_.list_rules(),
      [&found] { found.clear(); },
      [&](const nlmsghdr& message) {
        if (const auto thing = nft::read_thing(message); thing.table == table_) {
          ++found[thing.name];
        }
      });
  if (answer && answer->number != ENOENT) {
    return Failure(answer->as("reading the rules"));
  }
  return found == wanted;
}

Result<Holding> Nftables::list(DoorId door) {
  const auto found = doors_.find(door);
  if (found == doors_.end()) {
    return not_open(door);
  }
  Holding out;
  SPRANGA_TRY(out.complete, is_complete());
  for (const auto& key : found->second.sets) {
    auto elements = elements_of(name_of(found->second.door, key));
    if (!elements && elements.error().code == Errc::not_found) {
      out.complete = false;
      continue;
    }
    SPRANGA_TRY(const auto all, std::move(elements));
    for (const auto& element : all) {
      if (const auto base = address_from(element.key)) {
        out.entries.push_back({door, *base, key.prefix, element.lasts});
      }
    }
  }
  return out;
}

}  // namespace spranga::firewall
