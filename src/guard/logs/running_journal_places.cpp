// Where jails begin in the journal, and how far each has come.
#include <systemd/sd-journal.h>

#include <cstdlib>

#include "guard/logs/running_journal.h"

namespace spranga::guard {

ban::Instant journal_instant(std::uint64_t micros) {
  return ban::Instant(std::chrono::microseconds(static_cast<std::int64_t>(micros)));
}

std::vector<JailPlace> RunningJournal::positions() const {
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

/// To the earliest place that a jail begins at.
Result<void> RunningJournal::seek() {
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

/// Of the entry at hand.
std::optional<LogPlace> RunningJournal::here() const {
  std::optional<LogPlace> out;
  char* cursor = nullptr;
  std::uint64_t micros = 0;
  if (sd_journal_get_cursor(journal_.get(), &cursor) >= 0) {
    if (sd_journal_get_realtime_usec(journal_.get(), &micros) >= 0) {
      out.emplace().cursor = cursor;
      out->at = journal_instant(micros);
    }
    std::free(cursor);  // NOLINT: libsystemd's malloc
  }
  return out;
}

/// Of the last entry that was read; where it has been vacuumed since, the place before stands.
void RunningJournal::note_place() {
  place_ = here().value_or(place_);
}

/// Who has come to the place where it begins. From here on the place is that of the last entry
/// which was read, so that it is never before where one of them began.
void RunningJournal::open_jails(std::uint64_t micros) {
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

void RunningJournal::reach_end(LineSink& sink) {
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

}  // namespace spranga::guard
