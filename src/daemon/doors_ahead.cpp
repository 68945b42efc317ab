// Bans of an earlier life, of which there may be a million: out first, for the ledger, and then
// taken over by their jails one by one (docs/decisions/0011).
#include <algorithm>
#include <utility>

#include "daemon/doors.h"

namespace spranga::daemon {

/// Several jails may have banned it: until the last end of all.
void Doors::ban_ahead(firewall::DoorId door,
                      const std::string& target,
                      std::optional<ban::Instant> until,
                      ban::Instant now) {
  const auto found = gates_.find(door);
  const auto network = network_of(target);
  const auto end = until.value_or(forever);
  if (!network || found == gates_.end() || end <= now ||
      found->second.door.backend != firewall::Backend::nftables) {
    return;
  }
  auto& gate = found->second;
  const auto* const others = gate.held.find(*network);
  const auto* const before = others == nullptr ? nullptr : others->of(by_ledger);
  gate.ahead += before == nullptr ? 1 : 0;
  is_ahead_ = true;
  const Holder ledger{before == nullptr ? end : std::max(end, before->until), by_ledger};
  const auto [holders, is_new] = gate.held.put(*network, ledger);
  later_changed_ = later_changed_ || !is_new;
  later_.push_back({{door, network->base, network->prefix, std::nullopt}, holders.end()});
}

/// True: what was banned ahead lasts as long, so that nothing need be ordered. What lasts longer is
/// held by the ledger until all bans are here: maybe for another jail.
bool Doors::take_over(Gate& gate, const firewall::Network& target, const Holder& holder) {
  auto* const holders = gate.ahead == 0 ? nullptr : gate.held.find(target);
  const auto* const ahead = holders == nullptr ? nullptr : holders->of(by_ledger);
  if (ahead == nullptr || holders->has(holder.jail) || ahead->until < holder.until) {
    return false;
  }
  if (ahead->until > holder.until) {
    holders->put(holder);
    return true;
  }
  holders->hand_over(by_ledger, holder);
  --gate.ahead;
  return true;
}

void Doors::end_ahead(ban::Instant now, Rest rest) {
  send_fresh();  // nothing overtakes a ban
  is_ahead_ = false;
  if (rest == Rest::kept) {
    keep_strangers();
    send_all(now);
    if (std::exchange(later_failed_, false)) {
      repeat(now);
    }
  }
  for (auto& [id, gate] : gates_) {
    std::vector<firewall::Network> targets;
    if (std::exchange(gate.ahead, 0) > 0) {
      for (const auto& [key, target, holders] : gate.held.all()) {
        if (holders.has(by_ledger)) {
          targets.push_back(target);
        }
      }
    }
    std::vector<firewall::Entry> gone;
    std::vector<firewall::Entry> shorter;
    for (const auto& target : targets) {
      let_go(gate, by_ledger, target, now, gone, shorter);
    }
    if (rest == Rest::let_go) {
      unban_all(gone);
      ban_all(shorter);
    }
  }
}

/// When all orders of earlier lives' bans were answered, so that one repetition is enough.
void Doors::repeat_failed(ban::Instant now) {
  if (!is_ahead_ && later_.empty() && later_orders_.empty() &&
      std::exchange(later_failed_, false)) {
    repeat(now);
  }
}

/// What is held by now; these orders are none of an earlier life's, and not repeated again.
void Doors::repeat(ban::Instant now) {
  send_fresh();
  for (const auto& [id, gate] : gates_) {
    if (gate.door.backend == firewall::Backend::nftables) {
      fill_all(gate, now);
    }
  }
}

}  // namespace spranga::daemon
