// Takeover: what fail2ban's database says that ours does not know. fail2ban may have run before us,
// or between two of our lives; or we ended before all of ours was mirrored. Which it was is told by
// what we know to have mirrored, and into which file.
#pragma once

#include "ledger/fail2ban_database.h"
#include "ledger/own_database.h"

namespace spranga::ledger {

/// In one transaction of `own`; `theirs` is only read. Afterwards ours is the truth again: bans
/// and positions of theirs that are later than ours are in it, bans of ours that somebody else
/// deleted there have ended, and what theirs lacks has a new `change`, to be mirrored.
/// `at_start` false: logs are being read already, and nobody else knows better how far.
[[nodiscard]] Result<void> take_over(Database& own,
                                     Fail2banDatabase& theirs,
                                     std::chrono::seconds purge_age,
                                     ban::Instant now,
                                     bool at_start = true);

/// fail2ban's name for the journal in its table `logs`.
inline constexpr std::string_view journal_path = "systemd-journal";

}  // namespace spranga::ledger
