#include "guard/judge/accounts.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace spranga::guard {

int Account::count() const {
  return std::visit([](const auto& one) { return one.count(); }, tally);
}

ban::Instant Account::last() const {
  return std::visit([](const auto& one) { return one.last(); }, tally);
}

bool Account::expire(ban::Instant now, std::chrono::seconds findtime) {
  return std::visit([&](auto& one) { return one.expire(now, findtime); }, tally);
}

Account Accounts::read(const Entry& entry, int enough) const {
  if (entry.form == Form::elsewhere) {
    return elsewhere_.find(entry.target)->second;
  }
  Account out;
  out.failures = entry.failures;
  out.latest_line = entry.latest_line;
  if (entry.form == Form::rate) {
    out.tally = RateEstimate({entry.one, entry.other, entry.count_one});
    return out;
  }
  SlidingWindow window(enough);
  window.put({entry.one, std::abs(entry.count_one), entry.count_one < 0});
  if (entry.count_other != 0) {
    window.put({entry.other, std::abs(entry.count_other), entry.count_other < 0});
  }
  out.tally = std::move(window);
  return out;
}

/// False: it does not fit.
bool Accounts::write(Entry& entry, const Account& account) const {
  entry.failures = account.failures;
  entry.latest_line = account.latest_line;
  if (const auto* rate = std::get_if<RateEstimate>(&account.tally)) {
    entry.form = Form::rate;
    entry.one = rate->strong().first;
    entry.other = rate->strong().last;
    entry.count_one = rate->strong().retry;
    return rate->weak().retry == 0;
  }
  const auto& strikes = std::get<SlidingWindow>(account.tally).strikes();
  const auto attempts = [](const Strike& of) { return of.weak ? -of.attempts : of.attempts; };
  entry.form = Form::window;
  if (strikes.empty() || strikes.size() > 2) {
    return false;
  }
  entry.one = strikes.front().at;
  entry.count_one = attempts(strikes.front());
  entry.other = strikes.back().at;
  entry.count_other = strikes.size() == 2 ? attempts(strikes.back()) : 0;
  return true;
}

std::optional<std::uint32_t> Accounts::place_of(const TargetKey& target) const {
  if (last_asked_ < entries_.size() && entries_[last_asked_].target == target) {
    return last_asked_;
  }
  const auto place = table_.find(target, [this](auto at) { return key_of(at); });
  last_asked_ = place.value_or(last_asked_);
  return place;
}

std::optional<Account> Accounts::find(const TargetKey& target, int enough) const {
  const auto place = place_of(target);
  return place ? std::optional(read(entries_[*place], enough)) : std::nullopt;
}

void Accounts::put(const TargetKey& target, const Account& account) {
  auto place = place_of(target);
  if (!place) {
    place = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({});
    entries_.back().target = target;
    table_.insert(target, *place, [this](auto at) { return key_of(at); });
  }
  auto& entry = entries_[*place];
  const bool was_elsewhere = entry.form == Form::elsewhere;
  if (!write(entry, account)) {
    entry.form = Form::elsewhere;
    elsewhere_.insert_or_assign(target, account);
  } else if (was_elsewhere) {
    elsewhere_.erase(target);
  }
}

/// The last entry takes the place of one that goes.
void Accounts::erase_at(std::uint32_t place) {
  const auto key = [this](auto at) { return key_of(at); };
  if (entries_[place].form == Form::elsewhere) {
    elsewhere_.erase(entries_[place].target);
  }
  table_.erase(entries_[place].target, place, key);
  const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
  if (place != last) {
    table_.move(entries_[last].target, last, place);
    entries_[place] = entries_[last];
  }
  entries_.pop_back();
}

void Accounts::erase(const TargetKey& target) {
  if (const auto place = place_of(target)) {
    erase_at(*place);
  }
}

void Accounts::clear() {
  entries_.clear();
  table_.clear();
  elsewhere_.clear();
}

bool Accounts::is_over(const Entry& entry, ban::Instant now, std::chrono::seconds findtime) const {
  switch (entry.form) {
    case Form::rate:
      return entry.other <= now - findtime;
    case Form::window:
      return entry.other < now - findtime;
    case Form::elsewhere:
      break;
  }
  auto account = elsewhere_.find(entry.target)->second;
  return account.expire(now, findtime);
}

ban::Instant Accounts::last_of(const Entry& entry) const {
  return entry.form == Form::elsewhere ? elsewhere_.find(entry.target)->second.last() : entry.other;
}

void Accounts::purge(ban::Instant now, std::chrono::seconds findtime) {
  for (std::uint32_t at = 0; at < entries_.size();) {
    if (is_over(entries_[at], now, findtime)) {
      erase_at(at);
    } else {
      ++at;
    }
  }
}

void Accounts::halve() {
  std::vector<ban::Instant> times;
  times.reserve(entries_.size());
  for (const auto& entry : entries_) {
    times.push_back(last_of(entry));
  }
  const auto middle = times.begin() + std::ssize(times) / 2;
  std::nth_element(times.begin(), middle, times.end());
  for (std::uint32_t at = 0; at < entries_.size();) {
    if (last_of(entries_[at]) <= *middle) {
      erase_at(at);
    } else {
      ++at;
    }
  }
}

}  // namespace spranga::guard
