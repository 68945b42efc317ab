#include "guard/live/ban_list.h"

#include <algorithm>
#include <utility>

namespace spranga::guard {

std::optional<BanList::Place> BanList::place_of(const TargetKey& target) const {
  return table_.find(target, [this](Place at) { return entries_[at].target; });
}

BanList::Place BanList::free_place() {
  if (free_ == nowhere) {
    entries_.push_back({});
    return static_cast<Place>(entries_.size() - 1);
  }
  return std::exchange(free_, entries_[free_].before);
}

const Evidence& HeldBan::evidence() const {
  static const Evidence nothing;
  return known ? *known : nothing;
}

const HeldBan& BanList::put(HeldBan held) {
  const auto key = key_of(held.ban.target);
  return put(key, std::move(held));
}

const HeldBan& BanList::put(const TargetKey& key, HeldBan held) {
  if (const auto old = place_of(key)) {
    static_cast<void>(take_at(*old));
  }
  const auto place = free_place();
  auto& entry = entries_[place];
  entry.target = key;
  entry.held = std::move(held);
  entry.order = next_order_++;
  entry.before = last_;
  entry.after = nowhere;
  (last_ == nowhere ? first_ : entries_[last_].after) = place;
  last_ = place;
  ++size_;
  table_.insert(entry.target, place, [this](Place at) { return entries_[at].target; });
  if (entry.held.ban.until) {
    ++with_end_;
    note_end(place);
  }
  return entry.held;
}

void BanList::note_end(Place place) {
  const auto& entry = entries_[place];
  ends_.push_back({*entry.held.ban.until, entry.order, place});
  std::push_heap(ends_.begin(), ends_.end());
}

bool BanList::is_current(const End& end) const {
  const auto& entry = entries_[end.place];
  return entry.order == end.order && entry.held.ban.until == end.until;
}

/// Those on top at least; all of them where they are the most.
void BanList::drop_outdated() {
  constexpr std::size_t few = 64;
  if (ends_.size() > 2 * with_end_ + few) {
    std::erase_if(ends_, [this](const End& end) { return !is_current(end); });
    std::make_heap(ends_.begin(), ends_.end());
  }
  while (!ends_.empty() && !is_current(ends_.front())) {
    std::pop_heap(ends_.begin(), ends_.end());
    ends_.pop_back();
  }
}

void BanList::prolong(const std::string& target, std::optional<ban::Instant> until) {
  const auto place = place_of(key_of(target));
  if (!place || entries_[*place].held.ban.until == until) {
    return;
  }
  auto& old = entries_[*place].held.ban.until;
  with_end_ += until ? 1 : 0;
  with_end_ -= old ? 1 : 0;
  old = until;
  if (until) {
    note_end(*place);
  }
  drop_outdated();
}

void BanList::note_check(const std::string& target, ban::Instant at) {
  if (const auto place = place_of(key_of(target))) {
    entries_[*place].held.checked = at;
  }
}

HeldBan BanList::take_at(Place place) {
  auto& entry = entries_[place];
  table_.erase(entry.target, place, [this](Place at) { return entries_[at].target; });
  auto held = std::exchange(entry.held, {});
  (entry.before == nowhere ? first_ : entries_[entry.before].after) = entry.after;
  (entry.after == nowhere ? last_ : entries_[entry.after].before) = entry.before;
  entry.order = 0;
  entry.before = std::exchange(free_, place);
  with_end_ -= held.ban.until ? 1 : 0;
  --size_;
  drop_outdated();
  return held;
}

std::optional<HeldBan> BanList::take(const std::string& target) {
  const auto place = place_of(key_of(target));
  return place ? std::optional(take_at(*place)) : std::nullopt;
}

const HeldBan* BanList::find(const TargetKey& key) const {
  const auto place = place_of(key);
  return place ? &entries_[*place].held : nullptr;
}

std::vector<HeldBan> BanList::take_ended(ban::Instant now, std::size_t most) {
  std::vector<HeldBan> out;
  while (out.size() < most && !ends_.empty() && ends_.front().until < now) {
    out.push_back(take_at(ends_.front().place));
  }
  return out;
}

std::optional<ban::Instant> BanList::next_end() const {
  return ends_.empty() ? std::nullopt : std::optional(ends_.front().until);
}

std::vector<const HeldBan*> BanList::all() const {
  std::vector<const HeldBan*> out;
  out.reserve(size_);
  for (auto place = first_; place != nowhere; place = entries_[place].after) {
    out.push_back(&entries_[place].held);
  }
  return out;
}

}  // namespace spranga::guard
