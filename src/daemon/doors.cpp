#include "daemon/doors.h"

#include <algorithm>
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
constexpr std::chrono::hours prolonging_takes{96};  // so much later it is done again at the latest

/// The later of two ends; none is for good.
std::optional<ban::Instant> later(std::optional<ban::Instant> a, std::optional<ban::Instant> b) {
  return a && b ? std::optional(std::max(*a, *b)) : std::nullopt;
}

/// Rounded up: the kernel must not let go before we say so.
std::optional<milliseconds> lasting(std::optional<ban::Instant> until, ban::Instant now) {
  if (!until) {
    return std::nullopt;
  }
  const auto lasts = std::max(milliseconds(1), std::chrono::ceil<milliseconds>(*until - now));
  return lasts > firewall::longest_ban ? std::nullopt : std::optional(lasts);
}

template <class Holders>
std::optional<ban::Instant> end_of(const Holders& holders) {
  auto end = holders.front().until;
  for (const auto& holder : holders) {
    end = later(end, holder.until);
  }
  return end;
}

}  // namespace

std::optional<Entry> entry_of(DoorId door,
                              const std::string& target,
                              std::optional<ban::Instant> until,
                              ban::Instant now) {
  const auto network = guard::Network::parse(target);
  if (!network) {
    return std::nullopt;
  }
  Entry out;
  out.door = door;
  out.base = network->base();
  out.prefix = static_cast<std::uint8_t>(network->prefix());
  out.lasts = lasting(until, now);
  return out;
}

std::uint16_t Doors::number_of(const std::string& jail) {
  return numbers_.emplace(jail, static_cast<std::uint16_t>(numbers_.size())).first->second;
}

void Doors::order_open(Gate& gate) {
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
  auto& gate = gates_[next_];
  gate.door = shape;
  gate.users.insert(user);
  order_open(gate);
  return next_++;
}

std::optional<DoorId> Doors::answered(const firewall::Outcome& outcome, ban::Instant now) {
  for (auto& [id, gate] : gates_) {
    if (gate.opening == 0 || gate.opening != outcome.order) {
      continue;
    }
    if (outcome.error.empty()) {
      gate.opening = 0;
      fill(gate, now, [](const auto& /*end*/) { return true; });
    }
    return id;
  }
  return std::nullopt;
}

/// Notes who holds the target; nullptr where no firewall knows it.
Doors::Gate* Doors::hold(DoorId door,
                         const std::string& jail,
                         const std::string& target,
                         std::optional<ban::Instant> until,
                         std::optional<Entry>& entry,
                         ban::Instant now) {
  entry = entry_of(door, target, until, now);
  const auto found = gates_.find(door);
  if (!entry || found == gates_.end()) {
    return nullptr;
  }
  auto& gate = found->second;
  const auto number = number_of(jail);
  gate.users.insert(number);
  auto& holders = gate.held[target];
  const auto mine = std::ranges::find(holders, number, &Holder::jail);
  if (mine == holders.end()) {
    holders.push_back({number, until});
  } else {
    mine->until = until;
  }
  if (holders.size() > 1) {
    entry = entry_of(door, target, end_of(holders), now);
  }
  return &gate;
}

bool Doors::ban(DoorId door,
                const std::string& jail,
                const std::string& target,
                std::optional<ban::Instant> until,
                ban::Instant now) {
  std::optional<Entry> entry;
  const auto* const gate = hold(door, jail, target, until, entry, now);
  if (gate != nullptr && gate->opening == 0) {
    fresh_.push_back(*entry);
    if (fresh_.size() >= at_once_) {
      send_fresh();
    }
  }
  return gate != nullptr;
}

bool Doors::restore(DoorId door,
                    const std::string& jail,
                    const std::string& target,
                    std::optional<ban::Instant> until,
                    ban::Instant now) {
  std::optional<Entry> entry;
  const auto* const gate = hold(door, jail, target, until, entry, now);
  if (gate != nullptr && gate->opening == 0) {
    later_.push_back({*entry, target});
  }
  return gate != nullptr;
}

void Doors::send_fresh() {
  if (!fresh_.empty()) {
    firewall_.ban(fresh_);
    fresh_.clear();
  }
}

