#include "ledger/recall.h"

#include <algorithm>
#include <limits>

#include "ledger/matches.h"
#include "ledger/own_database.h"

namespace spranga::ledger {

namespace {

// Those ahead of their jail's position are left out: they will be read again.
Result<std::vector<Seen>> last_sightings(Database& db,
                                         const std::vector<KeptJail>& jails,
                                         ban::Instant now) {
  std::chrono::seconds longest{0};
  for (const auto& jail : jails) {
    longest = std::max(longest, jail.findtime);
  }
  const auto counts = [&](const std::string& name, ban::Instant at) {
    const auto jail = std::ranges::find(jails, name, &KeptJail::name);
    return jail != jails.end() && at > now - jail->findtime;
  };
  std::vector<Seen> seen;
  SPRANGA_CHECK(db.each(
      "SELECT jail, target, at, attempts, weak, rule, line, times FROM"
      " (SELECT * FROM sightings AS s WHERE at > ?"
      "  AND NOT EXISTS(SELECT 1 FROM gaps WHERE gaps.jail = s.jail AND s.id > gaps.after)"
      "  ORDER BY id DESC LIMIT ?) ORDER BY id",
      [&](const Row& row) {
        if (counts(row.bytes(0), row.instant(2))) {
          seen.push_back(seen_of(row));
        }
      },
      now - longest,
      most_recalled));
  return seen;
}

/// Of a sum that may have grown beyond.
int int_of(std::int64_t number) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<std::int64_t>(number, 0, most));
}

Result<std::vector<Position>> all_positions(Database& db) {
  std::vector<Position> positions;
  SPRANGA_CHECK(
      db.each("SELECT jail, path, device, inode, offset, first_line, cursor, at FROM positions"
              " ORDER BY jail, path, noted",
              [&positions](const Row& row) {
                int column = 0;
                Position position;
                position.jail = row.bytes(column++);
                position.path = row.bytes(column++);
                position.device = static_cast<std::uint64_t>(row.number(column++));
                position.inode = static_cast<std::uint64_t>(row.number(column++));
                position.offset = static_cast<std::uint64_t>(row.number(column++));
                position.first_line_md5 = row.bytes(column++);
                position.cursor = row.bytes(column++);
                position.at = row.instant(column);
                positions.push_back(std::move(position));
              }));
  return positions;
}

Result<std::vector<Totals>> all_totals(Database& db) {
  std::vector<Totals> totals;
  SPRANGA_CHECK(
      db.each("SELECT jail, failed, banned FROM totals ORDER BY jail", [&totals](const Row& row) {
        totals.push_back({row.bytes(0),
                          static_cast<std::uint64_t>(row.number(1)),
                          static_cast<std::uint64_t>(row.number(2))});
      }));
  return totals;
}

}  // namespace

// The order comes from the index bans_since: nothing is sorted, so that the first ones are there at
// once.
Result<void> each_running_ban(Database& db,
                              ban::Instant now,
                              const std::function<bool(BanMade)>& take) {
  return db.each_while(
      "SELECT jail, target, since, until, count, failures, made_by, matches, fields"
      " FROM bans INDEXED BY bans_since"
      " WHERE latest AND ended IS NULL AND (until IS NULL OR until > ?) ORDER BY since, id",
      [&take](const Row& row) { return take(ban_of(row, 0)); },
      now);
}

Result<void> each_running_target(Database& db,
                                 ban::Instant now,
                                 const std::function<bool(ban::Ban)>& take) {
  return db.each_while(
      "SELECT jail, target, since, until FROM bans"
      " WHERE latest AND ended IS NULL AND (until IS NULL OR until > ?) ORDER BY id",
      [&take](const Row& row) {
        return take({row.bytes(0), row.bytes(1), row.instant(2), row.maybe_instant(3)});
      },
      now);
}

BanMade ban_of(const Row& row, int first) {
  BanMade made;
  made.ban.jail = row.bytes(first++);
  made.ban.target = row.bytes(first++);
  made.ban.since = row.instant(first++);
  made.ban.until = row.maybe_instant(first++);
  made.ban.count = static_cast<int>(row.number(first++));
  made.ban.failures = static_cast<int>(row.number(first++));
  made.by = row.bytes(first++);
  made.matches = unpack_matches(row.bytes(first++));
  made.fields = unpack_fields(row.bytes(first));
  return made;
}

Seen seen_of(const Row& row) {
  int column = 0;
  Seen seen;
  seen.jail = row.bytes(column++);
  seen.id = row.bytes(column++);
  seen.at = row.instant(column++);
  seen.attempts = int_of(row.number(column++));
  seen.weak = row.number(column++) != 0;
  seen.rule = row.bytes(column++);
  seen.line = row.bytes(column++);
  seen.times = std::max(1, int_of(row.number(column)));
  return seen;
}

Result<Memory> read_memory(Database& db,
                           const std::vector<KeptJail>& jails,
                           ban::Instant now,
                           bool with_bans) {
  Memory memory;
  SPRANGA_TRY(const auto unclean, meta(db, "unclean"));
  memory.clean_stop = unclean.value_or(0) == 0;
  if (with_bans) {
    SPRANGA_CHECK(each_running_ban(db, now, [&memory](BanMade made) {
      memory.bans.push_back(std::move(made));
      return true;
    }));
  }
  SPRANGA_TRY(memory.seen, last_sightings(db, jails, now));
  SPRANGA_TRY(memory.positions, all_positions(db));
  if (!memory.clean_stop) {
    SPRANGA_TRY(memory.totals, all_totals(db));
  }
  return memory;
}

Result<std::vector<ban::Ban>> read_past_bans(Database& db,
                                             std::chrono::seconds purge_age,
                                             ban::Instant now) {
  std::vector<ban::Ban> bans;
  SPRANGA_CHECK(db.each(
      "SELECT jail, target, since, until, count, failures, made_by, x'', x'' FROM bans"
      " WHERE latest AND ended IS NULL"
      " AND (until IS NULL OR since >= ?1 OR since + 3 * (until - since) >= ?1)"
      " ORDER BY since, id",
      [&bans](const Row& row) { bans.push_back(ban_of(row, 0).ban); },
      now - purge_age));
  return bans;
}

}  // namespace spranga::ledger
