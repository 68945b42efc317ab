// Hands: what a jail does with its bans. A port: behind it stand the firewall, shell actions and
// the owner's mail. Calls return at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "guard/live/ban_list.h"

namespace spranga::guard {

/// What actions may tell of a jail: <jail.banned> and friends.
struct JailNumbers {
  std::uint64_t failed_now{0};
  std::uint64_t failed_total{0};
  std::uint64_t banned_now{0};
  std::uint64_t banned_total{0};
};

/// What was counted since the jail's first start, crashes overlooked.
struct JailTotals {
  std::uint64_t failed{0};
  std::uint64_t banned{0};

  [[nodiscard]] bool operator==(const JailTotals&) const = default;
};

class Hands {
public:
  virtual ~Hands() = default;

  virtual void ban(const std::string& jail, const HeldBan& held, const JailNumbers& numbers) = 0;
  /// A ban of an earlier life will come, and be restored; where that can be done for many at once,
  /// it is done ahead of the books.
  virtual void ban_ahead(const std::string& jail,
                         const std::string& target,
                         std::optional<ban::Instant> until) = 0;
  virtual void prolong(const std::string& jail,
                       const HeldBan& held,
                       const JailNumbers& numbers) = 0;
  virtual void unban(const std::string& jail, const HeldBan& held, const JailNumbers& numbers) = 0;
  /// Somebody who is banned failed again so long after the ban that something may be wrong with it.
  virtual void check(const std::string& jail, const HeldBan& held) = 0;
  /// The jail lets everybody go. An unban of each follows; what could be done at once needs no
  /// more. `stopping`: it ends, nothing is to be repaired.
  virtual void flush(const std::string& jail, bool stopping) = 0;
};

}  // namespace spranga::guard
