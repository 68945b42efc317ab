#include "ledger/ledger.h"

#include <filesystem>
#include <system_error>

#include "ledger/questions.h"
#include "ledger/recall.h"
#include "ledger/takeover.h"
#include "ledger/writer.h"

namespace spranga::ledger {

namespace {

/// Our own database is not to be had: what fail2ban's says, in one of ours that is thrown away.
Result<Memory> recall_from_fail2ban(const LedgerFiles& files,
                                    const LedgerOptions& options,
                                    const std::vector<KeptJail>& jails,
                                    ban::Instant now) {
  SPRANGA_TRY(auto own, open_own_database({}));
  SPRANGA_CHECK(set_meta(own.db, "unclean", 1));
  if (!files.fail2ban.empty()) {
    auto theirs = Database::open({files.fail2ban, files.vfs, {}}, Database::Mode::reading);
    if (theirs) {
      Fail2banDatabase opened{std::move(*theirs), {}, false, {}};
      // Unreadable too: a start without memory is better than none, and health() tells.
      static_cast<void>(take_over(own.db, opened, options.purge_age, now));
    }
  }
  return read_memory(own.db, jails, now);
}

/// What cannot be looked at may have some.
bool has_content(const std::string& path) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  return none ? none != std::errc::no_such_file_or_directory : size > 0;
}

}  // namespace

Ledger::Ledger(LedgerFiles files, LedgerOptions options, const Clock& clock)
    : files_(std::move(files)),
      options_(options),
      writer_(std::make_unique<Writer>(files_, options_, clock)) {}

Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(const LedgerFiles& files,
                                             const LedgerOptions& options,
                                             const Clock& clock) {
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
  std::unique_ptr<Ledger> ledger(new Ledger(files, options, clock));
  SPRANGA_CHECK(ledger->writer_->start());
  return ledger;
}

void Ledger::set_jails(std::vector<KeptJail> jails) {
  writer_->set_jails(std::move(jails));
}

void Ledger::set_limits(std::chrono::seconds purge_age, std::size_t matches) {
  options_.purge_age = purge_age;
  options_.matches = matches;
  writer_->set_limits({purge_age, matches});
}

void Ledger::note(Record record) {
  Records one;
  one.push_back(std::move(record));
  writer_->note(std::move(one));
}

void Ledger::note(Records together) {
  writer_->note(std::move(together));
}

Health Ledger::health() const {
  return writer_->health();
}

int Ledger::health_fd() const {
  return writer_->health_fd();
}

std::vector<std::string> Ledger::take_notices() {
  return writer_->take_notices();
}

Result<void> Ledger::flush(std::chrono::milliseconds deadline) {
  return writer_->flush(deadline);
}

Result<Memory> Ledger::recall(const std::vector<KeptJail>& jails, ban::Instant now) {
  return recall(jails, now, true);
}

Result<Memory> Ledger::recall_without_bans(const std::vector<KeptJail>& jails, ban::Instant now) {
  return recall(jails, now, false);
}

/// Only a file can be read beside whoever writes it.
Result<std::unique_ptr<BanReader>> Ledger::running_bans(ban::Instant now) {
  bool is_open = false;
  SPRANGA_CHECK(writer_->with_own([&is_open](const Database* own) -> Result<void> {
    is_open = own != nullptr;
    return {};
  }));
  std::string trouble;
  if (!files_.own.empty()) {
    auto db = is_open ? open_for_reading(way()) : open_unwritten(way());
    if (db) {
      return std::make_unique<BanReader>(*std::move(db), now);
    }
    const bool has_none = db.error().code == Errc::not_found || !has_content(files_.own);
    trouble = is_open || has_none ? "" : db.error().detail;
  }
  SPRANGA_TRY(auto memory, recall({}, now, true));
  return std::make_unique<BanReader>(std::move(memory.bans), std::move(trouble));
}

Result<Memory> Ledger::recall(const std::vector<KeptJail>& jails,
                              ban::Instant now,
                              bool with_bans) {
  Memory memory;
  const auto read = [&](Database& db) -> Result<void> {
    SPRANGA_TRY(memory, read_memory(db, jails, now, with_bans));
    return {};
  };
  bool is_open = true;
  SPRANGA_CHECK(writer_->with_own([&](Database* own) -> Result<void> {
    is_open = own != nullptr;
    return is_open ? read(*own) : Result<void>();
  }));
  if (is_open) {
    return memory;
  }
  if (!files_.own.empty()) {
    if (auto db = open_unwritten(way()); db && read(*db)) {
      return memory;
    }
  }
  return recall_from_fail2ban(files_, options_, jails, now);
}

Result<std::vector<ban::Ban>> Ledger::past_bans(ban::Instant now) {
  std::vector<ban::Ban> bans;
  const auto read = [&](Database& db) -> Result<void> {
    SPRANGA_TRY(bans, read_past_bans(db, options_.purge_age, now));
    return {};
  };
  if (const auto done = reading(read); !done) {
    auto older = open_unwritten(way());
    if (!older) {
      return Failure(done.error());
    }
    SPRANGA_CHECK(read(*older));
  }
  return bans;
}

Result<std::vector<BanStory>> Ledger::bans_of(const std::string& target, std::int64_t limit) {
  std::vector<BanStory> stories;
  SPRANGA_CHECK(reading([&](Database& db) -> Result<void> {
    SPRANGA_TRY(stories, read_bans_of(db, target, limit));
    return {};
  }));
  return stories;
}

Result<std::vector<Seen>> Ledger::sightings_of(const std::string& target,
                                               ban::Instant since,
                                               std::int64_t limit) {
  std::vector<Seen> seen;
  SPRANGA_CHECK(reading([&](Database& db) -> Result<void> {
    SPRANGA_TRY(seen, read_sightings_of(db, target, since, limit));
    return {};
  }));
  return seen;
}

Result<std::vector<Offender>> Ledger::top(TopBy by, ban::Instant since, std::int64_t limit) {
  std::vector<Offender> offenders;
  SPRANGA_CHECK(reading([&](Database& db) -> Result<void> {
    SPRANGA_TRY(offenders, read_top(db, by, since, limit));
    return {};
  }));
  return offenders;
}

Result<std::vector<JailCount>> Ledger::count_jails(ban::Instant since, ban::Instant now) {
  std::vector<JailCount> counts;
  SPRANGA_CHECK(reading([&](Database& db) -> Result<void> {
    SPRANGA_TRY(counts, read_jail_counts(db, since, now));
    return {};
  }));
  return counts;
}

Result<void> Ledger::reading(const std::function<Result<void>(Database&)>& ask) {
  if (!files_.own.empty()) {
    return reading_file(ask);
  }
  return writer_->with_own([&ask](Database* own) -> Result<void> {
    return own == nullptr ? fail(Errc::internal, "no ledger in memory") : ask(*own);
  });
}

// The file may have been set aside since, and after a failure the connection is made anew.
Result<void> Ledger::reading_file(const std::function<Result<void>(Database&)>& ask) {
  const std::lock_guard lock(reader_mutex_);
  if (const auto file = identity_of(files_.own); !reader_ || file != reader_file_) {
    reader_.reset();
    reader_file_ = file;
    SPRANGA_TRY(auto opened, open_for_reading(way()));
    reader_ = std::make_unique<Database>(std::move(opened));
  }
  auto done = ask(*reader_);
  if (!done) {
    reader_.reset();
  }
  return done;
}

}  // namespace spranga::ledger
