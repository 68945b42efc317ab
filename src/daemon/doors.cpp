#include "daemon/doors.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "firewall/ipset.h"
#include "guard/judge/network.h"

namespace spranga::daemon {

namespace {

using firewall::Backend;
using firewall::Door;
using firewall::DoorId;
using firewall::Entry;
using std::chrono::milliseconds;

constexpr std::size_t at_a_time = 4000;
constexpr std::chrono::seconds kernel_may_lag{5};
constexpr std::chrono::hours prolonging_takes{96};  // so much later it is done again at the latest

/// Rounded up: the kernel must not let go before we say so.
std::optional<milliseconds> lasting(ban::Instant until, ban::Instant now) {
  if (until == forever) {
    return std::nullopt;
  }
  const auto lasts = std::max(milliseconds(1), std::chrono::ceil<milliseconds>(until - now));
  return lasts > firewall::longest_ban ? std::nullopt : std::optional(lasts);
}

Entry entry_of(DoorId door, const firewall::Network& target, ban::Instant until, ban::Instant now) {
  return {door, target.base, target.prefix, lasting(until, now)};
}

}  // namespace

std::optional<firewall::Network> Doors::network_of(const std::string& target) {
  const auto network = guard::Network::parse(target);
  return network ? std::optional(firewall::Network{network->base(),
                                                   static_cast<std::uint8_t>(network->prefix())})
                 : std::nullopt;
}

std::uint16_t Doors::number_of(const std::string& jail) {
  const auto found = numbers_.find(jail);
  return found != numbers_.end()
             ? found->second
             : numbers_.emplace(jail, static_cast<std::uint16_t>(numbers_.size())).first->second;
}

void Doors::order_open(Gate& gate) {
  if (gathers_) {
    return;
  }
  send_fresh();
  const auto order = firewall_.open(gate.door);
  gate.opening = gate.door.backend == Backend::ipset ? order : 0;
}

Result<DoorId> Doors::open(Door shape, const std::string& jail) {
  const auto user = number_of(jail);
  for (auto& [id, gate] : gates_) {
    shape.id = id;
    if (gate.door == shape) {
      gate.users.insert(user);
      return id;
    }
    if (shape.backend == Backend::ipset && gate.door.name == shape.name) {
      if (!gate.users.empty()) {
        return fail(Errc::conflict, "the name " + shape.name + " stands for other ports already");
      }
      gate.door = shape;
      gate.users.insert(user);
      order_open(gate);
      return id;
    }
  }
  if (gates_.size() >= firewall::most_doors) {
    return fail(Errc::too_large, "there are too many different sets of ports");
  }
  while (gates_.contains(next_) || next_ == 0 || next_ >= firewall::most_doors) {
    next_ = next_ >= firewall::most_doors ? DoorId{1} : static_cast<DoorId>(next_ + 1);
  }
  shape.id = next_;
  auto& gate = gates_.try_emplace(next_, Gate{shape, {}, HeldTargets(secret_), 0}).first->second;
  gate.users.insert(user);
  order_open(gate);
  return next_++;
}

void Doors::begin() {
  gathers_ = false;
  // Said twice to a firewall that knows it: one that could not make all of them together makes
  // those that it can.
  for (auto& [id, gate] : gates_) {
    order_open(gate);
  }
}

/// `wanted(end)`: whether an element that lasts until then is to be put in.
template <class Wanted>
void Doors::fill(const Gate& gate, ban::Instant now, const Wanted& wanted) {
  std::vector<Entry> batch;
  const auto send = [&] {
    if (!batch.empty()) {
      firewall_.ban(batch);
      batch.clear();
    }
  };
  for (const auto& [key, target, holders] : gate.held.all()) {
    const auto end = holders.end();
    if (end > now && wanted(end)) {
      batch.push_back(entry_of(gate.door.id, target, end, now));
    }
    if (batch.size() >= at_a_time) {
      send();
    }
  }
  send();
}

void Doors::fill_all(const Gate& gate, ban::Instant now) {
  fill(gate, now, [](const auto& /*end*/) { return true; });
}

void Doors::look() {
  for (const auto& [id, gate] : gates_) {
    if (gate.door.backend == Backend::nftables) {
      firewall_.list(id);
    }
  }
}

void Doors::found(firewall::Holding holding) {
  std::ranges::move(holding.entries, std::back_inserter(found_));
}

void Doors::let_strangers_go(ban::Instant now) {
  std::vector<Entry> gone;
  for (const auto& entry : std::exchange(found_, {})) {
    const auto gate = gates_.find(entry.door);
    if (gate != gates_.end() && gate->second.held.find({entry.base, entry.prefix}) == nullptr) {
      gone.push_back(entry_of(entry.door, {entry.base, entry.prefix}, forever, now));
    }
  }
  unban_all(gone);
}

bool Doors::let_stranger_go(DoorId door, const std::string& target, ban::Instant now) {
  const auto gate = gates_.find(door);
  const auto network = network_of(target);
  if (!has_strangers_ || !network || gate == gates_.end() ||
      gate->second.door.backend != Backend::nftables ||
      gate->second.held.find(*network) != nullptr) {
    return false;
  }
  send_fresh();
  firewall_.unban(std::vector{entry_of(door, *network, forever, now)});
  return true;
}

std::optional<DoorId> Doors::answered(const firewall::Outcome& outcome, ban::Instant now) {
  for (auto& [id, gate] : gates_) {
    if (gate.opening == 0 || gate.opening != outcome.order) {
      continue;
    }
    if (outcome.error.empty()) {
      gate.opening = 0;
      fill_all(gate, now);
    }
    return id;
  }
  return std::nullopt;
}

bool Doors::ban(DoorId door,
                const std::string& jail,
                const std::string& target,
                std::optional<ban::Instant> until,
                ban::Instant now,
                Turn turn) {
  const auto network = network_of(target);
  const auto found = gates_.find(door);
  if (!network || found == gates_.end()) {
    return false;
  }
  auto& gate = found->second;
  const Holder holder{until.value_or(forever), number_of(jail)};
  gate.users.insert(holder.jail);
  if (turn == Turn::behind_fresh && take_over(gate, *network, holder)) {
    return true;
  }
  const auto [holders, is_new] = gate.held.put(*network, holder);
  later_changed_ = later_changed_ || !is_new;
  if (gate.opening != 0) {
    return true;
  }
  const auto end = holders.end();
  if (turn == Turn::behind_fresh) {
    later_.push_back({{door, network->base, network->prefix, std::nullopt}, end});
    return true;
  }
  fresh_.push_back(entry_of(door, *network, end, now));
  if (fresh_.size() >= at_once_) {
    send_fresh();
  }
  return true;
}

bool Doors::send_fresh() {
  const bool any = !fresh_.empty();
  if (any) {
    firewall_.ban(fresh_);
    fresh_.clear();
  }
  return any;
}

/// When a ban that has waited ends by now; none: it was let go.
std::optional<ban::Instant> Doors::end_now(const Later& later) const {
  if (!later_changed_) {
    return later.until;
  }
  const auto gate = gates_.find(later.entry.door);
  if (gate == gates_.end()) {
    return std::nullopt;
  }
  const auto* const holders = gate->second.held.find({later.entry.base, later.entry.prefix});
  return holders == nullptr ? std::nullopt : std::optional(holders->end());
}

void Doors::send_later(ban::Instant now, std::size_t most_orders) {
  std::vector<Entry> batch;
  batch.reserve(std::min(later_.size(), later_at_once));
  while (!later_.empty() && later_orders_.size() < most_orders) {
    for (; !later_.empty() && batch.size() < later_at_once; later_.pop_front()) {
      const auto until = end_now(later_.front());
      if (until && *until > now) {
        batch.push_back(later_.front().entry);
        batch.back().lasts = lasting(*until, now);
      }
    }
    if (!batch.empty()) {
      later_orders_.insert(firewall_.ban(batch));
      batch.clear();
    }
  }
  later_changed_ = later_changed_ && !later_.empty();
}

bool Doors::send(ban::Instant now) {
  const bool fresh = send_fresh();
  send_later(now, most_later_orders);
  repeat_failed(now);
  return fresh;
}

void Doors::send_all(ban::Instant now) {
  send_fresh();
  send_later(now, std::numeric_limits<std::size_t>::max());
}

void Doors::let_go(Gate& gate,
                   std::uint16_t jail,
                   const firewall::Network& target,
                   ban::Instant now,
                   std::vector<Entry>& unban,
                   std::vector<Entry>& shorten) {
  auto* const holders = gate.held.find(target);
  if (holders == nullptr || !holders->has(jail)) {
    return;
  }
  later_changed_ = true;
  const auto before = holders->end();
  if (!holders->remove(jail)) {
    gate.held.erase(target);
    // The kernel has let go by itself where the time was over, by its own clock: it does not count
    // what a machine has slept, nor what a clock was put forward.
    if (before > now || now - before > kernel_may_lag) {
      unban.push_back(entry_of(gate.door.id, target, forever, now));
    }
  } else if (const auto end = holders->end(); end != before) {
    shorten.push_back(entry_of(gate.door.id, target, end, now));
  }
}

void Doors::unban(DoorId door,
                  const std::string& jail,
                  const std::string& target,
                  ban::Instant now) {
  const auto found = gates_.find(door);
  const auto network = network_of(target);
  if (found == gates_.end() || !network) {
    return;
  }
  send_fresh();  // nothing overtakes a ban
  std::vector<Entry> gone;
  std::vector<Entry> shorter;
  let_go(found->second, number_of(jail), *network, now, gone, shorter);
  if (!gone.empty() && found->second.opening == 0) {
    firewall_.unban(gone);
  }
  if (!shorter.empty() && found->second.opening == 0) {
    firewall_.ban(shorter);
  }
}

void Doors::unban_all(std::span<const Entry> gone) {
  for (; !gone.empty(); gone = gone.subspan(std::min(at_a_time, gone.size()))) {
    firewall_.unban(gone.first(std::min(at_a_time, gone.size())));
  }
}

void Doors::ban_all(std::span<const Entry> entries) {
  for (; !entries.empty(); entries = entries.subspan(std::min(at_a_time, entries.size()))) {
    firewall_.ban(entries.first(std::min(at_a_time, entries.size())));
  }
}

/// Whether a door can be emptied at once: strangers that were kept may be another jail's.
bool Doors::is_nobodys(Gate& gate, std::uint16_t jail, Clearing why) const {
  if (why == Clearing::by_person) {
    gate.cleared.insert(jail);
  }
  return gate.held.size() == 0 && (!has_strangers_ || gate.is_only_of(jail) ||
                                   std::ranges::includes(gate.cleared, gate.users));
}

void Doors::clear(DoorId door, const std::string& jail, ban::Instant now, Clearing why) {
  const auto found = gates_.find(door);
  if (found == gates_.end()) {
    return;
  }
  send_fresh();
  auto& gate = found->second;
  const auto number = number_of(jail);
  // What the ledger holds of a door that nobody else uses is this jail's.
  const bool is_sole = gate.is_only_of(number);
  std::vector<firewall::Network> targets;
  for (const auto& [key, target, holders] : gate.held.all()) {
    if (holders.has(number) || (is_sole && holders.has(by_ledger))) {
      targets.push_back(target);
    }
  }
  std::vector<Entry> gone;
  std::vector<Entry> shorter;
  for (const auto& target : targets) {
    let_go(gate, number, target, now, gone, shorter);
    if (is_sole) {
      let_go(gate, by_ledger, target, now, gone, shorter);
    }
  }
  gate.ahead = is_sole ? 0 : gate.ahead;
  if (gate.opening != 0) {
    return;
  }
  if (is_nobodys(gate, number, why)) {
    if (!gone.empty() || has_strangers_) {
      firewall_.flush(door);
    }
    return;
  }
  unban_all(gone);
  ban_all(shorter);
}

bool Doors::leave(DoorId door, const std::string& jail, ban::Instant now) {
  clear(door, jail, now, Clearing::leaving);
  const auto found = gates_.find(door);
  if (found == gates_.end()) {
    return true;
  }
  found->second.users.erase(number_of(jail));
  if (!found->second.users.empty()) {
    return false;
  }
  if (found->second.door.backend == Backend::nftables) {
    close_unused(door);
  }
  return true;
}

void Doors::close_unused(DoorId door) {
  const auto found = gates_.find(door);
  if (found != gates_.end() && found->second.users.empty()) {
    firewall_.close(door);
    drop(door);
  }
}

void Doors::refill(ban::Instant now) {
  fresh_.clear();  // they are held, and go out with the others
  later_.clear();
  later_changed_ = false;
  later_failed_ = false;
  for (auto& [id, gate] : gates_) {
    order_open(gate);
  }
  for (const auto& [id, gate] : gates_) {
    if (gate.opening == 0) {
      fill_all(gate, now);
    }
  }
}

void Doors::prolong_longest(ban::Instant now) {
  const auto soon = now + std::chrono::seconds(firewall::longest_ipset_ban) - prolonging_takes;
  for (const auto& [id, gate] : gates_) {
    if (gate.door.backend == Backend::ipset && gate.opening == 0) {
      fill(gate, now, [&](const auto& end) { return end != forever && end > soon; });
    }
  }
}

std::vector<Door> Doors::all() const {
  std::vector<Door> out;
  for (const auto& [id, gate] : gates_) {
    out.push_back(gate.door);
  }
  return out;
}

std::size_t Doors::size(DoorId door) const {
  const auto found = gates_.find(door);
  return found == gates_.end() ? 0 : found->second.held.size();
}

}  // namespace spranga::daemon
