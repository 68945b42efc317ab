#include "guard/logs/running_journal.h"

#include <systemd/sd-journal.h>

#include <functional>
#include <numeric>
#include <system_error>

#include "guard/logs/line_cutter.h"

namespace spranga::guard {

static std::size_t count_of(const std::vector<std::vector<std::string>>& matches) {
  return std::transform_reduce(
      matches.begin(), matches.end(), std::size_t{0}, std::plus(), [](const auto& terms) {
        return terms.size();
      });
}

RunningJournal::RunningJournal(LiveJournal journal,
                               const Clock& clock,
                               bool several_ends,
                               std::vector<JournalJail> jails,
                               const std::vector<std::string>& fields,
                               JournalSieve::Pace pace)
    : journal_(std::move(journal)),
      clock_(&clock),
      several_ends_(several_ends),
      jails_(std::move(jails)),
      matches_(all_terms(jails_)),
      sieve_(count_of(matches_), pace),
      fields_(fields) {}

Result<void> RunningJournal::begin() {
  auto* raw = journal_.get();
  sd_journal_set_data_threshold(raw, longest_log_line + 64);
  fd_ = sd_journal_get_fd(raw);
  if (fd_ < 0) {
    return journal_failed("the journal cannot be watched", fd_);
  }
  if (sd_journal_seek_tail(raw) >= 0 && sd_journal_previous(raw) > 0) {
    note_place();
    end_ = std::exchange(place_, {});
  }
  SPRANGA_CHECK(add_matches());  // whether they are sound is to be known now
  sd_journal_flush_matches(raw);
  return seek();
}

SteadyPoint RunningJournal::next_turn(SteadyPoint now) const {
  if (more_ || !notes_.empty()) {
    return now;
  }
  if (held_until_) {
    return *held_until_;
  }
  const bool lately = now - last_entry_ < quick_for;
  return last_turn_ + (lately ? quick : calm);
}

void RunningJournal::turn(SteadyPoint now, LineSink& sink) {
  last_turn_ = now;
  for (const auto& note : std::exchange(notes_, {})) {
    sink.on_note(note);
  }
  const int told = sd_journal_process(journal_.get());
  if (told < 0) {
    complain(told, sink);
  }
  more_ = !held_until_ || now >= *held_until_;
  if (more_ && std::exchange(held_until_, std::nullopt)) {
    go_back(sink);
  }
  for (std::size_t count = 0; more_ && count < entries_a_turn; ++count) {
    follow_sieve(sink);
    step_on(now, sink);
  }
  behind_since_ = more_ ? std::optional(behind_since_.value_or(now)) : std::nullopt;
  if (std::exchange(place_is_old_, false)) {
    note_place();
  }
}

void RunningJournal::step_on(SteadyPoint now, LineSink& sink) {
  const int step = sd_journal_next(journal_.get());
  more_ = step > 0;
  if (step < 0) {
    fail_now(step, now, sink);
    return;
  }
  failing_since_.reset();
  if (step == 0) {
    trouble_ = 0;
    reach_end(sink);
  } else if (is_too_young(now)) {
    hold(now, sink);
  } else if (!was_read()) {
    const bool wanted = give(sink);
    last_entry_ = wanted ? now : last_entry_;
    sieve_.count(wanted);
    if (const auto place = several_ends_ ? here() : std::nullopt) {
      read_.remember(*place);
    }
  }
}

/// libsystemd passes over what is written to one file while it looks at another one, and over the
/// first entries of a new file. So where several grow, an entry waits until those that came
/// before it are there.
bool RunningJournal::is_too_young(SteadyPoint now) {
  std::uint64_t micros = 0;
  if (!several_ends_ || sd_journal_get_realtime_usec(journal_.get(), &micros) < 0) {
    return false;
  }
  const auto age =
      std::chrono::floor<std::chrono::microseconds>(clock_->wall()) - journal_instant(micros);
  const bool out = age >= ban::Instant::duration() && age < settled;  // or the clock was set back
  if (out) {
    held_until_ = now + (settled - age);
  }
  return out;
}

/// All that can be read has been, up to the entry at hand.
void RunningJournal::hold(SteadyPoint now, LineSink& sink) {
  more_ = false;
  if (std::exchange(place_is_old_, false)) {
    place_ = read_.last();
  }
  held_since_ = waiting_ ? held_since_.value_or(now) : held_since_;
  const bool for_long = held_since_ && now - *held_since_ > 4 * settled;
  if (waiting_ && for_long && !read_.last().cursor.empty()) {
    waiting_ = false;  // where the clock was set back, who waits for a time may wait for long
    place_ = read_.last();
  }
  if (!waiting_) {
    reach_end(sink);
  }
}

/// To the last entry that was read: others may be behind it now than before.
void RunningJournal::go_back(LineSink& sink) {
  read_.go_back();
  const auto& cursor = read_.last().cursor;
  const int code = cursor.empty() ? 0 : sd_journal_seek_cursor(journal_.get(), cursor.c_str());
  if (code < 0) {
    complain(code, sink);
  } else if (const auto sought = cursor.empty() ? seek() : Result<void>(); !sought) {
    sink.on_note({LiveEvent::unreadable, sought.error().detail, 0});
  }
}

/// Of the first entries after going back.
bool RunningJournal::was_read() {
  const auto place = read_.is_behind() ? std::nullopt : here();
  return place && read_.holds(*place);
}

/// A file that journald deletes or writes at this moment can seem to be damaged: worth a word
/// only where it stays so.
void RunningJournal::fail_now(int code, SteadyPoint now, LineSink& sink) {
  constexpr std::chrono::seconds patience(1);
  failing_since_ = failing_since_.value_or(now);
  if (now - *failing_since_ >= patience) {
    complain(code, sink);
  }
}

void RunningJournal::complain(int code, LineSink& sink) {
  if (std::exchange(trouble_, code) != code) {
    sink.on_note(
        {LiveEvent::unreadable, "the journal: " + std::generic_category().message(-code), 0});
  }
}

std::vector<LogLag> RunningJournal::lags(SteadyPoint now) const {
  if (!behind_since_) {
    return {};
  }
  return {{"the journal",
           0,
           std::chrono::duration_cast<std::chrono::milliseconds>(now - *behind_since_)}};
}

}  // namespace spranga::guard