/// Who was let go meanwhile is left out, and whose end has changed gets the new one.
void Doors::send_later(ban::Instant now, std::size_t most_orders) {
  std::vector<Entry> batch;
  while (!later_.empty() && later_orders_.size() < most_orders) {
    for (; !later_.empty() && batch.size() < later_at_once; later_.pop_front()) {
      auto& [entry, target] = later_.front();
      const auto gate = gates_.find(entry.door);
      if (gate == gates_.end()) {
        continue;
      }
      const auto holders = gate->second.held.find(target);
      if (holders == gate->second.held.end()) {
        continue;
      }
      const auto until = end_of(holders->second);
      if (!until || *until > now) {
        entry.lasts = lasting(until, now);
        batch.push_back(entry);
      }
    }
    if (!batch.empty()) {
      later_orders_.insert(firewall_.ban(batch));
      batch.clear();
    }
  }
}

void Doors::send(ban::Instant now) {
  send_fresh();
  send_later(now, most_later_orders);
}

void Doors::send_all(ban::Instant now) {
  send_fresh();
  send_later(now, std::numeric_limits<std::size_t>::max());
}

void Doors::let_go(Gate& gate,
                   std::uint16_t jail,
                   const std::string& target,
                   ban::Instant now,
                   std::vector<Entry>& unban,
                   std::vector<Entry>& shorten) {
  const auto found = gate.held.find(target);
  if (found == gate.held.end()) {
    return;
  }
  auto& holders = found->second;
  const auto before = end_of(holders);
  std::erase_if(holders, [&](const Holder& holder) { return holder.jail == jail; });
  if (holders.empty()) {
    gate.held.erase(found);
    // The kernel has let go by itself where the time was over.
    if (!before || *before > now) {
      unban.push_back(*entry_of(gate.door.id, target, std::nullopt, now));
    }
  } else if (const auto end = end_of(holders); end != before) {
    shorten.push_back(*entry_of(gate.door.id, target, end, now));
  }
}

void Doors::unban(DoorId door,
                  const std::string& jail,
                  const std::string& target,
                  ban::Instant now) {
  const auto found = gates_.find(door);
  if (found == gates_.end()) {
    return;
  }
  send_fresh();  // nothing overtakes a ban
  std::vector<Entry> gone;
  std::vector<Entry> shorter;
  let_go(found->second, number_of(jail), target, now, gone, shorter);
  if (!gone.empty() && found->second.opening == 0) {
    firewall_.unban(gone);
  }
  if (!shorter.empty() && found->second.opening == 0) {
    firewall_.ban(shorter);
  }
}

void Doors::clear(DoorId door, const std::string& jail, ban::Instant now) {
  const auto found = gates_.find(door);
  if (found == gates_.end()) {
    return;
  }
  send_fresh();
  auto& gate = found->second;
  const auto number = number_of(jail);
  std::vector<std::string> targets;
  for (const auto& [target, holders] : gate.held) {
    if (std::ranges::count(holders, number, &Holder::jail) > 0) {
      targets.push_back(target);
    }
  }
  std::vector<Entry> gone;
  std::vector<Entry> shorter;
  for (const auto& target : targets) {
    let_go(gate, number, target, now, gone, shorter);
  }
  if (gate.opening != 0) {
    return;
  }
  if (gate.held.empty() && !gone.empty()) {
    firewall_.flush(door);
    return;
  }
  for (std::size_t at = 0; at < gone.size(); at += at_a_time) {
    firewall_.unban(std::span(gone).subspan(at, std::min(at_a_time, gone.size() - at)));
  }
  if (!shorter.empty()) {
    firewall_.ban(shorter);
  }
}

bool Doors::leave(DoorId door, const std::string& jail, ban::Instant now) {
  clear(door, jail, now);
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
    gates_.erase(found);
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
  for (const auto& [target, holders] : gate.held) {
    const auto end = end_of(holders);
    if ((!end || *end > now) && wanted(end)) {
      batch.push_back(*entry_of(gate.door.id, target, end, now));
    }
    if (batch.size() >= at_a_time) {
      send();
    }
  }
  send();
}

void Doors::refill(ban::Instant now) {
  fresh_.clear();  // they are held, and go out with the others
  later_.clear();
  for (auto& [id, gate] : gates_) {
    order_open(gate);
  }
  for (const auto& [id, gate] : gates_) {
    if (gate.opening == 0) {
      fill(gate, now, [](const auto& /*end*/) { return true; });
    }
  }
}

void Doors::prolong_longest(ban::Instant now) {
  const auto soon = now + std::chrono::seconds(firewall::longest_ipset_ban) - prolonging_takes;
  for (const auto& [id, gate] : gates_) {
    if (gate.door.backend == Backend::ipset && gate.opening == 0) {
      fill(gate, now, [&](const auto& end) { return end && *end > soon; });
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
