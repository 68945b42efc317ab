// BanList: who is banned in one jail, in the order in which it came to be, and whose ban ends next.
// Made for a million of them: an entry stays where it is, and whose end comes next is a heap whose
// outdated pieces are left in it until they come up or outnumber the others.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ban/instant.h"
#include "ban/verdict.h"
#include "guard/judge/place_table.h"
#include "guard/judge/stable_list.h"
#include "guard/judge/target_key.h"

namespace spranga::guard {

/// What a ban was made for.
struct Evidence {
  std::vector<std::string> matches{};
  std::map<std::string, std::string> fields{};  // of the sighting that made it: "user", "fport"
  std::string rule{};  // FILE:LINE of the expression that completed it; "" = not known
};

struct HeldBan {
  ban::Ban ban;
  bool restored{false};
  std::shared_ptr<const Evidence> known{};  // nullptr: nothing
  ban::Instant checked{};  // when it was looked after last, since it did not stop somebody

  [[nodiscard]] const Evidence& evidence() const;
};

class BanList {
public:
  /// `secret`: of the targets' keys.
  explicit BanList(const Secret& secret = {}) : secret_(secret) {}

  [[nodiscard]] TargetKey key_of(const std::string& target) const {
    return target_key(secret_, target);
  }

  /// Replaces a ban of the same target. What it gives stays valid until that ban is taken out.
  const HeldBan& put(HeldBan held);
  /// The same of one whose key is known.
  const HeldBan& put(const TargetKey& key, HeldBan held);

  /// Another end for a ban that is there.
  void prolong(const std::string& target, std::optional<ban::Instant> until);

  /// It was looked after, then.
  void note_check(const std::string& target, ban::Instant at);

  /// Takes it out; nullopt where there is none.
  std::optional<HeldBan> take(const std::string& target);

  [[nodiscard]] const HeldBan* find(const std::string& target) const {
    return find(key_of(target));
  }

  [[nodiscard]] const HeldBan* find(const TargetKey& key) const;

  /// Takes out up to `most` bans that ended before `now`, in the order of their ends.
  [[nodiscard]] std::vector<HeldBan> take_ended(ban::Instant now, std::size_t most);

  /// When the next ban ends; none: no ban ends by itself.
  [[nodiscard]] std::optional<ban::Instant> next_end() const;

  /// In the order in which they were put in.
  [[nodiscard]] std::vector<const HeldBan*> all() const;

  [[nodiscard]] std::size_t size() const { return size_; }

private:
  using Place = std::uint32_t;
  static constexpr Place nowhere = 0xffffffff;

  struct Entry {
    TargetKey target;
    HeldBan held;
    std::uint64_t order{0};  // 0: the entry is free
    Place before{nowhere};   // by order; of a free one, the next free one
    Place after{nowhere};
  };

  struct End {
    ban::Instant until;
    std::uint64_t order{0};
    Place place{0};

    [[nodiscard]] bool operator<(const End& other) const {  // the first end on top of the heap
      return until != other.until ? until > other.until : order > other.order;
    }
  };

  [[nodiscard]] std::optional<Place> place_of(const TargetKey& target) const;
  [[nodiscard]] Place free_place();
  HeldBan take_at(Place place);
  void note_end(Place place);
  [[nodiscard]] bool is_current(const End& end) const;
  void drop_outdated();

  Secret secret_;
  StableList<Entry> entries_;
  PlaceTable table_;
  std::vector<End> ends_;  // a heap; its top is current
  std::size_t with_end_{0};
  Place first_{nowhere};
  Place last_{nowhere};
  Place free_{nowhere};
  std::size_t size_{0};
  std::uint64_t next_order_{1};
};

}  // namespace spranga::guard
