#include "guard/live/ban_list.h"

#include <utility>

namespace spranga::guard {

void BanList::put(HeldBan held) {
  auto target = held.ban.target;
  static_cast<void>(take(target));
  if (held.ban.until) {
    by_end_.emplace(*held.ban.until, target);
  }
  by_order_.emplace(next_order_, target);
  bans_.emplace(std::move(target), Entry{next_order_, std::move(held)});
  ++next_order_;
}

void BanList::prolong(const std::string& target, std::optional<ban::Instant> until) {
  const auto found = bans_.find(target);
  if (found == bans_.end()) {
    return;
  }
  auto& ban = found->second.held.ban;
  if (ban.until) {
    by_end_.erase({*ban.until, target});
  }
  ban.until = until;
  if (until) {
    by_end_.emplace(*until, target);
  }
}

std::optional<HeldBan> BanList::take(const std::string& target) {
  const auto found = bans_.find(target);
  if (found == bans_.end()) {
    return std::nullopt;
  }
  auto held = std::move(found->second.held);
  by_order_.erase(found->second.order);
  if (held.ban.until) {
    by_end_.erase({*held.ban.until, held.ban.target});
  }
  bans_.erase(found);
  return held;
}

const HeldBan* BanList::find(const std::string& target) const {
  const auto found = bans_.find(target);
  return found == bans_.end() ? nullptr : &found->second.held;
}

std::vector<HeldBan> BanList::take_ended(ban::Instant now, std::size_t most) {
  std::vector<HeldBan> out;
  while (out.size() < most && !by_end_.empty() && by_end_.begin()->first < now) {
    const auto target = by_end_.begin()->second;
    out.push_back(*take(target));
  }
  return out;
}

std::optional<ban::Instant> BanList::next_end() const {
  return by_end_.empty() ? std::nullopt : std::optional(by_end_.begin()->first);
}

std::vector<const HeldBan*> BanList::all() const {
  std::vector<const HeldBan*> out;
  out.reserve(bans_.size());
  for (const auto& [order, target] : by_order_) {
    out.push_back(&bans_.find(target)->second.held);
  }
  return out;
}

}  // namespace spranga::guard
