#include "ledger/mirror.h"

#include <fmt/core.h>

#include <array>
#include <ctime>

#include "ledger/recall.h"
#include "ledger/takeover.h"

namespace spranga::ledger {

namespace {

/// How many changes go over in one transaction; readers of that file are kept out only so long.
constexpr std::int64_t changes_at_once = 500;
/// How many transactions one after the other: whoever asks our own database something meanwhile
/// waits for them.
constexpr int portions_in_pass = 2;

constexpr std::string_view counter_name = "theirs";  // in the table meta

struct Change {
  std::int64_t number{0};
  bool ended{false};
  BanMade made;
};

Result<std::vector<Change>> changes_after(Database& own, std::int64_t mirrored) {
  std::vector<Change> changes;
  SPRANGA_CHECK(own.each(
      "SELECT change, ended, jail, target, since, until, count, failures, made_by, matches, fields"
      " FROM bans WHERE change > ? ORDER BY change LIMIT ?",
      [&changes](const Row& row) {
        changes.push_back({row.number(0), !row.is_null(1), ban_of(row, 2)});
      },
      mirrored,
      changes_at_once));
  return changes;
}

struct Place {
  Fail2banLog log;
  std::string path;  // as ours has it
  std::int64_t place{0};
};

/// 2026-11-29T02:00:00.000000, as fail2ban says beside a journal's time.
std::string iso_time(ban::Instant at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const std::time_t raw = seconds.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&raw, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:06}", std::string_view(text.data(), size), (at - seconds).count());
}

Result<std::vector<Place>> moved_positions(Database& own) {
  std::vector<Place> places;
  SPRANGA_CHECK(
      own.each("SELECT jail, path, first_line, offset, at FROM positions"
               " WHERE CASE path WHEN '' THEN mirrored_place IS NOT at ELSE"
               "  mirrored_place IS NOT offset OR mirrored_first_line IS NOT first_line END"
               " AND noted = (SELECT max(noted) FROM positions AS other"
               "  WHERE other.jail = positions.jail AND other.path = positions.path)",
               [&places](const Row& row) {
                 Place place;
                 place.log.jail = row.bytes(0);
                 place.path = row.bytes(1);
                 if (place.path.empty()) {
                   constexpr double micro = 1e6;
                   place.place = row.number(4);
                   place.log.path = journal_path;
                   place.log.first_line_md5 = iso_time(row.instant(4));
                   place.log.place = static_cast<double>(place.place) / micro;
                 } else {
                   place.place = row.number(3);
                   place.log.path = place.path;
                   place.log.first_line_md5 = row.bytes(2);
                   place.log.place = static_cast<double>(place.place);
                 }
                 places.push_back(std::move(place));
               }));
  return places;
}

/// In one transaction.
template <class Item, class Write>
Result<void> for_all(Database& db, const std::vector<Item>& items, const Write& write) {
  return transaction(db, [&]() -> Result<void> {
    for (const auto& item : items) {
      SPRANGA_CHECK(write(db, item));
    }
    return {};
  });
}

}  // namespace

Result<void> Mirror::open(Database& own, ban::Instant now, bool at_start) {
  auto done = try_open(own, now, at_start);
  const bool begins_anew = !done && !damage_.empty();
  return begins_anew ? try_open(own, now, at_start) : done;
}

Result<void> Mirror::try_open(Database& own, ban::Instant now, bool at_start) {
  auto opened = open_fail2ban_database(plan_.way, plan_.set_aside, std::exchange(damage_, {}));
  if (!opened) {
    // Another schema is not ours to write, now or later.
    refused_ = opened.error().code == Errc::conflict;
    return Failure(opened.error());
  }
  notice_ = opened->notice;
  theirs_.emplace(std::move(*opened));
  counter_ = theirs_->db.change_counter();
  is_looked_at_ = false;
  if (!is_as_we_left_it(own)) {
    auto taken = look_for_damage();
    if (taken) {
      taken = take_over(own, *theirs_, plan_.purge_age, now, at_start);
    }
    if (!taken) {
      close(taken.error());
      return taken;
    }
    // Until it is noted again, nobody can tell who wrote last.
    SPRANGA_CHECK(set_meta(own, counter_name, 0));
    noted_counter_ = 0;
  }
  SPRANGA_TRY(const auto mirrored, meta(own, "mirrored"));
  mirrored_ = mirrored.value_or(0);
  jails_changed_ = true;
  return {};
}

/// Before anything is believed that it says; where it says what we know, some time after the start,
/// which it would hold up.
Result<void> Mirror::look_for_damage() {
  is_looked_at_ = true;
  return theirs_->db.look_for_damage();
}

