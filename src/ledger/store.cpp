#include "ledger/store.h"

#include <algorithm>

namespace spranga::ledger {

namespace {

MirrorPlan mirror_plan(const LedgerFiles& files,
                       const LedgerOptions& options,
                       const std::atomic<bool>* give_up) {
  MirrorPlan plan;
  plan.way = {files.fail2ban, files.vfs, {options.locks, give_up}};
  plan.set_aside = files.own.empty() ? std::string() : files.own + ".fail2ban.set-aside";
  plan.matches = options.matches;
  plan.purge_age = options.purge_age;
  return plan;
}

}  // namespace

Store::Store(const LedgerFiles& files,
             const LedgerOptions& options,
             const std::atomic<bool>* give_up)
    : options_(options),
      own_way_{files.own, files.vfs, {options.locks, give_up}},
      plan_(mirror_plan(files, options, give_up)),
      mirror_(plan_) {
  rules_.bans = options.purge_age;
  rules_.most_sightings = options.most_sightings;
  rules_.most_bans = options.most_bans;
  set_jails({});
}

Result<void> Store::open(ban::Instant now) {
  SPRANGA_TRY(auto opened, open_own_database(own_way_));
  own_.emplace(std::move(opened.db));
  if (!opened.notice.empty()) {
    notices_.push_back(std::move(opened.notice));
  }
  const bool at_start = !opened_before_;
  auto ready = at_start ? forget_ahead() : Result<void>();
  auto book = Book::open(*own_, options_.matches);
  if (!ready || !book) {
    close();
    return Failure(!ready ? ready.error() : book.error());
  }
  opened_before_ = true;
  book_.emplace(*book);
  // What fail2ban's database says belongs into whatever file ours is now.
  mirror_ = Mirror(plan_);
  mirror_.set_jails(jails_);
  if (mirror_.is_kept()) {
    if (const auto done = mirror_.open(*own_, now, at_start); !done) {
      // `mirror` meets the same trouble, and tells it.
      mirror_.close(done.error());
      mirror_.set_jails(jails_);
    }
    take_notice();
  }
  return {};
}

// A life that ended with a gap reads those sightings again (waiting.h).
Result<void> Store::forget_ahead() {
  SPRANGA_TRY(const auto gaps, own_->number("SELECT count(*) FROM gaps"));
  if (gaps == 0) {
    return {};
  }
  return transaction(*own_, [this]() -> Result<void> {
    SPRANGA_CHECK(
        own_->run("DELETE FROM sightings WHERE EXISTS("
                  "SELECT 1 FROM gaps WHERE gaps.jail = sightings.jail AND sightings.id > after)"));
    return own_->run("DELETE FROM gaps");
  });
}

void Store::close() {
  book_.reset();
  own_.reset();
}

Result<void> Store::write(const std::vector<Entry>& entries, ban::Instant now) {
  if (!own_) {
    SPRANGA_CHECK(open(now));
  }
  if (entries.empty()) {
    return {};
  }
  auto done = book_->write(entries, now);
  if (!done) {
    // A file that was not writable stays so for this connection, and a damaged one must be looked
    // at: both are opened anew. What is in memory would be gone with it.
    const auto code = done.error().code;
    if (!own_way_.path.empty() && (code == Errc::malformed || code == Errc::denied)) {
      close();
    }
    return done;
  }
  if (std::ranges::any_of(
          entries, [](const Entry& one) { return std::holds_alternative<CleanStop>(one); })) {
    mirror_.set_jails({});
  }
  return {};
}

Result<bool> Store::mirror(ban::Instant now, bool with_positions) {
  if (!mirror_.is_open()) {
    SPRANGA_CHECK(mirror_.open(*own_, now, false));
  }
  take_notice();
  auto done = mirror_.pass(*own_, with_positions);
  if (!done && (done.error().code == Errc::malformed || done.error().code == Errc::denied)) {
    mirror_.close(done.error());
    mirror_.set_jails(jails_);
  }
  return done;
}

void Store::take_notice() {
  if (auto notice = mirror_.take_notice(); !notice.empty()) {
    notices_.push_back(std::move(notice));
  }
}

bool Store::has_grown() const {
  constexpr std::int64_t tenth = 10;
  return book_ && book_->grown() > rules_.most_sightings / tenth;
}

Result<bool> Store::purge(ban::Instant now, bool theirs) {
  if (book_) {
    book_->forget_growth();
  }
  if (theirs && mirror_.is_kept() && mirror_.is_open()) {
    SPRANGA_CHECK(mirror_.purge(now));
  }
  return purge_some(*own_, rules_, now);
}

void Store::set_limits(const Limits& limits) {
  options_.purge_age = limits.purge_age;
  options_.matches = limits.matches;
  plan_.purge_age = limits.purge_age;
  plan_.matches = limits.matches;
  rules_.bans = limits.purge_age;
  if (book_) {
    book_->keep_matches(limits.matches);
  }
  mirror_.set_limits(limits.purge_age, limits.matches);
  set_jails(std::vector<KeptJail>(jails_));
}

void Store::set_jails(const std::vector<KeptJail>& jails) {
  jails_ = jails;
  mirror_.set_jails(jails);
  rules_.sightings = options_.purge_age;
  for (const auto& jail : jails) {
    rules_.sightings = std::max(rules_.sightings, jail.findtime);
  }
}

}  // namespace spranga::ledger
