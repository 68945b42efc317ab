#include "guard/logs/journal_watch.h"

#include <systemd/sd-journal.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "guard/logs/journal_entry.h"
#include "guard/logs/journal_sieve.h"
#include "guard/logs/line_cutter.h"
#include "guard/logs/live_journal.h"
#include "guard/logs/read_before.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

std::size_t count_of(const std::vector<std::vector<std::string>>& matches) {
  return std::transform_reduce(
      matches.begin(), matches.end(), std::size_t{0}, std::plus(), [](const auto& terms) {
        return terms.size();
      });
}

/// A machine's journal grows at one end only where nobody reads those of users and of others too.
bool has_several_ends(const JournalOptions& options) {
  const auto flags = static_cast<unsigned>(options.flags.value_or(SD_JOURNAL_SYSTEM));
  return !options.path.empty() || !options.files.empty() || (flags & SD_JOURNAL_SYSTEM) == 0;
}

class RunningJournal : public JournalWatch {
public:
  RunningJournal(LiveJournal journal,
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

  Result<void> begin() {
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

  [[nodiscard]] std::vector<int> descriptors() const override { return {fd_}; }

  [[nodiscard]] SteadyPoint next_turn(SteadyPoint now) const override {
    if (more_ || !notes_.empty()) {
      return now;
    }
    if (held_until_) {
      return *held_until_;
    }
    const bool lately = now - last_entry_ < quick_for;
    return last_turn_ + (lately ? quick : calm);
  }

  void turn(SteadyPoint now, LineSink& sink) override {
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

  [[nodiscard]] std::vector<JailPlace> positions() const override {
    std::vector<JailPlace> out;
    for (const auto& jail : jails_) {
      if (jail.open && !place_.cursor.empty()) {
        out.push_back({jail.jail, place_});
      } else if (jail.kept.at != ban::Instant()) {
        out.push_back({jail.jail, jail.kept});  // a reload must not begin before it
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<LogLag> lags(SteadyPoint now) const override {
    if (!behind_since_) {
      return {};
    }
    return {{"the journal",
             0,
             std::chrono::duration_cast<std::chrono::milliseconds>(now - *behind_since_)}};
  }

  void say(LiveNote note) { notes_.push_back(std::move(note)); }

private:
  void step_on(SteadyPoint now, LineSink& sink) {
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
      hold(sink);
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
  bool is_too_young(SteadyPoint now) {
    std::uint64_t micros = 0;
    if (!several_ends_ || sd_journal_get_realtime_usec(journal_.get(), &micros) < 0) {
      return false;
    }
    const auto age =
        std::chrono::floor<std::chrono::microseconds>(clock_->wall()) - instant_of(micros);
    const bool out = age >= ban::Instant::duration() && age < settled;  // or the clock was set back
    if (out) {
      held_until_ = now + (settled - age);
    }
    return out;
  }

  /// All that can be read has been, up to the entry at hand.
  void hold(LineSink& sink) {
    more_ = false;
    if (std::exchange(place_is_old_, false)) {
      place_ = read_.last();
    }
    if (!waiting_) {
      reach_end(sink);
    }
  }

  /// To the last entry that was read: others may be behind it now than before.
  void go_back(LineSink& sink) {
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
  bool was_read() {
    const auto place = read_.is_behind() ? std::nullopt : here();
    return place && read_.holds(*place);
  }

  /// Matches may change between two entries; the place stays, but its cursor can be asked for no
  /// more.
  void follow_sieve(LineSink& sink) {
    // Who waits for the entry behind which it begins must see it, and that may be nobody's.
    const bool wanted = sieve_.uses_matches() && !waiting_;
    if (has_matches_ == wanted) {
      return;
    }
    if (std::exchange(place_is_old_, false)) {
      note_place();
    }
    has_matches_ = wanted;
    sd_journal_flush_matches(journal_.get());
    if (!has_matches_) {
      return;
    }
    if (const auto added = add_matches(); !added) {
      sd_journal_flush_matches(journal_.get());
      has_matches_ = false;
      sieve_ = JournalSieve(0);  // every entry is looked at
      sink.on_note({LiveEvent::unreadable, added.error().detail, 0});
    }
  }

  Result<void> add_matches() {
    for (const auto& set : matches_) {
      SPRANGA_CHECK(add_terms(set));
      const int code = sd_journal_add_disjunction(journal_.get());
      if (code < 0) {
        return journal_failed("journalmatch", code);
      }
    }
    return {};
  }

  Result<void> add_terms(const std::vector<std::string>& terms) {
    for (const auto& term : terms) {
      const int code = sd_journal_add_match(journal_.get(), term.data(), term.size());
      if (code < 0) {
        return journal_failed("journalmatch " + text::escape(term), code);
      }
    }
    return {};
  }

  /// To the earliest place that a jail begins at.
  Result<void> seek() {
    const auto* first = earliest(jails_);
    int code = 0;
    if (first == nullptr) {
      code = sd_journal_seek_tail(journal_.get());
    } else if (first->cursor.empty()) {
      code = sd_journal_seek_realtime_usec(journal_.get(), first->from_us);
    } else {
      code = sd_journal_seek_cursor(journal_.get(), first->cursor.c_str());
    }
    return code < 0 ? Result<void>(journal_failed("the journal", code)) : Result<void>();
  }

  /// Of the last entry that was read; where it has been vacuumed since, the place before stands.
  void note_place() { place_ = here().value_or(place_); }

  /// Of the entry at hand.
  [[nodiscard]] std::optional<LogPlace> here() const {
    std::optional<LogPlace> out;
    char* cursor = nullptr;
    std::uint64_t micros = 0;
    if (sd_journal_get_cursor(journal_.get(), &cursor) >= 0) {
      if (sd_journal_get_realtime_usec(journal_.get(), &micros) >= 0) {
        out.emplace().cursor = cursor;
        out->at = instant_of(micros);
      }
      std::free(cursor);  // NOLINT: libsystemd's malloc
    }
    return out;
  }

  [[nodiscard]] static ban::Instant instant_of(std::uint64_t micros) {
    return ban::Instant(std::chrono::microseconds(static_cast<std::int64_t>(micros)));
  }

  void read_fields() {
    fields_.clear();
    const void* data = nullptr;
    std::size_t length = 0;
    sd_journal_restart_data(journal_.get());
    while (sd_journal_enumerate_available_data(journal_.get(), &data, &length) > 0) {
      fields_.take({static_cast<const char*>(data), length});
    }
  }

  /// Who has come to the place where it begins. From here on the place is that of the last entry
  /// which was read, so that it is never before where one of them began.
  void open_jails(std::uint64_t micros) {
    const auto before = std::exchange(place_, {});
    note_place();
    bool opened = false;
    waiting_ = false;
    for (auto& jail : jails_) {
      if (!jail.open) {
        const auto where = to_beginning(jail, place_.cursor, micros);
        if (where == ToBeginning::last_had) {
          at_cursor_.push_back(jail.jail);
        }
        jail.open = where != ToBeginning::before;
        opened = opened || jail.open;
        waiting_ = waiting_ || !jail.open;
      }
    }
    if (!opened || place_.cursor.empty()) {
      place_ = before;
    }
  }

  /// Whether a jail wants it.
  bool give(LineSink& sink) {
    read_fields();
    std::uint64_t micros = 0;
    if (sd_journal_get_realtime_usec(journal_.get(), &micros) < 0) {
      return false;  // vacuumed under our hands
    }
    at_cursor_.clear();
    if (waiting_) {
      open_jails(micros);
    }
    if (const auto dropped = fields_.dropped()) {
      sink.on_note(
          {LiveEvent::suppressed,
           "journald dropped lines: " + text::escape_clipped(fields_.value_of("MESSAGE"), 300),
           *dropped});
    }
    const auto& wanted = who_wants();
    if (wanted.empty()) {
      return false;
    }
    place_is_old_ = !sink.wants_places();
    if (!place_is_old_) {
      note_place();
    }
    const auto line = fields_.line([this] { return monotonic(); });
    sink.on_line({line, fields_.at().value_or(instant_of(micros)), wanted, starting_, place_});
    return true;
  }

  /// Entries of one service are alike in all that the jails' matches ask for.
  const std::vector<std::size_t>& who_wants() {
    if (waiting_ || !at_cursor_.empty()) {
      wanted_ = ask_each();
      return wanted_;
    }
    key_.clear();
    fields_.append_more(key_);
    constexpr std::size_t longest_key = 1024;
    constexpr std::size_t most_known = 1000;
    if (key_.size() > longest_key) {
      wanted_ = ask_each();
      return wanted_;
    }
    if (const auto known = known_.find(key_); known != known_.end()) {
      return known->second;
    }
    if (known_.size() >= most_known) {
      known_.clear();
    }
    return known_.emplace(key_, ask_each()).first->second;
  }

  [[nodiscard]] std::vector<std::size_t> ask_each() const {
    std::vector<std::size_t> out;
    for (const auto& jail : jails_) {
      const bool had = std::ranges::find(at_cursor_, jail.jail) != at_cursor_.end();
      const auto values_of = [this](const std::string& name) { return fields_.values_of(name); };
      if (jail.open && !had && jail.match.wants_fields(values_of)) {
        out.push_back(jail.jail);
      }
    }
    return out;
  }

  [[nodiscard]] std::uint64_t monotonic() const {
    std::uint64_t out = 0;
    sd_id128_t boot{};
    sd_journal_get_monotonic_usec(journal_.get(), &out, &boot);
    return out;
  }

  void reach_end(LineSink& sink) {
    if (!std::exchange(starting_, false)) {
      return;
    }
    if (std::exchange(waiting_, false)) {
      note_place();  // of the last one that there is
    }
    std::vector<std::size_t> all;
    for (auto& jail : jails_) {
      jail.open = true;  // what comes now is new, whatever the clock says
      all.push_back(jail.jail);
    }
    if (place_.cursor.empty()) {
      place_ = end_;
    }
    sink.on_end(all);
  }

  /// A file that journald deletes or writes at this moment can seem to be damaged: worth a word
  /// only where it stays so.
  void fail_now(int code, SteadyPoint now, LineSink& sink) {
    constexpr std::chrono::seconds patience(1);
    failing_since_ = failing_since_.value_or(now);
    if (now - *failing_since_ >= patience) {
      complain(code, sink);
    }
  }

  void complain(int code, LineSink& sink) {
    if (std::exchange(trouble_, code) != code) {
      sink.on_note(
          {LiveEvent::unreadable, "the journal: " + std::generic_category().message(-code), 0});
    }
  }

  LiveJournal journal_;
  const Clock* clock_;
  bool several_ends_;  // files that grow beside one another
  std::vector<JournalJail> jails_;
  std::vector<std::vector<std::string>> matches_;  // of all of them; none: they want every entry
  JournalSieve sieve_;
  bool has_matches_{false};  // libsystemd
  EntryFields fields_;
  int fd_{-1};
  LogPlace end_;    // of the journal when it was opened
  LogPlace place_;  // of the last entry that was read
  bool place_is_old_{false};
  ReadBefore read_;                        // where several_ends_
  std::optional<SteadyPoint> held_until_;  // the next one is too young before
  bool starting_{true};
  bool waiting_{true};  // some jail is not open yet
  bool more_{true};
  int trouble_{0};
  std::optional<SteadyPoint> failing_since_;  // no entry could be asked for since
  std::vector<LiveNote> notes_;
  std::vector<std::size_t> wanted_;
  std::unordered_map<std::string, std::vector<std::size_t>> known_;  // who wants, by key_
  std::string key_;
  std::vector<std::size_t> at_cursor_;
  SteadyPoint last_turn_;
  SteadyPoint last_entry_;
  std::optional<SteadyPoint> behind_since_;  // no turn has got to its end since
};

}  // namespace

Result<void> is_journal_readable(const JournalOptions& options) {
  SPRANGA_CHECK(open_live(options));
  return {};
}

Result<std::unique_ptr<JournalWatch>> JournalWatch::open(const JournalOptions& options,
                                                         const Clock& clock,
                                                         const std::vector<JournalWish>& wishes,
                                                         const std::vector<JailPlace>& kept,
                                                         JournalSieve::Pace pace) {
  SPRANGA_TRY(auto journal, open_live(options));
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(clock.wall());
  std::vector<JournalJail> jails;
  std::vector<std::string> fields = {JournalMatch::slice_field};
  std::vector<LiveNote> notes;
  for (const auto& wish : wishes) {
    jails.push_back(beginning_of(wish, kept, now));
    for (const auto& set : jails.back().match.sets()) {
      for (const auto& field : set) {
        fields.push_back(field.name);
      }
    }
    for (const auto& note : jails.back().match.notes()) {
      if (std::ranges::find(notes, note, &LiveNote::text) == notes.end()) {
        notes.push_back({LiveEvent::widened, note, 0});
      }
    }
  }
  auto out = std::make_unique<RunningJournal>(
      std::move(journal), clock, has_several_ends(options), std::move(jails), fields, pace);
  for (auto& note : notes) {
    out->say(std::move(note));
  }
  SPRANGA_CHECK(out->begin());
  return std::unique_ptr<JournalWatch>(std::move(out));
}

}  // namespace spranga::guard
