#include "ledger/purge.h"

#include <array>

namespace spranga::ledger {

namespace {

constexpr std::int64_t rows_at_once = 2000;

/// A log that gave nothing for so long is searched by time when it speaks again.
constexpr auto positions_kept = std::chrono::hours(24 * 30);
constexpr auto former_kept = std::chrono::hours(24);  // of files that have lost the name

struct Deletion {
  const char* sql;  // ?3: how many rows at once
  std::int64_t first;
  std::int64_t second;
};

std::int64_t micros(ban::Instant at) {
  return at.time_since_epoch().count();
}

std::array<Deletion, 4> deletions(const PurgeRules& rules, ban::Instant now) {
  return {{
      {"DELETE FROM sightings WHERE id IN"
       " (SELECT id FROM sightings WHERE at < ?1 ORDER BY at LIMIT ?3)",
       micros(now - rules.sightings),
       0},
      // Ids follow one another: no need to count the rows.
      {"DELETE FROM sightings WHERE id IN (SELECT id FROM sightings"
       " WHERE id <= (SELECT max(id) FROM sightings) - ?1 ORDER BY id LIMIT ?3)",
       rules.most_sightings,
       0},
      {"DELETE FROM bans WHERE id IN (SELECT id FROM bans WHERE since < ?1"
       " AND (ended < ?1 OR since + 3 * (until - since) < ?1 OR (until < ?2 AND NOT latest))"
       " LIMIT ?3)",
       micros(now - rules.bans),
       micros(now)},
      {"DELETE FROM bans WHERE id IN (SELECT id FROM bans"
       " WHERE (ended IS NOT NULL OR until < ?1) ORDER BY id LIMIT"
       " min(?3, max(0, (SELECT count(*) FROM bans) - ?2)))",
       micros(now),
       rules.most_bans},
  }};
}

Result<void> purge_positions(Database& db, ban::Instant now) {
  SPRANGA_CHECK(db.run("DELETE FROM positions WHERE noted < ?", now - positions_kept));
  return db.run(
      "DELETE FROM positions WHERE noted < ? AND noted <"
      " (SELECT max(noted) FROM positions AS other"
      "  WHERE other.jail = positions.jail AND other.path = positions.path)",
      now - former_kept);
}

}  // namespace

Result<bool> purge_some(Database& db, const PurgeRules& rules, ban::Instant now) {
  bool more = false;
  SPRANGA_CHECK(transaction(db, [&]() -> Result<void> {
    for (const auto& deletion : deletions(rules, now)) {
      SPRANGA_CHECK(db.run(deletion.sql, deletion.first, deletion.second, rows_at_once));
      more = more || db.changes() >= rows_at_once;
    }
    return purge_positions(db, now);
  }));
  SPRANGA_CHECK(db.script("PRAGMA incremental_vacuum(500)"));
  return more;
}

}  // namespace spranga::ledger
