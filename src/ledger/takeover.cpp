#include "ledger/takeover.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "ledger/matches.h"

namespace spranga::ledger {

namespace {

/// The last ban of a target in a jail, as we know it.
struct Known {
  std::int64_t id{0};
  std::int64_t change{0};
  Fail2banBan ban;
  bool ended{false};
};

using Pair = std::pair<std::string, std::string>;  // jail, ip as fail2ban has it

class Takeover {
public:
  Takeover(Database& own, std::int64_t limit, ban::Instant now)
      : own_(&own), limit_(limit), now_(now) {}

  Result<void> begin(const Fail2banDatabase& theirs);
  Result<void> bans(const std::vector<Fail2banBan>& rows);
  Result<void> logs(const std::vector<Fail2banLog>& rows);

private:
  Result<FileIdentity> mirrored_file();
  Result<void> mirror_everything(const FileIdentity& file);
  Result<void> know_bans();
  Result<void> import(const Fail2banBan& row);
  Result<void> compare(const Known& ours, const Fail2banBan& row);
  Result<void> end_what_is_gone(const std::set<Pair>& seen);
  Result<void> mirror_again(const Known& ours);
  Result<void> put_position(const Fail2banLog& row);

  [[nodiscard]] bool is_mirrored(const Known& ours) const { return ours.change <= mirrored_; }

