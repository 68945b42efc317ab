#include "firewall/nftables.h"

#include <fmt/core.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace spranga::firewall {

using nft::Element;
using nft::SetKey;

namespace {

Result<void> result_of(const KernelAnswer& answer, std::string_view what) {
  if (answer) {
    return Failure(answer->as(what));
  }
  return {};
}

/// Errors of a table that is there already, but made otherwise than we make it.
bool is_misfit(const KernelError& error) {
  constexpr std::array misfits = {EEXIST, EBUSY, EINVAL, ENOENT, EOPNOTSUPP};
  return std::ranges::find(misfits, error.number) != misfits.end();
}

/// The doors with those of their sets that are there already.
nft::Doors with_sets(nft::Doors doors, const nft::Parts& found) {
  for (auto& [id, opened] : doors) {
    for (const auto& name : found.sets) {
      if (SetKey key; nft::parse_set_name(name, nft::door_name(opened.door), key)) {
        opened.sets.insert(key);
      }
    }
  }
  return doors;
}

}  // namespace

Nftables::Nftables(NetlinkSocket socket, const std::string& table, nft::Abilities abilities)
    : socket_(std::move(socket)), table_(table), transactions_(table) {
  content_.abilities = abilities;
}

nft::Abilities Nftables::of_this_kernel() {
  utsname names{};
  ::uname(&names);
  return {true, nft::prolongs_elements(static_cast<const char*>(names.release))};
}

KernelAnswer Nftables::commit(nft::Batch batch) {
  return socket_.commit(batch, NFNL_SUBSYS_NFTABLES);
}

/// The generations before and after tell whether ours was the only transaction meanwhile. What
/// happened between the first question and the listener's leaving, it has heard as well.
KernelAnswer Nftables::commit_quietly(nft::Batch batch) {
  const auto before = listener_ == nullptr ? Result<std::uint32_t>(fail(Errc::not_found, ""))
                                           : listing().generation();
  const bool is_spared = before && listener_->hear(NFNLGRP_NFTABLES, false);
  auto answer = commit(std::move(batch));
  if (is_spared) {
    const bool hears = listener_->hear(NFNLGRP_NFTABLES, true);
    const auto after = listing().generation();
    const std::uint32_t ours = answer ? 0 : 1;
    missed_ = missed_ || !hears || !after || *after - *before != ours;
  }
  return answer;
}

/// While the kernel changes a set of intervals, it may take a neighbour of one for its member, and
/// let a banned one in: what is as it should be is not touched.
Result<bool> Nftables::never_is_there(const nft::Parts& found) {
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
    SPRANGA_TRY(const auto held, listing().elements_of(nft::never_set(family)));
    if (shape(held) != shape(nft::never_elements(content_.never, family))) {
      return false;
    }
  }
  return true;
}

