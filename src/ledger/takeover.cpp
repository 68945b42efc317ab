#include "ledger/takeover.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "ledger/matches.h"

namespace spranga::ledger {

namespace {

/// The last ban of a target in a jail, as we know it.
struct Known {
  std::int64_t id{0};
  std::int64_t change{0};
  std::int64_t since{0};  // as fail2ban has it
  std::int64_t length{0};
  bool ended{false};
};

class Takeover {
public:
  Takeover(Database& own, std::int64_t limit, ban::Instant now, bool at_start)
      : own_(&own), limit_(limit), now_(now), at_start_(at_start) {}

  Result<void> all(Fail2banDatabase& theirs);

private:
  Result<void> begin(const Fail2banDatabase& theirs);
  Result<void> ban(const Fail2banBan& row);
  Result<void> end();
  Result<void> log(const Fail2banLog& row);
  Result<FileIdentity> mirrored_file();
  Result<void> mirror_everything(const FileIdentity& file);
  Result<void> know_odd_names();
  Result<std::optional<Known>> find(const Fail2banBan& row);
  Result<void> import(const Fail2banBan& row);
  Result<void> compare(const Known& ours, const Fail2banBan& row);
  Result<void> mirror_again(const Known& ours);

  [[nodiscard]] bool is_mirrored(const Known& ours) const { return ours.change <= mirrored_; }