  Database* own_;
  std::int64_t limit_;  // what began before it may have been purged
  ban::Instant now_;
  std::int64_t mirrored_{0};
  std::int64_t change_{0};
  bool same_file_{false};
  std::map<Pair, Known> known_;
};

Result<void> Takeover::begin(const Fail2banDatabase& theirs) {
  SPRANGA_TRY(const auto before, mirrored_file());
  SPRANGA_TRY(const auto mirrored, meta(*own_, "mirrored"));
  same_file_ = !theirs.is_new && theirs.file.inode != 0 && before == theirs.file;
  mirrored_ = same_file_ ? mirrored.value_or(0) : 0;
  if (!same_file_) {
    SPRANGA_CHECK(mirror_everything(theirs.file));
  }
  SPRANGA_TRY(const auto change, own_->number("SELECT max(change) FROM bans"));
  change_ = std::max(change, mirrored_);
  return know_bans();
}

Result<FileIdentity> Takeover::mirrored_file() {
  SPRANGA_TRY(const auto device, meta(*own_, "device"));
  SPRANGA_TRY(const auto inode, meta(*own_, "inode"));
  SPRANGA_TRY(const auto born, meta(*own_, "born"));
  return FileIdentity{device.value_or(0), inode.value_or(0), born.value_or(0)};
}

// Another file than the one that we mirrored into: everything of ours is to be written there.
Result<void> Takeover::mirror_everything(const FileIdentity& file) {
  SPRANGA_CHECK(own_->run("UPDATE bans SET change = id"));
  SPRANGA_CHECK(
      own_->run("UPDATE positions SET mirrored_place = NULL, mirrored_first_line = NULL"));
  SPRANGA_CHECK(set_meta(*own_, "device", file.device));
  SPRANGA_CHECK(set_meta(*own_, "inode", file.inode));
  SPRANGA_CHECK(set_meta(*own_, "born", file.born));
  return set_meta(*own_, "mirrored", 0);
}

Result<void> Takeover::know_bans() {
  return own_->each(
      "SELECT id, change, ended, jail, target, since, until, count FROM bans"
      " WHERE id IN (SELECT max(id) FROM bans GROUP BY target, jail)",
      [this](const Row& row) {
        BanMade made;
        made.ban.jail = row.bytes(3);
        made.ban.target = row.bytes(4);
        made.ban.since = row.instant(5);
        made.ban.until = row.maybe_instant(6);
        made.ban.count = static_cast<int>(row.number(7));
        Known ours{row.number(0), row.number(1), to_fail2ban(made), !row.is_null(2)};
        known_.insert_or_assign({ours.ban.jail, ours.ban.ip}, std::move(ours));
      });
}

Result<void> Takeover::bans(const std::vector<Fail2banBan>& rows) {
  std::set<Pair> seen;
  for (const auto& row : rows) {
    const Pair pair{row.jail, row.ip};
    seen.insert(pair);
    const auto ours = known_.find(pair);
    SPRANGA_CHECK(ours == known_.end() ? import(row) : compare(ours->second, row));
  }
  return same_file_ ? end_what_is_gone(seen) : Result<void>();
}

Result<void> Takeover::import(const Fail2banBan& row) {
  const auto made = from_fail2ban(row);
  const auto packed = pack_matches(last_matches(made.matches, made.matches.size()));
  return own_->run(
      "INSERT INTO bans(change, jail, target, since, until, count, failures, made_by, matches)"
      " VALUES(0, ?, ?, ?, ?, ?, ?, ?, ?)",
      made.ban.jail,
      made.ban.target,
      made.ban.since,
      made.ban.until,
      made.ban.count,
      made.ban.failures,
      made.by,
      Blob{packed});
}

Result<void> Takeover::compare(const Known& ours, const Fail2banBan& row) {
  if (row.since > ours.ban.since) {
    return import(row);
  }
  if (row.since < ours.ban.since || ours.ended) {
    return mirror_again(ours);
  }
  const auto until = from_fail2ban(row).ban.until;
  if (row.length == ours.ban.length) {
    return {};
  }
  // The same ban with another end: theirs, if ours had been there, else ours.
  return is_mirrored(ours) ? own_->run("UPDATE bans SET until = ? WHERE id = ?", until, ours.id)
                           : Result<void>();
}

Result<void> Takeover::mirror_again(const Known& ours) {
  return is_mirrored(ours)
             ? own_->run("UPDATE bans SET change = ? WHERE id = ?", ++change_, ours.id)
             : Result<void>();
}

Result<void> Takeover::end_what_is_gone(const std::set<Pair>& seen) {
  for (const auto& [pair, ours] : known_) {
    const auto& ban = ours.ban;
    const bool may_be_purged =
        ban.length != -1 && ban.since < limit_ && ban.since + 3 * ban.length < limit_;
    if (!ours.ended && is_mirrored(ours) && !may_be_purged && !seen.contains(pair)) {
      SPRANGA_CHECK(own_->run("UPDATE bans SET ended = ? WHERE id = ?", now_, ours.id));
    }
  }
  return {};
}

Result<void> Takeover::logs(const std::vector<Fail2banLog>& rows) {
  for (const auto& row : rows) {
    SPRANGA_CHECK(put_position(row));
  }
  return {};
}

// Theirs counts where we have none, or where somebody wrote it after us.
Result<void> Takeover::put_position(const Fail2banLog& row) {
  const bool journal = row.path == journal_path;
  constexpr double micro = 1e6;
  constexpr double most = 9e15;
  const auto place = static_cast<std::int64_t>(
      std::llround(std::clamp(journal ? row.place * micro : row.place, 0.0, most)));
  const auto path = journal ? std::string() : row.path;
  SPRANGA_TRY(const auto ours,
              own_->number("SELECT count(*) FROM positions WHERE jail = ? AND path = ?"
                           " AND (? = 0 OR mirrored_place IS NULL"
                           "  OR (mirrored_place = ? AND (path = '' OR mirrored_first_line = ?))"
                           "  OR (path = '' AND at = ?)"
                           "  OR (path != '' AND offset = ? AND first_line = ?))",
                           row.jail,
                           path,
                           same_file_,
                           place,
                           row.first_line_md5,
                           place,
                           place,
                           row.first_line_md5));
  if (ours > 0) {
    return {};
  }
  return own_->run(
      "INSERT OR REPLACE INTO positions(jail, path, device, inode, offset, first_line, cursor, at,"
      " noted, mirrored_place, mirrored_first_line) VALUES(?, ?, 0, 0, ?, ?, '', ?, ?, ?, ?)",
      row.jail,
      path,
      journal ? 0 : place,
      journal ? std::string() : row.first_line_md5,
      journal ? place : 0,
      now_,
      place,
      journal ? std::string() : row.first_line_md5);
}

}  // namespace

Result<void> take_over(Database& own,
                       Fail2banDatabase& theirs,
                       std::chrono::seconds purge_age,
                       ban::Instant now) {
  SPRANGA_TRY(const auto bips, all_bips(theirs.db));
  SPRANGA_TRY(const auto logs, all_logs(theirs.db));
  const auto limit = std::chrono::floor<std::chrono::seconds>(now - purge_age);
  Takeover takeover(own, limit.time_since_epoch().count(), now);
  return transaction(own, [&]() -> Result<void> {
    SPRANGA_CHECK(takeover.begin(theirs));
    SPRANGA_CHECK(takeover.bans(bips));
    return takeover.logs(logs);
  });
}

}  // namespace spranga::ledger
