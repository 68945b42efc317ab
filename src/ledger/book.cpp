#include "ledger/book.h"

#include <fmt/format.h>

#include "ledger/matches.h"

namespace spranga::ledger {

namespace {

/// What a joining sighting must share with a row. Names have no NUL but where somebody wants it;
/// then he is counted among his own.
std::string row_key(const Seen& seen) {
  constexpr auto together = std::chrono::seconds(10);
  return fmt::format("{}{}{}{}{}{}{}{}",
                     seen.jail,
                     '\0',
                     seen.rule,
                     '\0',
                     seen.at.time_since_epoch() / together,
                     seen.weak ? '-' : '+',
                     '\0',
                     seen.id);
}

}  // namespace

Result<Book> Book::open(Database& db, std::size_t matches) {
  Book book(db, matches);
  SPRANGA_TRY(const auto unclean, meta(db, "unclean"));
  book.unclean_ = unclean.value_or(0) != 0;
  SPRANGA_TRY(const auto mirrored, meta(db, "mirrored"));
  SPRANGA_TRY(const auto change, db.number("SELECT max(change) FROM bans"));
  book.change_ = std::max(change, mirrored.value_or(0));
  return book;
}

Result<void> Book::write(const std::vector<Entry>& entries, ban::Instant now) {
  const auto change = change_;
  const bool unclean = unclean_;
  now_ = now;
  positions_ = 0;
  auto done = transaction(*db_, [&] { return put_all(entries); });
  if (!done) {
    change_ = change;
    unclean_ = unclean;
    rows_.clear();
  }
  return done;
}

Result<void> Book::put_all(const std::vector<Entry>& entries) {
  for (const auto& entry : entries) {
    if (!unclean_ && !std::holds_alternative<CleanStop>(entry)) {
      SPRANGA_CHECK(set_meta(*db_, "unclean", 1));
      unclean_ = true;
    }
    SPRANGA_CHECK(std::visit([this](const auto& one) { return put(one); }, entry));
  }
  return {};
}

/// A row that is there grows without its indexes being touched, and the table does not.
Result<void> Book::put(const Seen& seen) {
  if (!seen.joins) {
    return insert(seen);
  }
  if (rows_.size() >= most_rows || now_ < rows_since_ || now_ - rows_since_ > rows_kept) {
    rows_.clear();
    rows_since_ = now_;
  }
  auto& row = rows_[row_key(seen)];
  if (row != 0) {
    SPRANGA_CHECK(
        db_->run("UPDATE sightings SET attempts = attempts + ?, times = times + ?"
                 " WHERE id = ? AND target = ? AND jail = ?",
                 seen.attempts,
                 seen.times,
                 row,
                 seen.id,
                 seen.jail));
    if (db_->changes() > 0) {
      return {};
    }
  }
  SPRANGA_CHECK(insert(seen));
  row = db_->last_row();
  return {};
}

Result<void> Book::insert(const Seen& seen) {
  ++grown_;
  return db_->run(
      "INSERT INTO sightings(jail, target, at, attempts, weak, rule, line, times)"
      " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      seen.jail,
      seen.id,
      seen.at,
      seen.attempts,
      seen.weak,
      seen.rule,
      seen.line,
      seen.times);
}

// A ban that is known already is not a second one: it goes on longer, or it was said again.
Result<void> Book::put(const BanMade& made) {
  const auto& ban = made.ban;
  const auto lines = last_matches(made.matches, matches_);
  const auto packed = lines.empty() ? std::string() : pack_matches(lines);
  const auto fields = pack_fields(made.fields);
  ++change_;
  SPRANGA_CHECK(
      db_->run("UPDATE bans SET change = ?1, until = ?2, count = ?3, failures = max(failures, ?4),"
               " matches = CASE WHEN length(?5) THEN ?5 ELSE matches END,"
               " fields = CASE WHEN length(?10) THEN ?10 ELSE fields END"
               " WHERE id = (SELECT max(id) FROM bans WHERE target = ?6 AND jail = ?7)"
               " AND latest AND ended IS NULL AND (since = ?8 OR ?9)",
               change_,
               ban.until,
               ban.count,
               ban.failures,
               Blob{packed},
               ban.target,
               ban.jail,
               ban.since,
               made.prolonged,
               Blob{fields}));
  if (db_->changes() > 0) {
    return {};
  }
  return db_->run(
      "INSERT INTO bans(change, jail, target, since, until, count, failures, made_by, matches, "
      "fields)"
      " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      change_,
      ban.jail,
      ban.target,
      ban.since,
      ban.until,
      ban.count,
      ban.failures,
      made.by,
      Blob{packed},
      Blob{fields});
}

Result<void> Book::put(const BanEnded& ended) {
  return db_->run(
      "UPDATE bans SET change = ?, ended = ?"
      " WHERE id = (SELECT max(id) FROM bans WHERE target = ? AND jail = ?)"
      " AND latest AND ended IS NULL",
      ++change_,
      ended.at,
      ended.target,
      ended.jail);
}

Result<void> Book::put(const Position& position) {
  return db_->run(
      "INSERT INTO positions(jail, path, device, inode, offset, first_line, cursor, at, noted)"
      " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT(jail, path, device, inode) DO UPDATE SET offset = excluded.offset, first_line "
      "= excluded.first_line, cursor = excluded.cursor,"
      " at = excluded.at, noted = excluded.noted",
      position.jail,
      position.path,
      position.device,
      position.inode,
      position.offset,
      position.first_line_md5,
      position.cursor,
      position.at,
      now_ + std::chrono::microseconds(++positions_));  // the later one is the younger one
}

Result<void> Book::put(const Totals& totals) {
  return db_->run("INSERT OR REPLACE INTO totals(jail, failed, banned) VALUES(?, ?, ?)",
                  totals.jail,
                  totals.failed,
                  totals.banned);
}

Result<void> Book::put(const CleanStop& /*stop*/) {
  SPRANGA_CHECK(set_meta(*db_, "unclean", 0));
  unclean_ = false;
  return db_->run("DELETE FROM totals");
}

/// What comes now is ahead of the positions; it must not be added to what is not.
Result<void> Book::put(const GapBegins& gap) {
  rows_.clear();
  return db_->run(
      "INSERT OR IGNORE INTO gaps(jail, after)"
      " SELECT ?, coalesce(max(id), 0) FROM sightings",
      gap.jail);
}

Result<void> Book::put(const GapEnds& gap) {
  return db_->run("DELETE FROM gaps WHERE jail = ?", gap.jail);
}

}  // namespace spranga::ledger