/// What nobody has written since we did, we know: thousands of bans need not be compared.
bool Mirror::is_as_we_left_it(Database& own) const {
  const auto noted = meta(own, counter_name);
  const auto device = meta(own, "device");
  const auto inode = meta(own, "inode");
  const auto born = meta(own, "born");
  if (!noted || !device || !inode || !born || theirs_->is_new || theirs_->file.inode == 0) {
    return false;
  }
  const FileIdentity ours{device->value_or(0), inode->value_or(0), born->value_or(0)};
  return counter_ && *counter_ > 0 && counter_ == *noted && ours == theirs_->file;
}

/// A transaction of ours moves the counter by one, if it changes anything.
template <class Work>
Result<void> Mirror::in_theirs(const Work& work) {
  auto& db = theirs_->db;
  if (counter_ && db.change_counter() != counter_) {
    counter_.reset();
  }
  const auto before = db.all_changes();
  auto done = work();
  if (counter_ && db.all_changes() != before) {
    ++*counter_;
  }
  if (!done) {
    counter_.reset();
  }
  return done;
}

/// Of what we wrote ourselves: what somebody else writes from here on shows at the next start.
Result<void> Mirror::note_counter(Database& own) {
  const auto now = counter_.value_or(0);
  if (noted_counter_ == now) {
    return {};
  }
  SPRANGA_CHECK(set_meta(own, counter_name, now));
  noted_counter_ = now;
  return {};
}

void Mirror::close(const Error& trouble) {
  theirs_.reset();
  refused_ = false;
  damage_ = trouble.code == Errc::malformed ? trouble.detail : "";
}

void Mirror::set_jails(std::vector<KeptJail> jails) {
  jails_ = std::move(jails);
  jails_changed_ = true;
}

Result<bool> Mirror::pass(Database& own, bool with_positions) {
  if (jails_changed_) {
    SPRANGA_CHECK(in_theirs([this] { return enable_jails(theirs_->db, jails_); }));
    jails_changed_ = false;
  }
  SPRANGA_TRY(const bool more, portions_of_bans(own));
  if (with_positions && !more) {
    SPRANGA_CHECK(looked_at_positions(own));
  }
  SPRANGA_CHECK(note_counter(own));
  return more;
}

/// The first time the database is looked through for damage before.
Result<void> Mirror::looked_at_positions(Database& own) {
  if (!is_looked_at_) {
    SPRANGA_CHECK(look_for_damage());
  }
  return positions(own);
}

/// False: those were the last.
Result<bool> Mirror::portions_of_bans(Database& own) {
  bool more = true;
  for (int portions = 0; more && portions < portions_in_pass; ++portions) {
    SPRANGA_TRY(more, some_bans(own));
  }
  return more;
}

// The mark is set after theirs has it: if we end in between, the same is written once more.
Result<bool> Mirror::some_bans(Database& own) {
  SPRANGA_TRY(const auto changes, changes_after(own, mirrored_));
  if (changes.empty()) {
    return false;
  }
  const auto matches = plan_.matches;
  SPRANGA_CHECK(in_theirs([&] {
    return for_all(theirs_->db, changes, [matches](Database& db, const Change& change) {
      auto row = to_fail2ban(change.made);
      row.data.matches = last_matches(row.data.matches, matches);
      return change.ended ? delete_ban(db, row.jail, row.ip) : put_ban(db, row, matches > 0);
    });
  }));
  SPRANGA_CHECK(set_meta(own, "mirrored", changes.back().number));
  mirrored_ = changes.back().number;
  return true;
}

Result<void> Mirror::positions(Database& own) {
  SPRANGA_TRY(const auto places, moved_positions(own));
  if (places.empty()) {
    return {};
  }
  SPRANGA_CHECK(in_theirs([&] {
    return for_all(theirs_->db, places, [](Database& db, const Place& place) {
      return put_log(db, place.log);
    });
  }));
  return for_all(own, places, [](Database& db, const Place& place) {
    return db.run(
        "UPDATE positions SET mirrored_place = ?, mirrored_first_line = ?"
        " WHERE jail = ? AND path = ?"
        " AND noted = (SELECT max(noted) FROM positions WHERE jail = ? AND path = ?)",
        place.place,
        place.path.empty() ? std::string() : place.log.first_line_md5,
        place.log.jail,
        place.path,
        place.log.jail,
        place.path);
  });
}

Result<void> Mirror::purge(ban::Instant now) {
  return in_theirs([&] { return purge_fail2ban(theirs_->db, plan_.purge_age, now); });
}

}  // namespace spranga::ledger
