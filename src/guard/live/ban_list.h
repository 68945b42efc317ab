// BanList: who is banned in one jail, in the order in which it came to be, and whose ban ends next.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ban/instant.h"
#include "ban/verdict.h"

namespace spranga::guard {

struct HeldBan {
  ban::Ban ban;
  std::vector<std::string> matches;
  std::map<std::string, std::string> fields;  // of the sighting that made it: "user", "fport"
  bool restored{false};
  std::string rule{};  // FILE:LINE of the expression that completed it; "" = not known
};

class BanList {
public:
  /// Replaces a ban of the same target.
  void put(HeldBan held);

  /// Another end for a ban that is there.
  void prolong(const std::string& target, std::optional<ban::Instant> until);

  /// Takes it out; nullopt where there is none.
  std::optional<HeldBan> take(const std::string& target);

  [[nodiscard]] const HeldBan* find(const std::string& target) const;

  /// Takes out up to `most` bans that ended before `now`, in the order of their ends.
  [[nodiscard]] std::vector<HeldBan> take_ended(ban::Instant now, std::size_t most);

  /// When the next ban ends; none: no ban ends by itself.
  [[nodiscard]] std::optional<ban::Instant> next_end() const;

  /// In the order in which they were put in.
  [[nodiscard]] std::vector<const HeldBan*> all() const;

  [[nodiscard]] std::size_t size() const { return bans_.size(); }

private:
  struct Entry {
    std::uint64_t order{0};
    HeldBan held;
  };

  std::unordered_map<std::string, Entry> bans_;
  std::map<std::uint64_t, std::string> by_order_;
  std::set<std::pair<ban::Instant, std::string>> by_end_;
  std::uint64_t next_order_{0};
};

}  // namespace spranga::guard
