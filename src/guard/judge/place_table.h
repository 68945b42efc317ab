// PlaceTable: where in a list the entry of a target's key stands. Open addressing, four bytes a
// slot; the keys themselves stay with the entries, which are as dense as the caller keeps them.
//
// A look at an entry is a look into memory that no cache has, so a slot also holds eight bits of
// the key, which tell most other keys apart: as long as the places leave room for them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "guard/judge/large_pages.h"
#include "guard/judge/target_key.h"

namespace spranga::guard {

/// `KeyOf`: the key of the entry at a place.
class PlaceTable {
public:
  template <class KeyOf>
  [[nodiscard]] std::optional<std::uint32_t> find(const TargetKey& key, const KeyOf& key_of) const {
    if (slots_.empty()) {
      return std::nullopt;
    }
    const auto mark = mark_of(key);
    for (auto at = home(key); slots_[at] != 0; at = after(at)) {
      if ((slots_[at] & ~place_mask_) == mark && key_of(place_in(at)) == key) {
        return place_in(at);
      }
    }
    return std::nullopt;
  }

  /// Of a key that is not there.
  template <class KeyOf>
  void insert(const TargetKey& key, std::uint32_t place, const KeyOf& key_of) {
    if (5 * (used_ + 1) > 4 * slots_.size()) {
      resize(std::max<std::size_t>(16, 2 * slots_.size()), key_of);
    }
    make_room_for(place);
    put(key, place);
    ++used_;
  }

  /// The entry of `key`, which is there, stands elsewhere now: nearer to the beginning.
  void move(const TargetKey& key, std::uint32_t from, std::uint32_t to) {
    slots_[slot_of(key, from)] = mark_of(key) | (to + 1);
  }

  /// Of a key that is there. Those behind it move up, so that no search ends too early.
  template <class KeyOf>
  void erase(const TargetKey& key, std::uint32_t place, const KeyOf& key_of) {
    auto gap = slot_of(key, place);
    for (auto at = after(gap); slots_[at] != 0; at = after(at)) {
      const auto wish = home(key_of(place_in(at)));
      const auto mask = slots_.size() - 1;
      if (((at - wish) & mask) >= ((at - gap) & mask)) {
        slots_[gap] = slots_[at];
        gap = at;
      }
    }
    slots_[gap] = 0;
    --used_;
    if (slots_.size() > small && 8 * used_ < slots_.size()) {
      resize(slots_.size() / 4, key_of);
    }
  }

  void clear() {
    Slots().swap(slots_);
    used_ = 0;
    place_mask_ = small_places;
  }

private:
  using Slots = std::vector<std::uint32_t, LargePages<std::uint32_t>>;

  static constexpr std::size_t small = 1024;
  static constexpr std::uint32_t small_places = 0x00ffffff;
  static constexpr std::uint32_t all_places = 0xffffffff;

  [[nodiscard]] std::uint32_t mark_of(const TargetKey& key) const {
    return static_cast<std::uint32_t>(key.second) & ~place_mask_;
  }

  [[nodiscard]] std::uint32_t place_in(std::size_t slot) const {
    return (slots_[slot] & place_mask_) - 1;
  }

  /// Where there are more places than that, the marks give way.
  void make_room_for(std::uint32_t place) {
    if (place < place_mask_) {
      return;
    }
    for (auto& slot : slots_) {
      slot &= place_mask_;
    }
    place_mask_ = all_places;
  }

  [[nodiscard]] std::size_t home(const TargetKey& key) const {
    return key.first & (slots_.size() - 1);
  }

  [[nodiscard]] std::size_t after(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }

  [[nodiscard]] std::size_t slot_of(const TargetKey& key, std::uint32_t place) const {
    auto at = home(key);
    while ((slots_[at] & place_mask_) != place + 1) {
      at = after(at);
    }
    return at;
  }

  void put(const TargetKey& key, std::uint32_t place) {
    auto at = home(key);
    while (slots_[at] != 0) {
      at = after(at);
    }
    slots_[at] = mark_of(key) | (place + 1);
  }

  /// Somebody's ban waits for it: so the entries are looked at in the order in which they stand,
  /// which is five times as fast as that of the slots.
  template <class KeyOf>
  void resize(std::size_t size, const KeyOf& key_of) {
    Slots old(size);
    old.swap(slots_);
    std::vector<bool> is_used;
    for (const auto slot : old) {
      const auto place = slot & place_mask_;  // and 1
      if (place > is_used.size()) {
        is_used.resize(std::max<std::size_t>(place, 2 * is_used.size()));
      }
      if (slot != 0) {
        is_used[place - 1] = true;
      }
    }
    for (std::size_t place = 0; place < is_used.size(); ++place) {
      if (is_used[place]) {
        put(key_of(static_cast<std::uint32_t>(place)), static_cast<std::uint32_t>(place));
      }
    }
  }

  Slots slots_;  // a power of two of them; mark and place + 1, 0: none
  std::uint32_t place_mask_{small_places};
  std::size_t used_{0};
};

}  // namespace spranga::guard
