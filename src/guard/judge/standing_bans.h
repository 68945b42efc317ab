// StandingBans: who is banned in one jail, for the judge's own eyes: 48 bytes a ban. What belongs
// to a ban beside its times (its target's text, its lines) others keep.
#pragma once

#include <cstdint>
#include <optional>

#include "ban/verdict.h"
#include "guard/judge/place_table.h"
#include "guard/judge/stable_list.h"
#include "guard/judge/target_key.h"

namespace spranga::guard {

class StandingBans {
public:
  /// In place of an earlier one of the same target.
  void put(const TargetKey& target, const ban::Ban& ban);

  /// Without jail and target.
  [[nodiscard]] std::optional<ban::Ban> find(const TargetKey& target) const;

  /// False: there was none.
  bool erase(const TargetKey& target);

  /// Drops those that are over.
  void purge(ban::Instant now);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
  struct Entry {
    TargetKey target;
    ban::Instant since;
    ban::Instant until;  // ban::Instant::max(): for good
    std::int32_t count{1};
    std::int32_t failures{0};
  };

  void erase_at(std::uint32_t place);

  StableList<Entry> entries_;
  PlaceTable table_;
};

}  // namespace spranga::guard
