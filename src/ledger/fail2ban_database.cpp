#include "ledger/fail2ban_database.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/fd.h"

namespace spranga::ledger {

namespace {

constexpr std::int64_t schema_version = 4;

/// The tables and indexes that fail2ban expects by name.
constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS fail2banDb(version INTEGER);
CREATE TABLE IF NOT EXISTS jails(name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1);
CREATE INDEX IF NOT EXISTS jails_name ON jails(name);
CREATE TABLE IF NOT EXISTS logs(jail TEXT NOT NULL, path TEXT, firstlinemd5 TEXT, lastfilepos INTEGER DEFAULT 0, FOREIGN KEY(jail) REFERENCES jails(name) ON DELETE CASCADE, UNIQUE(jail, path),UNIQUE(jail, path, firstlinemd5));
CREATE INDEX IF NOT EXISTS logs_path ON logs(path);
CREATE INDEX IF NOT EXISTS logs_jail_path ON logs(jail, path);
CREATE TABLE IF NOT EXISTS bans(jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, bancount INTEGER NOT NULL default 1, data JSON, FOREIGN KEY(jail) REFERENCES jails(name) );
CREATE INDEX IF NOT EXISTS bans_jail_timeofban_ip ON bans(jail, timeofban);
CREATE INDEX IF NOT EXISTS bans_jail_ip ON bans(jail, ip);
CREATE INDEX IF NOT EXISTS bans_ip ON bans(ip);
CREATE TABLE IF NOT EXISTS bips(ip TEXT NOT NULL, jail TEXT NOT NULL, timeofban INTEGER NOT NULL, bantime INTEGER NOT NULL, bancount INTEGER NOT NULL default 1, data JSON, PRIMARY KEY(ip, jail), FOREIGN KEY(jail) REFERENCES jails(name) );
CREATE INDEX IF NOT EXISTS bips_timeofban ON bips(timeofban);
CREATE INDEX IF NOT EXISTS bips_ip ON bips(ip);
)sql";

constexpr int owner_reads = 0600;

Result<void> check_version(Database& db, const std::string& path) {
  SPRANGA_TRY(const auto tables,
              db.number("SELECT count(*) FROM sqlite_master WHERE name = 'fail2banDb'"));
  if (tables == 0) {
    return {};
  }
  SPRANGA_TRY(const auto version, db.number("SELECT version FROM fail2banDb LIMIT 1"));
  if (version != schema_version) {
    return fail(Errc::conflict,
                fmt::format("{}: fail2ban's database has version {}, only {} is kept up to date",
                            path,
                            version,
                            schema_version));
  }
  return {};
}

Result<void> make_tables(Database& db) {
  SPRANGA_CHECK(db.script(schema));
  return db.run(
      "INSERT INTO fail2banDb(version) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM fail2banDb)",
      schema_version);
}

Result<Fail2banDatabase> open_fail2ban_once(const Way& way) {
  const auto& path = way.path;
  // Only where it is new: to close a descriptor of a file that is open would drop its locks.
  static_cast<void>(Fd(::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, owner_reads)));
  SPRANGA_TRY(auto db, Database::open(way, Database::Mode::existing));
  SPRANGA_CHECK(
      db.script("PRAGMA foreign_keys = ON;"
                "PRAGMA synchronous = OFF;"
                "PRAGMA journal_mode = MEMORY"));
  SPRANGA_CHECK(check_version(db, path));
  SPRANGA_TRY(const auto tables, db.number("SELECT count(*) FROM sqlite_master"));
  SPRANGA_CHECK(transaction(db, [&db] { return make_tables(db); }));
  return Fail2banDatabase{std::move(db), identity_of(path), tables == 0, {}};
}

/// The bytes go elsewhere, the file stays with its owner and rights, empty.
Result<void> empty_out(const std::string& path, const std::string& set_aside) {
  const Fd from(::open(path.c_str(), O_RDWR | O_CLOEXEC));

  struct stat facts {};

  if (!from || ::fstat(from.get(), &facts) != 0) {
    return fail(Errc::io, path + ": damaged, and it cannot be opened to begin anew");
  }
  if (!set_aside.empty()) {
    const Fd to(::open(set_aside.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, owner_reads));
    off_t at = 0;
    while (to && at < facts.st_size) {
      if (::sendfile(to.get(), from.get(), &at, static_cast<std::size_t>(facts.st_size - at)) <=
          0) {
        break;
      }
    }
  }
  if (::ftruncate(from.get(), 0) != 0) {
    return fail(Errc::io, path + ": damaged, and it cannot be emptied");
  }
  return {};
}

constexpr std::chrono::seconds whole_seconds(std::chrono::microseconds length) {
  return std::chrono::round<std::chrono::seconds>(length);
}

}  // namespace

Result<Fail2banDatabase> open_fail2ban_database(const Way& way,
                                                const std::string& set_aside,
                                                const std::string& damage) {
  auto what = damage;
  if (what.empty()) {
    auto first = open_fail2ban_once(way);
    if (first || first.error().code != Errc::malformed) {
      return first;
    }
    what = first.error().detail;
  }
  SPRANGA_CHECK(empty_out(way.path, set_aside));
  SPRANGA_TRY(auto again, open_fail2ban_once(way));
  again.notice = fmt::format("{}: damaged ({}); begun anew", way.path, what);
  return again;
}

Fail2banBan to_fail2ban(const BanMade& made) {
  const auto& ban = made.ban;
  Fail2banBan row;
  row.jail = ban.jail;
  row.ip = fail2ban_text(ban.target);
  row.since = whole_seconds(ban.since.time_since_epoch()).count();
  row.length = ban.until ? std::max(whole_seconds(*ban.until - ban.since).count(), std::int64_t{0})
                         : std::int64_t{-1};
  row.count = ban.count;
  row.data = {made.matches, ban.failures, {}};
  return row;
}

