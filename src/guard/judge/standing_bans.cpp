#include "guard/judge/standing_bans.h"

namespace spranga::guard {

void StandingBans::put(const TargetKey& target, const ban::Ban& ban) {
  const auto key = [this](auto at) { return entries_[at].target; };
  auto place = table_.find(target, key);
  if (!place) {
    place = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({target, {}, {}});
    table_.insert(target, *place, key);
  }
  entries_[*place] = {
      target, ban.since, ban.until.value_or(ban::Instant::max()), ban.count, ban.failures};
}

std::optional<ban::Ban> StandingBans::find(const TargetKey& target) const {
  const auto place = table_.find(target, [this](auto at) { return entries_[at].target; });
  if (!place) {
    return std::nullopt;
  }
  const auto& entry = entries_[*place];
  ban::Ban out;
  out.since = entry.since;
  if (entry.until != ban::Instant::max()) {
    out.until = entry.until;
  }
  out.count = entry.count;
  out.failures = entry.failures;
  return out;
}

bool StandingBans::erase(const TargetKey& target) {
  const auto place = table_.find(target, [this](auto at) { return entries_[at].target; });
  if (place) {
    erase_at(*place);
  }
  return place.has_value();
}

/// The last entry takes the place of one that goes.
void StandingBans::erase_at(std::uint32_t place) {
  table_.erase(entries_[place].target, place, [this](auto at) { return entries_[at].target; });
  const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
  if (place != last) {
    table_.move(entries_[last].target, last, place);
    entries_[place] = entries_[last];
  }
  entries_.pop_back();
}

void StandingBans::purge(ban::Instant now) {
  for (std::uint32_t at = 0; at < entries_.size();) {
    if (entries_[at].until < now) {
      erase_at(at);
    } else {
      ++at;
    }
  }
}

}  // namespace spranga::guard
