// HeldTargets: who stands in a door's set, for which jails and until when. Made for a million of
// them: an entry takes 72 bytes, and to find one is one look into memory that no cache has.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "ban/instant.h"
#include "firewall/network.h"
#include "guard/judge/place_table.h"
#include "guard/judge/stable_list.h"
#include "guard/judge/target_key.h"

namespace spranga::daemon {

inline constexpr auto forever = ban::Instant::max();

struct Holder {
  ban::Instant until;  // forever: no end
  std::uint16_t jail{0};
};

/// The jails that hold one target: mostly one, at least one.
class Holders {
public:
  explicit Holders(const Holder& first) : first_(first) {}

  /// When the last of them lets go.
  [[nodiscard]] ban::Instant end() const;

  [[nodiscard]] bool has(std::uint16_t jail) const { return of(jail) != nullptr; }

  /// nullptr: that jail does not hold it.
  [[nodiscard]] const Holder* of(std::uint16_t jail) const;

  /// In place of an earlier one of that jail.
  void put(const Holder& holder);
  /// From a jail that holds it to one that does not.
  void hand_over(std::uint16_t from, const Holder& to);
  /// False: that was the last one, who stays where he is.
  [[nodiscard]] bool remove(std::uint16_t jail);

private:
  Holder first_;
  std::unique_ptr<std::vector<Holder>> others_;  // nullptr rather than empty
};

class HeldTargets {
public:
  struct Entry {
    guard::TargetKey key;
    firewall::Network target;
    Holders holders;
  };

  /// `secret`: of the targets' keys.
  explicit HeldTargets(const guard::Secret& secret = {}) : secret_(secret) {}

  /// nullptr: nobody holds it. Valid until something is put in or taken out.
  [[nodiscard]] Holders* find(const firewall::Network& target);
  [[nodiscard]] const Holders* find(const firewall::Network& target) const;

  struct Put {
    const Holders& holders;
    bool is_new;
  };

  Put put(const firewall::Network& target, const Holder& holder);

  /// Of one that is there.
  void erase(const firewall::Network& target);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// In no order.
  [[nodiscard]] const guard::StableList<Entry>& all() const { return entries_; }

private:
  [[nodiscard]] guard::TargetKey key_of(const firewall::Network& target) const;
  [[nodiscard]] std::optional<std::uint32_t> place_of(const guard::TargetKey& key) const;

  guard::Secret secret_;
  guard::StableList<Entry> entries_;
  guard::PlaceTable table_;
};

}  // namespace spranga::daemon
