#include "guard/judge/history.h"

#include <algorithm>
#include <vector>

namespace spranga::guard {

bool MemoryHistory::is_forgotten(const Row& row, ban::Instant now) const {
  if (!row.until) {
    return false;
  }
  const auto limit = now - keep_;
  constexpr int lengths = 3;
  return row.since < limit && row.since + lengths * (*row.until - row.since) < limit;
}

std::optional<PastBans> MemoryHistory::of(const std::string& jail,
                                          const std::string& target,
                                          bool all_jails,
                                          ban::Instant now) const {
  const auto jails = targets_.find(target_key(secret_, target));
  if (jails == targets_.end()) {
    return std::nullopt;
  }
  std::optional<PastBans> sum;
  for (const auto& [name, row] : jails->second) {
    if ((!all_jails && name != jail) || is_forgotten(row, now)) {
      continue;
    }
    sum = sum.value_or(PastBans{0, row.since});
    sum->count += row.count;
    sum->last = std::max(sum->last, row.since);
  }
  return sum;
}

void MemoryHistory::add(const ban::Ban& ban) {
  if (targets_.size() >= purge_at_) {
    purge(ban.since);
  }
  // Whole seconds, as fail2ban's database keeps them; that decides which failures came after.
  const auto since = std::chrono::round<std::chrono::seconds>(ban.since);
  targets_[target_key(secret_, ban.target)][ban.jail] = {ban.count, since, ban.until};
}

void MemoryHistory::forget(const std::string& jail, const std::string& target) {
  if (const auto found = targets_.find(target_key(secret_, target)); found != targets_.end()) {
    found->second.erase(jail);
  }
}

/// A quarter, so that it is not done again at once.
void MemoryHistory::drop_oldest() {
  const auto last = [](const auto& jails) {
    ban::Instant out{};
    for (const auto& [jail, row] : jails) {
      out = std::max(out, row.since);
    }
    return out;
  };
  std::vector<ban::Instant> times;
  times.reserve(targets_.size());
  for (const auto& [target, jails] : targets_) {
    times.push_back(last(jails));
  }
  const auto quarter = times.begin() + std::ssize(times) / 4;
  std::nth_element(times.begin(), quarter, times.end());
  std::erase_if(targets_, [&](const auto& entry) { return last(entry.second) <= *quarter; });
}

void MemoryHistory::purge(ban::Instant now) {
  for (auto& [target, jails] : targets_) {
    std::erase_if(jails, [&](const auto& entry) { return is_forgotten(entry.second, now); });
  }
  std::erase_if(targets_, [](const auto& entry) { return entry.second.empty(); });
  if (targets_.size() >= most_targets) {
    drop_oldest();
  }
  purge_at_ = std::clamp(2 * targets_.size(), purge_at_, most_targets);
}

}  // namespace spranga::guard
