#include "daemon/held_targets.h"

#include <algorithm>
#include <array>
#include <utility>

namespace spranga::daemon {

ban::Instant Holders::end() const {
  return others_ ? std::max(first_.until, std::ranges::max(*others_, {}, &Holder::until).until)
                 : first_.until;
}

const Holder* Holders::of(std::uint16_t jail) const {
  if (first_.jail == jail || !others_) {
    return first_.jail == jail ? &first_ : nullptr;
  }
  const auto found = std::ranges::find(*others_, jail, &Holder::jail);
  return found == others_->end() ? nullptr : &*found;
}

void Holders::hand_over(std::uint16_t from, const Holder& to) {
  if (first_.jail == from) {
    first_ = to;
  } else if (others_) {
    std::ranges::replace_if(
        *others_, [from](const Holder& one) { return one.jail == from; }, to);
  }
}

void Holders::put(const Holder& holder) {
  if (first_.jail == holder.jail) {
    first_ = holder;
    return;
  }
  if (!others_) {
    others_ = std::make_unique<std::vector<Holder>>();
  }
  const auto mine = std::ranges::find(*others_, holder.jail, &Holder::jail);
  if (mine == others_->end()) {
    others_->push_back(holder);
  } else {
    *mine = holder;
  }
}

bool Holders::remove(std::uint16_t jail) {
  if (first_.jail == jail && !others_) {
    return false;
  }
  if (first_.jail == jail) {
    first_ = others_->back();
    others_->pop_back();
  } else if (others_) {
    std::erase_if(*others_, [jail](const Holder& holder) { return holder.jail == jail; });
  }
  if (others_ && others_->empty()) {
    others_.reset();
  }
  return true;
}

/// Of what the kernel knows of it: a zone is no part of that.
guard::TargetKey HeldTargets::key_of(const firewall::Network& target) const {
  std::array<char, 17> text{};
  const auto bytes = target.base.bytes();
  std::ranges::copy(bytes, text.begin());
  text.at(bytes.size()) = static_cast<char>(target.prefix);
  return guard::target_key(secret_, {text.data(), bytes.size() + 1});
}

std::optional<std::uint32_t> HeldTargets::place_of(const guard::TargetKey& key) const {
  return table_.find(key, [this](auto at) { return entries_[at].key; });
}

Holders* HeldTargets::find(const firewall::Network& target) {
  const auto place = place_of(key_of(target));
  return place ? &entries_[*place].holders : nullptr;
}

const Holders* HeldTargets::find(const firewall::Network& target) const {
  const auto place = place_of(key_of(target));
  return place ? &entries_[*place].holders : nullptr;
}

HeldTargets::Put HeldTargets::put(const firewall::Network& target, const Holder& holder) {
  const auto key = key_of(target);
  if (const auto place = place_of(key)) {
    entries_[*place].holders.put(holder);
    return {entries_[*place].holders, false};
  }
  const auto place = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({key, target, Holders(holder)});
  table_.insert(key, place, [this](auto at) { return entries_[at].key; });
  return {entries_.back().holders, true};
}

/// The last entry takes the place of the one that goes.
void HeldTargets::erase(const firewall::Network& target) {
  const auto key = key_of(target);
  const auto place = place_of(key);
  if (!place) {
    return;
  }
  table_.erase(key, *place, [this](auto at) { return entries_[at].key; });
  const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
  if (*place != last) {
    table_.move(entries_[last].key, last, *place);
    entries_[*place] = std::move(entries_[last]);
  }
  entries_.pop_back();
}

}  // namespace spranga::daemon
