// BanBook: the bans of a replay, and what they would have met: later attempts of the same attacker,
// and logins of people who may well be somebody's users.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ban/verdict.h"
#include "replay/login_line.h"

namespace spranga::replay {

struct BookedBan {
  ban::Ban ban;
  std::uint64_t stopped{0};       // failures that came while it held
  std::uint64_t logins{0};        // successful ones that came while it held
  std::set<std::string> users{};  // of these logins, some

  static constexpr std::size_t max_users = 20;
};

class BanBook {
public:
  void add(const ban::Ban& ban);

  /// The ban of the same jail and target ends later now.
  void prolong(const ban::Ban& ban);

  /// A failure; it counts where this jail has banned the target and the ban holds now.
  void stopped(const std::string& jail, const std::string& target, ban::Instant now);

  /// A login at that moment, held against every ban that held then.
  void login(const Login& login, ban::Instant at);

  /// In the order in which they were made.
  [[nodiscard]] const std::vector<BookedBan>& bans() const { return bans_; }

private:
  using Key = std::pair<std::string, std::string>;  // jail, target

  void meet(const std::string& target, const Login& login, ban::Instant at);

  std::vector<BookedBan> bans_;
  std::unordered_map<std::string, std::vector<std::pair<std::string, std::size_t>>>
      last_of_;                             // target → the last ban of each jail
  std::set<std::pair<int, int>> networks_;  // family and prefix of banned networks
};

}  // namespace spranga::replay
