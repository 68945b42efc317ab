// What a ban looks like to an action, and a failure to ignorecommand: fail2ban's tags, of the
// moment.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "action_runner/request.h"
#include "ban/jail_spec.h"
#include "ban/sighting.h"
#include "guard/live/ban_list.h"
#include "guard/live/hands.h"
#include "ledger/answers.h"

namespace spranga::daemon {

/// All that is known of a target's bans, of all jails; the youngest first.
using PastBans = std::function<std::vector<ledger::BanStory>(const std::string& target)>;

/// A target's failures and lines over all its bans, the one at hand among them.
struct MergedBans {
  int failures{0};
  std::vector<std::string> matches;  // the last ones; the oldest first
};

/// As fail2ban takes them together from its database: of one jail, or of all (""). What a person
/// let go does not count, nor a network's bans for an address in it. `most`: lines (dbmaxmatches).
[[nodiscard]] MergedBans merge_bans(const guard::HeldBan& held,
                                    const std::vector<ledger::BanStory>& past,
                                    std::string_view jail,
                                    std::size_t most);

/// `asked`: which tags the action's commands ask for. What is costly is asked of `past` for them.
[[nodiscard]] action_runner::Tags tags_of(const std::string& jail,
                                          const guard::HeldBan& held,
                                          const guard::JailNumbers& numbers,
                                          const std::set<std::string>& asked,
                                          const PastBans& past,
                                          std::size_t most_matches);

/// Whether the jail's ignorecommand wants this failure ignored, as the action runner is asked: it
/// is no ban yet, so that it has no failures and no bancount, and its own line alone.
[[nodiscard]] action_runner::Request ignore_question(const ban::JailSpec& jail,
                                                     const ban::Sighting& sighting,
                                                     const guard::JailNumbers& numbers,
                                                     const PastBans& past,
                                                     std::size_t most_matches,
                                                     ban::Instant now);

}  // namespace spranga::daemon
