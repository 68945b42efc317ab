// BanBook: the bans of a replay, and what they would have met: later attempts of the same attacker,
// and logins of people who may well be somebody's users.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ban/verdict.h"
#include "guard/judge/place_table.h"
#include "guard/judge/target_key.h"
#include "replay/login_line.h"

namespace spranga::replay {

struct BookedBan {
  ban::Ban ban;
  std::uint64_t stopped{0};          // failures that came while it held
  std::uint64_t logins{0};           // successful ones that came while it held
  std::vector<std::string> users{};  // of these logins, some, sorted

  static constexpr std::size_t max_users = 20;
};

/// Of a log there may be a million.
using BookedBans = std::deque<BookedBan>;

class BanBook {
public:
  /// Of the judges whose keys are told.
  static constexpr guard::Secret secret{};

  /// A ban by that jail, which is any number; `target`: the key of the ban's.
  void add(std::size_t jail, const guard::TargetKey& target, ban::Ban ban);

  /// The jail's ban of the same target ends later now.
  void prolong(std::size_t jail, const guard::TargetKey& target, const ban::Ban& ban);

  /// A failure; it counts where this jail has banned the target and the ban holds now.
  void stopped(std::size_t jail, const guard::TargetKey& target, ban::Instant now);

  /// A login at that moment, held against every ban that held then.
  void login(const Login& login, ban::Instant at);

  /// How many different targets they have.
  [[nodiscard]] std::size_t targets() const { return different_; }

  /// All of them, in the order in which they were made: the end of the book.
  [[nodiscard]] BookedBans take() { return std::move(bans_); }

private:
  void meet(const std::string& target, const Login& login, ban::Instant at);
  [[nodiscard]] bool knows(const guard::TargetKey& target) const;

  [[nodiscard]] BookedBan* find(std::size_t jail, const guard::TargetKey& target);

  BookedBans bans_;
  std::deque<guard::TargetKey> targets_;    // of bans_
  std::vector<guard::PlaceTable> last_of_;  // for each jail: the place of its last ban of a target
  std::size_t different_{0};                // of targets_
  std::set<std::pair<int, int>> networks_;  // family and prefix of banned networks
};

}  // namespace spranga::replay
