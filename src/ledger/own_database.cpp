#include "ledger/own_database.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/fd.h"

namespace spranga::ledger {

namespace {

constexpr std::int64_t application_id = 0x73707267;  // "sprg"

/// Step i brings a file of version i to version i + 1.
constexpr std::array migrations = {
    // meta: "unclean" (this life has written, and has not stopped in an orderly way), "mirrored"
    // (the last change of `bans` that fail2ban's database has), "device", "inode" and "born" (of
    // it).
    // bans: `change` counts on with every insertion and every update, 0 = came from fail2ban;
    // `until` NULL = for good; `ended` = unbanned by a person, then.
    // positions: `noted` = when this was written; `mirrored_…` = what fail2ban's database has.
    // gaps: sightings of that jail behind `after` are ahead of its positions (waiting.h).
    R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
CREATE TABLE bans(id INTEGER PRIMARY KEY, change INTEGER NOT NULL, jail TEXT NOT NULL,
  target TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, count INTEGER NOT NULL,
  failures INTEGER NOT NULL, made_by TEXT NOT NULL, ended INTEGER, matches BLOB NOT NULL);
CREATE INDEX bans_target ON bans(target, jail);
CREATE INDEX bans_since ON bans(since);
CREATE INDEX bans_change ON bans(change);
CREATE TABLE sightings(id INTEGER PRIMARY KEY, jail TEXT NOT NULL, target TEXT NOT NULL,
  at INTEGER NOT NULL, attempts INTEGER NOT NULL, weak INTEGER NOT NULL, rule TEXT NOT NULL,
  line TEXT NOT NULL);
CREATE INDEX sightings_target ON sightings(target, at);
CREATE INDEX sightings_at ON sightings(at);
CREATE TABLE positions(jail TEXT NOT NULL, path TEXT NOT NULL, device INTEGER NOT NULL,
  inode INTEGER NOT NULL, offset INTEGER NOT NULL, first_line TEXT NOT NULL,
  cursor TEXT NOT NULL, at INTEGER NOT NULL, noted INTEGER NOT NULL, mirrored_place INTEGER,
  mirrored_first_line TEXT,
  PRIMARY KEY(jail, path)) WITHOUT ROWID;
CREATE TABLE totals(jail TEXT PRIMARY KEY, failed INTEGER NOT NULL, banned INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE gaps(jail TEXT PRIMARY KEY, after INTEGER NOT NULL) WITHOUT ROWID;
)sql",
    // A place for each file that has had the name: the one before is read to its end beside the
    // one after.
    R"sql(
CREATE TABLE places(jail TEXT NOT NULL, path TEXT NOT NULL, device INTEGER NOT NULL,
  inode INTEGER NOT NULL, offset INTEGER NOT NULL, first_line TEXT NOT NULL,
  cursor TEXT NOT NULL, at INTEGER NOT NULL, noted INTEGER NOT NULL, mirrored_place INTEGER,
  mirrored_first_line TEXT,
  PRIMARY KEY(jail, path, device, inode)) WITHOUT ROWID;
INSERT INTO places SELECT * FROM positions;
DROP TABLE positions;
ALTER TABLE places RENAME TO positions;
)sql",
    // How many failures the row stands for.
    "ALTER TABLE sightings ADD COLUMN times INTEGER NOT NULL DEFAULT 1",
    // Whether no later ban of the same target in the same jail is known: a start need not look for
    // that among a million.
    R"sql(
ALTER TABLE bans ADD COLUMN latest INTEGER NOT NULL DEFAULT 1;
UPDATE bans SET latest = 0 WHERE id NOT IN (SELECT max(id) FROM bans GROUP BY target, jail);
CREATE TRIGGER bans_latest AFTER INSERT ON bans BEGIN
  UPDATE bans SET latest = 0 WHERE id =
    (SELECT max(id) FROM bans WHERE target = NEW.target AND jail = NEW.jail AND id < NEW.id);
END;
)sql",
    // What the filter caught (<F-USER>), for the actions of a ban that comes back.
    "ALTER TABLE bans ADD COLUMN fields BLOB NOT NULL DEFAULT x''",
};

constexpr auto current_version = static_cast<std::int64_t>(migrations.size());

/// SQLite gives a new file the umask's rights; this one has what logs say about people.
void make_private(const std::string& path) {
  constexpr int owner_only = 0600;
  // Only where it is new: to close a descriptor of a file that is open would drop its locks.
  const Fd made(::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, owner_only));
}

