// fail2ban's own database, schema version 4 as 1.0.2 and 1.1 have it, because exporters, user
// interfaces and fail2ban itself read it. Its rows are in seconds and its names are text.
//
// Like fail2ban's own connection: journal in memory, synchronous OFF, foreign keys ON. The folder
// may be root's, so no file can be made or renamed beside it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ledger/file_identity.h"
#include "ledger/matches.h"
#include "ledger/record.h"
#include "ledger/sqlite.h"

namespace spranga::ledger {

struct Fail2banDatabase {
  Database db;
  FileIdentity file;
  bool is_new{false};  // made just now, or emptied
  /// Something a person should hear; "" otherwise.
  std::string notice;
};

/// Opens it, or makes it with its tables. A damaged file is copied to `set_aside` ("" = nowhere)
/// and emptied; so is one whose damage only a look or its use has found (`damage`: what was found,
/// "" = nothing). Errc::conflict: another schema version, left as it is.
[[nodiscard]] Result<Fail2banDatabase> open_fail2ban_database(const Way& way,
                                                              const std::string& set_aside,
                                                              const std::string& damage);

/// A row of `bips`, and one of `bans`.
struct Fail2banBan {
  std::string jail;
  std::string ip;
  std::int64_t since{0};
  std::int64_t length{0};  // -1: for good
  std::int64_t count{1};
  BanData data;
};

/// As fail2ban rounds, half to even.
[[nodiscard]] Fail2banBan to_fail2ban(const BanMade& made);
[[nodiscard]] BanMade from_fail2ban(const Fail2banBan& row);

/// Each row of `bips` that makes sense, the oldest first.
[[nodiscard]] Result<void> each_bip(Database& db,
                                    const std::function<Result<void>(const Fail2banBan&)>& visit);

/// `with_matches` false: dbmaxmatches is 0.
[[nodiscard]] Result<void> put_ban(Database& db, const Fail2banBan& ban, bool with_matches);
/// Out of both tables.
[[nodiscard]] Result<void> delete_ban(Database& db, const std::string& jail, const std::string& ip);

/// A row of `logs`; of the journal `path` is "systemd-journal" and the place a time.
struct Fail2banLog {
  std::string jail;
  std::string path;
  std::string first_line_md5;
  double place{0};
};

[[nodiscard]] Result<std::vector<Fail2banLog>> all_logs(Database& db);
[[nodiscard]] Result<void> put_log(Database& db, const Fail2banLog& log);

/// These are enabled, all others are not.
[[nodiscard]] Result<void> enable_jails(Database& db, const std::vector<KeptJail>& jails);

/// What fail2ban does every hour.
[[nodiscard]] Result<void> purge_fail2ban(Database& db,
                                          std::chrono::seconds purge_age,
                                          ban::Instant now);

}  // namespace spranga::ledger
