// What an action remembers of each address family: whether it is started there and holds bans, and
// which text of a command was last run for it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "action_runner/request.h"
#include "guard/actions/properties.h"

namespace spranga::action_runner {

/// The families that an action is started for, in the order in which they were.
class StartedFamilies {
public:
  using Family = guard::actions::Family;

  /// What is noted of a family; 0: nothing.
  static constexpr std::uint8_t is_started = 1;
  static constexpr std::uint8_t has_bans = 2;

  [[nodiscard]] std::uint8_t state_of(const Family& family) const;
  void set_state(const Family& family, std::uint8_t state);

  /// It is started, and holds bans.
  void note_ban(const Family& family);

  [[nodiscard]] bool holds_bans(const Family& family) const {
    return (state_of(family) & has_bans) != 0;
  }

  /// Whether anything was ever noted of it, be it that it was stopped.
  [[nodiscard]] bool knows(const Family& family) const;

  /// Those that have all of these.
  [[nodiscard]] std::vector<Family> with(std::uint8_t state) const;

  void resume(const Started& started) { families_ = started; }

  void clear() { families_.clear(); }

  [[nodiscard]] const Started& all() const { return families_; }

private:
  Started families_;
};

/// The command that was last run for a family, so that one for both families runs once.
class ExecutedCommands {
public:
  using Family = guard::actions::Family;

  void note(const std::string& command, const Family& family, const std::string& text);

  /// With all families that ran the same text.
  void forget(const std::string& command, const Family& family);

  /// Whether that text was run for another family.
  [[nodiscard]] bool ran_for_another(const std::string& command,
                                     const Family& family,
                                     const std::string& text) const;

  void clear() { texts_.clear(); }

private:
  std::map<std::string, std::map<Family, std::string>> texts_;
};

}  // namespace spranga::action_runner