/// Errc::conflict where the file is not one that we may write; else its version.
Result<std::int64_t> known_version(Database& db, const std::string& path) {
  SPRANGA_TRY(const auto version, db.number("PRAGMA user_version"));
  SPRANGA_TRY(const auto tables, db.number("SELECT count(*) FROM sqlite_master"));
  SPRANGA_TRY(const auto made_by, db.number("PRAGMA application_id"));
  if (tables > 0 && made_by != application_id) {
    return fail(Errc::conflict, path + ": this database is not a ledger of spranga");
  }
  if (version > current_version) {
    return fail(Errc::conflict,
                fmt::format("{}: written by a newer spranga (version {}, this one knows {})",
                            path,
                            version,
                            current_version));
  }
  return version;
}

Result<void> migrate(Database& db, std::int64_t version) {
  for (; version < current_version; ++version) {
    const auto numbers = fmt::format(
        "PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, version + 1);
    SPRANGA_CHECK(transaction(db, [&]() -> Result<void> {
      SPRANGA_CHECK(db.script(migrations.at(static_cast<std::size_t>(version))));
      return db.script(numbers.c_str());
    }));
  }
  return {};
}

Result<Database> open_once(const Way& way) {
  if (!way.path.empty()) {
    make_private(way.path);
  }
  SPRANGA_TRY(auto db, Database::open(way, Database::Mode::create));
  // auto_vacuum counts only before the first table, and before WAL.
  SPRANGA_CHECK(
      db.script("PRAGMA auto_vacuum = INCREMENTAL;"
                "PRAGMA journal_mode = WAL;"
                "PRAGMA synchronous = NORMAL;"
                "PRAGMA journal_size_limit = 16777216"));
  SPRANGA_TRY(const auto version, known_version(db, way.path));
  SPRANGA_CHECK(migrate(db, version));
  SPRANGA_CHECK(db.look_for_damage());
  return db;
}

/// The file and what belongs to it, under another name.
Result<void> set_aside(const std::string& path) {
  for (const auto* part : {"-wal", "-shm", ""}) {
    const auto from = path + part;
    const auto to = path + ".set-aside" + part;
    if (std::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
      return fail(Errc::io, from + ": damaged, and it cannot be renamed");
    }
  }
  return {};
}

/// Who reads a file of the kind WAL needs PATH-shm, and makes it where it is missing: after an
/// orderly stop, on a disk where nobody can. All is in the file itself then.
Result<Database> open_at_rest(const Way& way) {
  auto db = Database::open(way, Database::Mode::reading);
  if (db && db->number("PRAGMA user_version")) {
    return db;
  }
  std::error_code none;
  const auto waiting = std::filesystem::file_size(way.path + "-wal", none);
  if (!none && waiting > 0) {
    return db ? fail(Errc::io, way.path + ": it cannot be read, and has a journal") : std::move(db);
  }
  SPRANGA_TRY(auto still, Database::open(way, Database::Mode::immutable));
  return still.copy();  // it is not still any more when the disk takes writes again
}

}  // namespace

Result<OwnDatabase> open_own_database(const Way& way) {
  auto first = open_once(way);
  if (first) {
    return OwnDatabase{std::move(*first), {}};
  }
  if (first.error().code != Errc::malformed || way.path.empty()) {
    return Failure(first.error());
  }
  SPRANGA_CHECK(set_aside(way.path));
  SPRANGA_TRY(auto again, open_once(way));
  // What the damaged one knew of the last stop is not known: then it was none.
  SPRANGA_CHECK(set_meta(again, "unclean", 1));
  return OwnDatabase{std::move(again),
                     fmt::format("{}: damaged ({}); kept as {}.set-aside, a new ledger was begun",
                                 way.path,
                                 first.error().detail,
                                 way.path)};
}

Result<Database> open_for_reading(const Way& way) {
  SPRANGA_TRY(auto db, Database::open(way, Database::Mode::reading));
  SPRANGA_TRY(const auto version, db.number("PRAGMA user_version"));
  if (version != current_version) {
    return fail(Errc::not_found, way.path + ": no ledger of this version");
  }
  return db;
}

Result<Database> open_unwritten(const Way& way) {
  SPRANGA_TRY(auto file, open_at_rest(way));
  SPRANGA_TRY(const auto version, known_version(file, way.path));
  if (version == 0) {
    return fail(Errc::not_found, way.path + ": an empty ledger");
  }
  if (version == current_version) {
    return file;
  }
  SPRANGA_TRY(auto copy, file.copy());
  SPRANGA_CHECK(migrate(copy, version));
  return copy;
}

Result<std::optional<std::int64_t>> meta(Database& db, std::string_view name) {
  std::optional<std::int64_t> value;
  SPRANGA_CHECK(db.each(
      "SELECT value FROM meta WHERE name = ?",
      [&value](const Row& row) { value = row.number(0); },
      name));
  return value;
}

Result<void> set_meta(Database& db, std::string_view name, std::int64_t value) {
  return db.run("INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)", name, value);
}

}  // namespace spranga::ledger
