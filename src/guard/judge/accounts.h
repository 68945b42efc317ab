// Accounts: what each target has failed in one jail, as small as can be: 56 bytes and a slot of the
// table, whether the target is an address or a long id. Rare states (weak evidence in fail2ban's
// way of counting, more than two failures in a window) have a place of their own beside it.
//
// Beyond `most` the half goes that failed longest ago; who is counted anew then begins at one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <variant>

#include "ban/instant.h"
#include "guard/judge/place_table.h"
#include "guard/judge/recent_lines.h"
#include "guard/judge/stable_list.h"
#include "guard/judge/tally.h"
#include "guard/judge/target_key.h"

namespace spranga::guard {

struct Account {
  std::variant<RateEstimate, SlidingWindow> tally;
  int failures{0};
  RecentLines::Place latest_line{0};

  [[nodiscard]] int count() const;
  [[nodiscard]] ban::Instant last() const;
  [[nodiscard]] bool expire(ban::Instant now, std::chrono::seconds findtime);
};

class Accounts {
public:
  /// nullopt: there is none. `enough`: of a SlidingWindow.
  [[nodiscard]] std::optional<Account> find(const TargetKey& target, int enough) const;
  void put(const TargetKey& target, const Account& account);
  void erase(const TargetKey& target);
  void clear();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// Drops those that nothing has been added to for a findtime.
  void purge(ban::Instant now, std::chrono::seconds findtime);

  /// Drops the half that failed longest ago.
  void halve();

private:
  enum class Form : std::uint8_t { rate, window, elsewhere };

  struct Entry {
    TargetKey target;
    ban::Instant one;  // rate: the first and the last failure; window: those of up to two
    ban::Instant other;
    std::int32_t count_one{0};  // rate: how many; window: attempts, below zero where it is weak
    std::int32_t count_other{0};
    RecentLines::Place latest_line{0};
    std::int32_t failures{0};
    Form form{Form::rate};
  };

  [[nodiscard]] const TargetKey& key_of(std::uint32_t place) const {
    return entries_[place].target;
  }

  [[nodiscard]] bool is_over(const Entry& entry,
                             ban::Instant now,
                             std::chrono::seconds findtime) const;
  [[nodiscard]] ban::Instant last_of(const Entry& entry) const;
  [[nodiscard]] Account read(const Entry& entry, int enough) const;
  [[nodiscard]] bool write(Entry& entry, const Account& account) const;
  [[nodiscard]] std::optional<std::uint32_t> place_of(const TargetKey& target) const;
  void erase_at(std::uint32_t place);

  StableList<Entry> entries_;
  mutable std::uint32_t last_asked_{0};  // its place: who is asked for is mostly written next
  PlaceTable table_;
  std::unordered_map<TargetKey, Account, TargetKeyHash> elsewhere_;
};

}  // namespace spranga::guard
