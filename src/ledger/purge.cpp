#include "ledger/purge.h"

#include <algorithm>

namespace spranga::ledger {

namespace {

constexpr std::int64_t rows_at_once = 2000;

/// A log that gave nothing for so long is searched by time when it speaks again.
constexpr auto positions_kept = std::chrono::hours(24 * 30);

}  // namespace

Result<bool> purge_some(Database& db, const PurgeRules& rules, ban::Instant now) {
  bool more = false;
  const auto deleted = [&db, &more] { more = more || db.changes() >= rows_at_once; };
  SPRANGA_CHECK(transaction(db, [&]() -> Result<void> {
    SPRANGA_CHECK(
        db.run("DELETE FROM sightings WHERE id IN"
               " (SELECT id FROM sightings WHERE at < ? ORDER BY at LIMIT ?)",
               now - rules.sightings,
               rows_at_once));
    deleted();
    // Ids follow one another: no need to count the rows.
    SPRANGA_CHECK(
        db.run("DELETE FROM sightings WHERE id IN (SELECT id FROM sightings"
               " WHERE id <= (SELECT max(id) FROM sightings) - ? ORDER BY id LIMIT ?)",
               rules.most_sightings,
               rows_at_once));
    deleted();
    SPRANGA_CHECK(
        db.run("DELETE FROM bans WHERE id IN (SELECT id FROM bans AS b WHERE since < ?1"
               " AND (ended < ?1 OR since + 3 * (until - since) < ?1 OR (until < ?2 AND EXISTS("
               "  SELECT 1 FROM bans AS n WHERE n.target = b.target AND n.jail = b.jail"
               "  AND n.id > b.id))) LIMIT ?3)",
               now - rules.bans,
               now,
               rows_at_once));
    deleted();
    SPRANGA_CHECK(
        db.run("DELETE FROM bans WHERE id IN (SELECT id FROM bans"
               " WHERE (ended IS NOT NULL OR until < ?1) ORDER BY id LIMIT"
               " min(?3, max(0, (SELECT count(*) FROM bans) - ?2)))",
               now,
               rules.most_bans,
               rows_at_once));
    deleted();
    return db.run("DELETE FROM positions WHERE noted < ?", now - positions_kept);
  }));
  SPRANGA_CHECK(db.script("PRAGMA incremental_vacuum(500)"));
  return more;
}

}  // namespace spranga::ledger
