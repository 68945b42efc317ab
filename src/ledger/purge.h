// Purge: our tables stay bounded. A little at a time, in the writer's thread.
#pragma once

#include <chrono>

#include "ledger/sqlite.h"

namespace spranga::ledger {

struct PurgeRules {
  std::chrono::seconds sightings{std::chrono::hours(24)};  // at least the longest findtime
  std::chrono::seconds bans{std::chrono::hours(24)};       // dbpurgeage
  std::int64_t most_sightings{1'000'000};
  std::int64_t most_bans{1'000'000};
};

/// Deletes at most a few thousand rows: sightings that are too old or too many; bans that began
/// before dbpurgeage and run no more, but the last one of a target in a jail only when three times
/// its length is over as well (bantime.increment asks for it), and those for good only when ended;
/// positions that nobody has noted for long. True: there is more to do.
[[nodiscard]] Result<bool> purge_some(Database& db, const PurgeRules& rules, ban::Instant now);

}  // namespace spranga::ledger