  Database* own_;
  std::int64_t limit_;  // microseconds; what began before it may have been purged
  ban::Instant now_;
  bool at_start_;
  std::int64_t mirrored_{0};
  std::int64_t change_{0};
  bool same_file_{false};
  std::map<std::string, std::string> odd_names_;  // as fail2ban has it → as we have it
};

Result<void> Takeover::all(Fail2banDatabase& theirs) {
  SPRANGA_CHECK(begin(theirs));
  SPRANGA_CHECK(each_bip(theirs.db, [this](const Fail2banBan& row) { return ban(row); }));
  SPRANGA_CHECK(end());
  SPRANGA_TRY(const auto logs, all_logs(theirs.db));
  for (const auto& one : logs) {
    SPRANGA_CHECK(log(one));
  }
  return {};
}

// The table `met` holds the ids of our bans that theirs has, too.
Result<void> Takeover::begin(const Fail2banDatabase& theirs) {
  SPRANGA_CHECK(own_->run("CREATE TEMP TABLE IF NOT EXISTS met(id INTEGER PRIMARY KEY)"));
  SPRANGA_CHECK(own_->run("DELETE FROM temp.met"));
  SPRANGA_TRY(const auto before, mirrored_file());
  SPRANGA_TRY(const auto mirrored, meta(*own_, "mirrored"));
  same_file_ = !theirs.is_new && theirs.file.inode != 0 && before == theirs.file;
  mirrored_ = same_file_ ? mirrored.value_or(0) : 0;
  if (!same_file_) {
    SPRANGA_CHECK(mirror_everything(theirs.file));
  }
  SPRANGA_TRY(const auto change, own_->number("SELECT max(change) FROM bans"));
  change_ = std::max(change, mirrored_);
  return know_odd_names();
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

// What is no text is a blob here (sqlite.cpp), and something else there.
Result<void> Takeover::know_odd_names() {
  return own_->each("SELECT DISTINCT target FROM bans WHERE typeof(target) = 'blob'",
                    [this](const Row& row) {
                      auto name = row.bytes(0);
                      odd_names_.insert_or_assign(fail2ban_text(name), std::move(name));
                    });
}

Result<std::optional<Known>> Takeover::find(const Fail2banBan& row) {
  const auto odd = odd_names_.find(row.ip);
  std::optional<Known> known;
  SPRANGA_CHECK(own_->each(
      "SELECT id, change, ended, since, until FROM bans"
      " WHERE id = (SELECT max(id) FROM bans WHERE target = ? AND jail = ?)",
      [&known](const Row& found) {
        BanMade made;
        made.ban.since = found.instant(3);
        made.ban.until = found.maybe_instant(4);
        const auto theirs = to_fail2ban(made);
        known =
            Known{found.number(0), found.number(1), theirs.since, theirs.length, !found.is_null(2)};
      },
      odd == odd_names_.end() ? row.ip : odd->second,
      row.jail));
  return known;
}

Result<void> Takeover::ban(const Fail2banBan& row) {
  SPRANGA_TRY(const auto ours, find(row));
  if (!ours || row.since > ours->since) {
    return import(row);
  }
  SPRANGA_CHECK(own_->run("INSERT OR IGNORE INTO temp.met VALUES(?)", ours->id));
  return compare(*ours, row);
}

Result<void> Takeover::import(const Fail2banBan& row) {
  const auto made = from_fail2ban(row);
  const auto packed = pack_matches(last_matches(made.matches, made.matches.size()));
  const auto fields = pack_fields(made.fields);
  SPRANGA_CHECK(
      own_->run("INSERT INTO bans(change, jail, target, since, until, count, failures, made_by, "
                "matches, fields)"
                " VALUES(0, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                made.ban.jail,
                made.ban.target,
                made.ban.since,
                made.ban.until,
                made.ban.count,
                made.ban.failures,
                made.by,
                Blob{packed},
                Blob{fields}));
  return own_->run("INSERT INTO temp.met VALUES(last_insert_rowid())");
}

Result<void> Takeover::compare(const Known& ours, const Fail2banBan& row) {
  if (row.since < ours.since || ours.ended) {
    return mirror_again(ours);
  }
  if (row.length == ours.length || !is_mirrored(ours)) {
    return {};
  }
  // The same ban with another end: ours had been there, so theirs came after.
  return own_->run("UPDATE bans SET until = ? WHERE id = ?", from_fail2ban(row).ban.until, ours.id);
}

Result<void> Takeover::mirror_again(const Known& ours) {
  return is_mirrored(ours)
             ? own_->run("UPDATE bans SET change = ? WHERE id = ?", ++change_, ours.id)
             : Result<void>();
}

// What we had mirrored and is there no more, though no purge took it: a person unbanned it.
Result<void> Takeover::end() {
  if (!same_file_) {
    return {};
  }
  return own_->run(
      "UPDATE bans SET ended = ?1 WHERE latest"
      " AND ended IS NULL AND change <= ?2 AND id NOT IN (SELECT id FROM temp.met)"
      " AND (until IS NULL OR since >= ?3 OR since + 3 * (until - since) >= ?3)",
      now_,
      mirrored_,
      limit_);
}

// Theirs counts where we have none, or where somebody wrote it after us: it is none of what we
// wrote there, for whichever of the path's files.
Result<void> Takeover::log(const Fail2banLog& row) {
  const bool journal = row.path == journal_path;
  constexpr double micro = 1e6;
  constexpr double most = 9e15;
  const auto place = static_cast<std::int64_t>(
      std::llround(std::clamp(journal ? row.place * micro : row.place, 0.0, most)));
  const auto path = journal ? std::string() : row.path;
  const auto first_line = journal ? std::string() : row.first_line_md5;
  // Written there by a life that ended before it had noted so.
  SPRANGA_CHECK(
      own_->run("UPDATE positions SET mirrored_place = ?3, mirrored_first_line = ?4"
                " WHERE jail = ?1 AND path = ?2 AND"
                " CASE path WHEN '' THEN at = ?3 ELSE offset = ?3 AND first_line = ?4 END",
                row.jail,
                path,
                place,
                first_line));
  SPRANGA_TRY(
      const auto ours,
      own_->number("SELECT count(*) FROM positions WHERE jail = ?1 AND path = ?2 AND (NOT ?5"
                   " OR (mirrored_place = ?3 AND (path = '' OR mirrored_first_line = ?4))"
                   " OR NOT EXISTS(SELECT 1 FROM positions WHERE jail = ?1 AND path = ?2"
                   "  AND mirrored_place IS NOT NULL))",
                   row.jail,
                   path,
                   place,
                   first_line,
                   same_file_ && at_start_));
  if (ours > 0) {
    return {};
  }
  SPRANGA_CHECK(own_->run("DELETE FROM positions WHERE jail = ? AND path = ?", row.jail, path));
  return own_->run(
      "INSERT INTO positions(jail, path, device, inode, offset, first_line, cursor, at,"
      " noted, mirrored_place, mirrored_first_line) VALUES(?, ?, 0, 0, ?, ?, '', ?, ?, ?, ?)",
      row.jail,
      path,
      journal ? 0 : place,
      first_line,
      journal ? place : 0,
      now_,
      place,
      first_line);
}

}  // namespace

Result<void> take_over(Database& own,
                       Fail2banDatabase& theirs,
                       std::chrono::seconds purge_age,
                       ban::Instant now,
                       bool at_start) {
  const auto limit = std::chrono::floor<std::chrono::seconds>(now - purge_age);
  Takeover takeover(
      own, std::chrono::microseconds(limit.time_since_epoch()).count(), now, at_start);
  return transaction(own, [&] { return takeover.all(theirs); });
}

}  // namespace spranga::ledger
