#include "replay/ban_book.h"

#include <algorithm>

#include "guard/judge/network.h"

namespace spranga::replay {

/// Whether any jail has banned it.
bool BanBook::knows(const guard::TargetKey& target) const {
  const auto key_of = [this](std::uint32_t place) { return targets_[place]; };
  return std::ranges::any_of(
      last_of_, [&](const auto& table) { return table.find(target, key_of).has_value(); });
}

void BanBook::add(std::size_t jail, const guard::TargetKey& target, ban::Ban ban) {
  if (jail >= last_of_.size()) {
    last_of_.resize(jail + 1);
  }
  const auto key_of = [this](std::uint32_t place) { return targets_[place]; };
  const auto place = static_cast<std::uint32_t>(bans_.size());
  if (const auto last = last_of_[jail].find(target, key_of)) {
    last_of_[jail].move(target, *last, place);
  } else {
    different_ += knows(target) ? 0 : 1;
    last_of_[jail].insert(target, place, key_of);
  }
  targets_.push_back(target);
  const bool may_be_network = ban.target.find('/') != std::string::npos;
  const auto network = may_be_network ? guard::Network::parse(ban.target) : std::nullopt;
  if (network && !network->is_single()) {
    networks_.emplace(static_cast<int>(network->base().family()), network->prefix());
  }
  bans_.push_back({std::move(ban)});
}

BookedBan* BanBook::find(std::size_t jail, const guard::TargetKey& target) {
  if (jail >= last_of_.size()) {
    return nullptr;
  }
  const auto place = last_of_[jail].find(target, [this](std::uint32_t at) { return targets_[at]; });
  return place ? &bans_[*place] : nullptr;
}

void BanBook::prolong(std::size_t jail, const guard::TargetKey& target, const ban::Ban& ban) {
  if (auto* booked = find(jail, target)) {
    booked->ban.until = ban.until;
  }
}

void BanBook::stopped(std::size_t jail, const guard::TargetKey& target, ban::Instant now) {
  auto* booked = find(jail, target);
  if (booked != nullptr && (!booked->ban.until || *booked->ban.until >= now)) {
    ++booked->stopped;
  }
}

void BanBook::login(const Login& login, ban::Instant at) {
  if (bans_.empty()) {
    return;
  }
  meet(login.address, login, at);
  if (networks_.empty()) {
    return;
  }
  const auto address = net::Address::parse(login.address);
  for (const auto& [family, prefix] : networks_) {
    if (address && static_cast<int>(address->family()) == family) {
      meet(guard::Network::of(*address, prefix).to_string(), login, at);
    }
  }
}

void BanBook::meet(const std::string& target, const Login& login, ban::Instant at) {
  const auto key = guard::target_key(secret, target);
  for (std::size_t jail = 0; jail < last_of_.size(); ++jail) {
    auto* booked = find(jail, key);
    const bool holds = booked != nullptr && booked->ban.since <= at &&
                       (!booked->ban.until || at <= *booked->ban.until);
    if (!holds) {
      continue;
    }
    ++booked->logins;
    auto& users = booked->users;
    const auto place = std::ranges::lower_bound(users, login.user);
    const bool is_there = place != users.end() && *place == login.user;
    if (!is_there && users.size() < BookedBan::max_users) {
      users.insert(place, login.user);
    }
  }
}

}  // namespace spranga::replay
