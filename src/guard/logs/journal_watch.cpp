#include "guard/logs/journal_watch.h"

#include <fmt/core.h>
#include <glob.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "guard/logs/journal_entry.h"
#include "guard/logs/journal_source.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

struct CloseLiveJournal {
  void operator()(sd_journal* raw) const { sd_journal_close(raw); }
};

using LiveJournal = std::unique_ptr<sd_journal, CloseLiveJournal>;

Failure journal_failed(const std::string& what, int code) {
  const bool denied = code == -EACCES || code == -EPERM;
  return fail(denied ? Errc::denied : Errc::io,
              what + ": " + std::generic_category().message(-code));
}

std::vector<std::string> files_of(const std::vector<std::string>& patterns) {
  std::vector<std::string> out;
  for (const auto& pattern : patterns) {
    glob_t found{};
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment or the users meanwhile
    if (::glob(pattern.c_str(), GLOB_NOESCAPE, nullptr, &found) == 0) {
      out.insert(out.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    ::globfree(&found);
  }
  return out;
}

/// fail2ban's flags: the system's journal, and all that there is where folder or files are named.
int open_raw(const JournalOptions& options, sd_journal** raw) {
  if (!options.files.empty()) {
    const auto files = files_of(options.files);
    std::vector<const char*> paths;
    paths.reserve(files.size() + 1);
    for (const auto& file : files) {
      paths.push_back(file.c_str());
    }
    paths.push_back(nullptr);
    return files.empty() ? -ENOENT
                         : sd_journal_open_files(raw, paths.data(), options.flags.value_or(0));
  }
  if (!options.path.empty()) {
    return sd_journal_open_directory(raw, options.path.c_str(), options.flags.value_or(0));
  }
  const int flags = options.flags.value_or(SD_JOURNAL_SYSTEM);
  return options.name_space.empty()
             ? sd_journal_open(raw, flags)
             : sd_journal_open_namespace(raw, options.name_space.c_str(), flags);
}

/// Opening succeeds even where no file may be read, and nothing would ever come.
Result<LiveJournal> open_live(const JournalOptions& options) {
  sd_journal* raw = nullptr;
  const int code = open_raw(options, &raw);
  if (code == -ENOENT) {
    return fail(Errc::not_found, "no journal is there");
  }
  if (code < 0) {
    return journal_failed("no journal could be read", code);
  }
  LiveJournal journal(raw);
  std::uint64_t bytes = 0;
  const int told = sd_journal_get_usage(raw, &bytes);
  if (told >= 0 && bytes > 0) {
    return journal;
  }
  const auto folders = options.path.empty()
                           ? std::vector<std::string>{"/var/log/journal", "/run/log/journal"}
                           : std::vector<std::string>{options.path};
  if (std::ranges::any_of(folders, has_journal_files)) {
    return fail(Errc::denied,
                "no journal could be read: there are some, but this user may not (group "
                "systemd-journal)");
  }
  return fail(Errc::not_found, "no journal could be read: there is none");
}

std::uint64_t micros_of(ban::Instant at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(at.time_since_epoch().count(), 0));
}

/// A jail, and from where on it gets entries.
struct JournalJail {
  std::size_t jail;
  JournalMatch match;
  std::uint64_t from_us;
  std::string cursor;  // behind this one, if it is there
  bool open{false};
};

bool has_instances(const JournalField& field) {
  return !field.instances.empty();
}

/// libsystemd knows no globs: a unit's instances are found by their slice.
std::vector<std::string> terms_of(const std::vector<JournalField>& set, bool by_slice) {
  std::vector<std::string> out;
  for (const auto& field : set) {
    if (by_slice && has_instances(field)) {
      out.push_back("_SYSTEMD_SLICE=" + field.slice);
      continue;
    }
    for (const auto& value : field.values) {
      out.push_back(std::string(field.name).append("=").append(value));
    }
  }
  return out;
}

/// Of all jails, joined with OR, and journald's word that it dropped lines. None: everything is
/// read, because a jail wants it.
std::vector<std::vector<std::string>> all_terms(const std::vector<JournalJail>& jails) {
  std::vector<std::vector<std::string>> out;
  for (const auto& jail : jails) {
    if (jail.match.sets().empty()) {
      return {};
    }
    for (const auto& set : jail.match.sets()) {
      out.push_back(terms_of(set, false));
      if (std::ranges::any_of(set, has_instances)) {
        out.push_back(terms_of(set, true));
      }
    }
  }
  out.push_back({std::string("MESSAGE_ID=").append(dropped_message_id)});
  return out;
}

class RunningJournal : public JournalWatch {
public:
  RunningJournal(LiveJournal journal,
                 std::vector<JournalJail> jails,
                 const std::vector<std::string>& fields)
      : journal_(std::move(journal)), jails_(std::move(jails)), fields_(fields) {}

  Result<void> begin() {
    auto* raw = journal_.get();
    sd_journal_set_data_threshold(raw, longest_log_line + 64);
    fd_ = sd_journal_get_fd(raw);
    if (fd_ < 0) {
      return journal_failed("the journal cannot be watched", fd_);
    }
    if (sd_journal_seek_tail(raw) >= 0 && sd_journal_previous(raw) > 0) {
      end_ = place_here();
    }
    SPRANGA_CHECK(add_matches());
    return seek();
  }

  [[nodiscard]] std::vector<int> descriptors() const override { return {fd_}; }

  [[nodiscard]] SteadyPoint next_turn(SteadyPoint now) const override {
    if (more_ || !notes_.empty()) {
      return now;
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
    more_ = true;
    for (std::size_t count = 0; more_ && count < entries_a_turn; ++count) {
      const int step = sd_journal_next(journal_.get());
      more_ = step > 0;
      if (step > 0) {
        last_entry_ = now;
        give(sink);
      } else if (step < 0) {
        complain(step, sink);
      } else {
        trouble_ = 0;
        reach_end(sink);
      }
    }
  }

  [[nodiscard]] std::vector<JailPlace> positions() const override {
    std::vector<JailPlace> out;
    for (const auto& jail : jails_) {
      if (jail.open && !place_.cursor.empty()) {
        out.push_back({jail.jail, place_});
      }
    }
    return out;
  }

  void say(LiveNote note) { notes_.push_back(std::move(note)); }

private:
  Result<void> add_matches() {
    for (const auto& set : all_terms(jails_)) {
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
    const auto first = std::ranges::min_element(jails_, {}, &JournalJail::from_us);
    int code = 0;
    if (first == jails_.end()) {
      code = sd_journal_seek_tail(journal_.get());
    } else if (first->cursor.empty()) {
      code = sd_journal_seek_realtime_usec(journal_.get(), first->from_us);
    } else {
      code = sd_journal_seek_cursor(journal_.get(), first->cursor.c_str());
    }
    return code < 0 ? Result<void>(journal_failed("the journal", code)) : Result<void>();
  }

  [[nodiscard]] LogPlace place_here() const {
    LogPlace out;
    char* cursor = nullptr;
    if (sd_journal_get_cursor(journal_.get(), &cursor) >= 0) {
      out.cursor = cursor;
      std::free(cursor);  // NOLINT: libsystemd's malloc
    }
    std::uint64_t micros = 0;
    sd_journal_get_realtime_usec(journal_.get(), &micros);
    out.at = ban::Instant(std::chrono::microseconds(static_cast<std::int64_t>(micros)));
    return out;
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

  /// Who has passed the place where it begins.
  void open_jails(std::uint64_t micros) {
    waiting_ = false;
    for (auto& jail : jails_) {
      if (jail.open) {
        continue;
      }
      const bool passed = micros > jail.from_us || (jail.cursor.empty() && micros == jail.from_us);
      if (!jail.cursor.empty() && sd_journal_test_cursor(journal_.get(), jail.cursor.c_str()) > 0) {
        at_cursor_.push_back(jail.jail);  // the last that it has had
        jail.open = true;
      } else if (passed) {
        jail.open = true;
      }
      waiting_ = waiting_ || !jail.open;
    }
  }

  void give(LineSink& sink) {
    read_fields();
    std::uint64_t micros = 0;
    if (sd_journal_get_realtime_usec(journal_.get(), &micros) < 0) {
      return;  // vacuumed under our hands
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
    place_ = place_here();
    wanted_.clear();
    for (const auto& jail : jails_) {
      const bool had = std::ranges::find(at_cursor_, jail.jail) != at_cursor_.end();
      const auto values_of = [this](const std::string& name) -> const auto& {
        return fields_.values_of(name);
      };
      if (jail.open && !had && jail.match.wants_fields(values_of)) {
        wanted_.push_back(jail.jail);
      }
    }
    if (wanted_.empty()) {
      return;
    }
    std::uint64_t monotonic = 0;
    sd_id128_t boot{};
    sd_journal_get_monotonic_usec(journal_.get(), &monotonic, &boot);
    const auto line = fields_.line(monotonic);
    sink.on_line({line, fields_.at().value_or(place_.at), wanted_, starting_, place_});
  }

  void reach_end(LineSink& sink) {
    if (!std::exchange(starting_, false)) {
      return;
    }
    std::vector<std::size_t> all;
    for (auto& jail : jails_) {
      jail.open = true;  // what comes now is new, whatever the clock says
      all.push_back(jail.jail);
    }
    waiting_ = false;
    if (place_.cursor.empty()) {
      place_ = end_;
    }
    sink.on_end(all);
  }

  void complain(int code, LineSink& sink) {
    if (std::exchange(trouble_, code) != code) {
      sink.on_note(
          {LiveEvent::unreadable, "the journal: " + std::generic_category().message(-code), 0});
    }
  }

  LiveJournal journal_;
  std::vector<JournalJail> jails_;
  EntryFields fields_;
  int fd_{-1};
  LogPlace end_;    // of the journal when it was opened
  LogPlace place_;  // of the last entry that was read
  bool starting_{true};
  bool waiting_{true};  // some jail is not open yet
  bool more_{true};
  int trouble_{0};
  std::vector<LiveNote> notes_;
  std::vector<std::size_t> wanted_;
  std::vector<std::size_t> at_cursor_;
  SteadyPoint last_turn_;
  SteadyPoint last_entry_;
};

JournalJail beginning_of(const JournalWish& wish,
                         const std::vector<JailPlace>& kept,
                         ban::Instant now) {
  const auto from = now - wish.findtime;
  JournalJail out{wish.jail, JournalMatch::widened(wish.matches), micros_of(from), "", false};
  for (const auto& each : kept) {
    const bool of_journal = !each.place.cursor.empty() || each.place.path.empty();
    if (each.jail == wish.jail && of_journal && each.place.at >= from) {
      out.from_us = micros_of(each.place.at);
      out.cursor = each.place.cursor;
    }
  }
  return out;
}

}  // namespace

Result<void> is_journal_readable(const JournalOptions& options) {
  SPRANGA_CHECK(open_live(options));
  return {};
}

Result<std::unique_ptr<JournalWatch>> JournalWatch::open(const JournalOptions& options,
                                                         const Clock& clock,
                                                         const std::vector<JournalWish>& wishes,
                                                         const std::vector<JailPlace>& kept) {
  SPRANGA_TRY(auto journal, open_live(options));
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(clock.wall());
  std::vector<JournalJail> jails;
  std::vector<std::string> fields;
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
  auto out = std::make_unique<RunningJournal>(std::move(journal), std::move(jails), fields);
  for (auto& note : notes) {
    out->say(std::move(note));
  }
  SPRANGA_CHECK(out->begin());
  return std::unique_ptr<JournalWatch>(std::move(out));
}

}  // namespace spranga::guard
