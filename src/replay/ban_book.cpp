#include "replay/ban_book.h"

#include <algorithm>

#include "guard/judge/network.h"

namespace spranga::replay {

void BanBook::add(const ban::Ban& ban) {
  auto& jails = last_of_[ban.target];
  const auto place = bans_.size();
  const auto mine = std::ranges::find(jails, ban.jail, &std::pair<std::string, std::size_t>::first);
  if (mine == jails.end()) {
    jails.emplace_back(ban.jail, place);
  } else {
    mine->second = place;
  }
  bans_.push_back({ban});
  const auto network = guard::Network::parse(ban.target);
  if (network && !network->is_single()) {
    networks_.emplace(static_cast<int>(network->base().family()), network->prefix());
  }
}

void BanBook::prolong(const ban::Ban& ban) {
  for (const auto& [jail, place] : last_of_[ban.target]) {
    if (jail == ban.jail) {
      bans_[place].ban.until = ban.until;
    }
  }
}

void BanBook::stopped(const std::string& jail, const std::string& target, ban::Instant now) {
  const auto found = last_of_.find(target);
  if (found == last_of_.end()) {
    return;
  }
  for (const auto& [name, place] : found->second) {
    auto& booked = bans_[place];
    if (name == jail && (!booked.ban.until || *booked.ban.until >= now)) {
      ++booked.stopped;
    }
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
  const auto found = last_of_.find(target);
  if (found == last_of_.end()) {
    return;
  }
  for (const auto& [jail, place] : found->second) {
    auto& booked = bans_[place];
    const bool holds = booked.ban.since <= at && (!booked.ban.until || at <= *booked.ban.until);
    if (!holds) {
      continue;
    }
    ++booked.logins;
    if (booked.users.size() < BookedBan::max_users) {
      booked.users.insert(login.user);
    }
  }
}

}  // namespace spranga::replay