/// From the best to the poorest: keeping the bans that are there, with resets; and so on. Only what
/// the kernel says of the shape of things leads on to the next.
Result<void> Nftables::rebuild(nft::Doors doors) {
  SPRANGA_TRY(const auto found, listing().parts());
  SPRANGA_TRY(const bool never_there, never_is_there(found));
  auto wanted =
      nft::TableContent{with_sets(std::move(doors), found), content_.never, content_.abilities};
  KernelAnswer first;
  for (const bool rejects : {true, false}) {
    wanted.abilities.reject_in_prerouting = rejects;
    for (const bool anew : {false, true}) {
      const auto answer = commit(anew ? transactions_.make_anew(wanted)
                                      : transactions_.make(wanted, found, never_there));
      if (!answer) {
        content_ = std::move(wanted);
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
  content_.never.assign(never.begin(), never.end());
  if (doors.empty()) {
    return remove_table();
  }
  nft::Doors all;
  std::set<std::string> names;
  for (const auto& door : doors) {
    all[door.id] = nft::opened(door);
    if (!names.insert(nft::door_name(door)).second) {
      return fail(Errc::conflict, fmt::format("two doors shut {}", nft::door_name(door)));
    }
  }
  return rebuild(std::move(all));
}

Result<void> Nftables::remove_table() {
  const auto answer = commit(transactions_.remove_table());
  if (answer && answer->number != ENOENT) {
    return result_of(answer, "removing the table");
  }
  content_.doors.clear();
  ready_ = false;
  return {};
}

Result<void> Nftables::never_ban(std::span<const Network> never) {
  content_.never.assign(never.begin(), never.end());
  return ready_ ? result_of(commit(transactions_.never_ban(never)), "the never-ban list")
                : Result<void>();
}

Result<void> Nftables::repair() {
  return content_.doors.empty() ? Result<void>() : rebuild(content_.doors);
}

/// The bans of a door that shuts something else from now on.
Result<void> Nftables::move_elements(const nft::OpenedDoor& from, const nft::OpenedDoor& to) {
  SPRANGA_CHECK(result_of(commit(transactions_.add_bare(to, content_.abilities)), "making sets"));
  for (const auto& key : from.sets) {
    SPRANGA_TRY(const auto elements, listing().elements_of(from.set_name(key)));
    for (std::size_t at = 0; at < elements.size(); at += most_at_once) {
      const auto count = std::min(most_at_once, elements.size() - at);
      auto batch = transactions_.put(to.set_name(key), std::span(elements).subspan(at, count));
      SPRANGA_CHECK(result_of(commit(std::move(batch)), "moving bans"));
    }
  }
  return {};
}

Result<void> Nftables::open(const Door& door) {
  if (!ready_) {
    return begin({door}, std::vector<Network>(content_.never));
  }
  for (const auto& [id, other] : content_.doors) {
    if (id != door.id && nft::door_name(other.door) == nft::door_name(door)) {
      return fail(Errc::conflict, fmt::format("door {} shuts {}", id, nft::door_name(door)));
    }
  }
  auto opened = nft::opened(door);
  const auto before = content_.doors.find(door.id);
  if (before == content_.doors.end()) {
    std::vector<nft::NewSet> sets;
    for (const auto& key : opened.sets) {
      sets.push_back({door, key});
    }
    SPRANGA_CHECK(result_of(commit(transactions_.add(sets, content_.abilities)), "opening a door"));
    content_.doors[door.id] = std::move(opened);
    return {};
  }
  if (before->second.door == door) {
    return {};
  }
  opened.sets = before->second.sets;
  if (nft::door_name(before->second.door) != nft::door_name(door)) {
    SPRANGA_CHECK(move_elements(before->second, opened));
  }
  auto doors = content_.doors;
  doors[door.id] = std::move(opened);
  return rebuild(std::move(doors));
}

Result<void> Nftables::close(DoorId door) {
  if (!content_.doors.contains(door)) {
    return not_open(door);
  }
  auto doors = content_.doors;
  doors.erase(door);
  if (doors.empty()) {
    return remove_table();
  }
  return rebuild(std::move(doors));
}

/// Lengths of networks that a door had none of so far.
Result<void> Nftables::make_sets_for(std::span<const Entry> entries) {
  std::vector<nft::NewSet> sets;
  nft::Doors changed;
  const Entry* before = nullptr;
  for (const auto& entry : entries) {
    const auto key = nft::key_of(entry);
    const auto* const last = std::exchange(before, &entry);
    if (last != nullptr && last->door == entry.door && nft::key_of(*last) == key) {
      continue;
    }
    const auto found = content_.doors.find(entry.door);
    if (found == content_.doors.end() || found->second.sets.contains(key)) {
      continue;
    }
    auto& opened = changed.try_emplace(entry.door, found->second).first->second;
    if (opened.sets.insert(key).second) {
      sets.push_back({opened.door, key});
    }
  }
  SPRANGA_CHECK(
      result_of(commit(transactions_.add(sets, content_.abilities)), "a set of networks"));
  for (auto& [id, opened] : changed) {
    content_.doors[id] = std::move(opened);
  }
  return {};
}

Result<void> Nftables::unban_batch(const nft::BySet& elements) {
  const auto answer = commit(transactions_.unban(elements));
  if (!answer || answer->number != ENFILE) {
    return result_of(answer, "unbanning");
  }
  // The set is full, so that nothing more can be put in: each by itself.
  for (const auto& [set, all] : elements) {
    for (const auto& element : all) {
      const auto one = commit(transactions_.take_out(set, element));
      if (one && one->number != ENOENT) {
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
    const auto some = entries.first(std::min(entries.size(), most_at_once));
    SPRANGA_TRY(const auto elements, nft::by_set(content_.doors, some));
    auto batch = transactions_.ban(elements, content_.abilities);
    auto done =
        result_of(some.size() < loud ? commit(std::move(batch)) : commit_quietly(std::move(batch)),
                  "banning");
    if (first && !done) {
      first = std::move(done);
    }
  }
  return first;
}

Result<void> Nftables::unban(std::span<const Entry> entries) {
  for (; !entries.empty(); entries = entries.subspan(std::min(entries.size(), most_at_once))) {
    const auto some = entries.first(std::min(entries.size(), most_at_once));
    SPRANGA_TRY(auto elements, nft::by_set(content_.doors, some));
    std::erase_if(elements,
                  [this](const auto& item) { return !nft::has_set(content_.doors, item.first); });
    SPRANGA_CHECK(unban_batch(elements));
  }
  return {};
}

Result<void> Nftables::flush(DoorId door) {
  const auto found = content_.doors.find(door);
  return found == content_.doors.end()
             ? Result<void>(not_open(door))
             : result_of(commit(transactions_.empty(found->second)), "emptying a door");
}

Result<bool> Nftables::is_complete() {
  SPRANGA_TRY(const auto found, listing().rules_by_chain());
  return found == nft::rules_by_chain(content_.doors, content_.abilities);
}

Result<Holding> Nftables::list(DoorId door) {
  const auto found = content_.doors.find(door);
  if (found == content_.doors.end()) {
    return not_open(door);
  }
  Holding out;
  SPRANGA_TRY(out.complete, is_complete());
  for (const auto& key : found->second.sets) {
    auto elements = listing().elements_of(found->second.set_name(key));
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
