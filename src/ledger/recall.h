// Recall: what a start begins with, read from our own database.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "ledger/record.h"
#include "ledger/sqlite.h"

namespace spranga::ledger {

/// A start reads no more sightings than this, the last ones.
inline constexpr std::int64_t most_recalled = 1'000'000;

/// `with_bans`: those that run on, too.
[[nodiscard]] Result<Memory> read_memory(Database& db,
                                         const std::vector<KeptJail>& jails,
                                         ban::Instant now,
                                         bool with_bans = true);

/// The bans that run on, by their beginning, until `take` is false.
[[nodiscard]] Result<void> each_running_ban(Database& db,
                                            ban::Instant now,
                                            const std::function<bool(BanMade)>& take);

/// Who they are and until when: ban::Ban without counts, by their rows.
[[nodiscard]] Result<void> each_running_target(Database& db,
                                               ban::Instant now,
                                               const std::function<bool(ban::Ban)>& take);

/// The last ban of each target in each jail as bantime.increment counts them: without those that a
/// person ended, and without those that fail2ban's purge would have forgotten.
[[nodiscard]] Result<std::vector<ban::Ban>> read_past_bans(Database& db,
                                                           std::chrono::seconds purge_age,
                                                           ban::Instant now);

/// Columns jail, target, since, until, count, failures, made_by, matches, fields, from `first` on.
[[nodiscard]] BanMade ban_of(const Row& row, int first);
/// Columns jail, target, at, attempts, weak, rule, line.
[[nodiscard]] Seen seen_of(const Row& row);

}  // namespace spranga::ledger