BanMade from_fail2ban(const Fail2banBan& row) {
  BanMade made;
  made.ban.jail = row.jail;
  made.ban.target = row.ip;
  made.ban.since = ban::Instant(std::chrono::seconds(row.since));
  // -2 is a length that fail2ban's own upgrade did not know: long over.
  if (row.length != -1) {
    made.ban.until = made.ban.since + std::chrono::seconds(std::max(row.length, std::int64_t{0}));
  }
  constexpr std::int64_t most_bans = 1'000'000;
  made.ban.count = static_cast<int>(std::clamp(row.count, std::int64_t{1}, most_bans));
  made.ban.failures = row.data.failures;
  made.by = "fail2ban";
  made.matches = row.data.matches;
  made.fields = row.data.fields;
  return made;
}

Result<void> each_bip(Database& db, const std::function<Result<void>(const Fail2banBan&)>& visit) {
  // A time that no clock shows is no ban.
  constexpr std::int64_t latest = 253'402'300'799;  // the end of the year 9999
  Result<void> done;
  SPRANGA_CHECK(db.each(
      "SELECT jail, ip, timeofban, min(bantime, 253402300799), bancount, data FROM bips"
      " WHERE ip != '' AND timeofban BETWEEN 0 AND ? ORDER BY timeofban, ip, jail",
      [&](const Row& row) {
        if (done) {
          done = visit({row.bytes(0),
                        row.bytes(1),
                        row.number(2),
                        row.number(3),
                        row.number(4),
                        from_json(row.bytes(5))});
        }
      },
      latest));
  return done;
}

Result<void> put_ban(Database& db, const Fail2banBan& ban, bool with_matches) {
  const auto json = to_json(ban.data, with_matches);
  SPRANGA_CHECK(db.run("INSERT OR IGNORE INTO jails(name, enabled) VALUES(?, 1)",
                       std::string_view(ban.jail)));
  // With the plus: else SQLite goes by the jail and the second, and a storm bans thousands in one.
  SPRANGA_CHECK(
      db.run("UPDATE bans SET bantime = ?, bancount = ?, data = ?"
             " WHERE jail = ? AND ip = ? AND +timeofban = ?",
             ban.length,
             ban.count,
             Blob{json},
             ban.jail,
             ban.ip,
             ban.since));
  if (db.changes() == 0) {
    SPRANGA_CHECK(
        db.run("INSERT INTO bans(jail, ip, timeofban, bantime, bancount, data)"
               " VALUES(?, ?, ?, ?, ?, ?)",
               ban.jail,
               ban.ip,
               ban.since,
               ban.length,
               ban.count,
               Blob{json}));
  }
  return db.run(
      "INSERT OR REPLACE INTO bips(ip, jail, timeofban, bantime, bancount, data)"
      " VALUES(?, ?, ?, ?, ?, ?)",
      ban.ip,
      ban.jail,
      ban.since,
      ban.length,
      ban.count,
      Blob{json});
}

Result<void> delete_ban(Database& db, const std::string& jail, const std::string& ip) {
  SPRANGA_CHECK(db.run("DELETE FROM bips WHERE jail = ? AND ip = ?", jail, ip));
  return db.run("DELETE FROM bans WHERE jail = ? AND ip = ?", jail, ip);
}

Result<std::vector<Fail2banLog>> all_logs(Database& db) {
  std::vector<Fail2banLog> logs;
  SPRANGA_CHECK(db.each("SELECT jail, path, firstlinemd5, lastfilepos FROM logs WHERE path != ''",
                        [&logs](const Row& row) {
                          logs.push_back({row.bytes(0), row.bytes(1), row.bytes(2), row.real(3)});
                        }));
  return logs;
}

Result<void> put_log(Database& db, const Fail2banLog& log) {
  SPRANGA_CHECK(db.run("INSERT OR IGNORE INTO jails(name, enabled) VALUES(?, 1)",
                       std::string_view(log.jail)));
  return db.run(
      "INSERT OR REPLACE INTO logs(jail, path, firstlinemd5, lastfilepos) VALUES(?, ?, ?, ?)",
      log.jail,
      log.path,
      log.first_line_md5,
      log.place);
}

Result<void> enable_jails(Database& db, const std::vector<KeptJail>& jails) {
  return transaction(db, [&]() -> Result<void> {
    SPRANGA_CHECK(db.run("UPDATE jails SET enabled = 0 WHERE enabled != 0"));
    for (const auto& jail : jails) {
      SPRANGA_CHECK(
          db.run("INSERT INTO jails(name, enabled) VALUES(?, 1)"
                 " ON CONFLICT(name) DO UPDATE SET enabled = 1",
                 jail.name));
    }
    return {};
  });
}

Result<void> purge_fail2ban(Database& db, std::chrono::seconds purge_age, ban::Instant now) {
  const auto limit = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch() - purge_age;
  return transaction(db, [&]() -> Result<void> {
    SPRANGA_CHECK(db.run("DELETE FROM bans WHERE timeofban < ?", limit.count()));
    SPRANGA_CHECK(
        db.run("DELETE FROM bips WHERE timeofban < ?1 AND bantime != -1"
               " AND timeofban + bantime * 3 < ?1",
               limit.count()));
    return db.run(
        "DELETE FROM jails WHERE enabled = 0"
        " AND NOT EXISTS(SELECT 1 FROM bans WHERE bans.jail = name)"
        " AND NOT EXISTS(SELECT 1 FROM bips WHERE bips.jail = name)");
  });
}

}  // namespace spranga::ledger
