// RunningJournal: the journal as it grows, for all jails that read it. One sd_journal, one turn
// after the other; what a turn finds goes to the sink.
//
// Its parts: from entry to entry (running_journal.cpp), where jails begin and how far each has come
// (running_journal_places.cpp), what is in an entry and who wants it (running_journal_entry.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "guard/logs/journal_entry.h"
#include "guard/logs/journal_jail.h"
#include "guard/logs/journal_sieve.h"
#include "guard/logs/journal_watch.h"
#include "guard/logs/live_journal.h"
#include "guard/logs/read_before.h"

namespace spranga::guard {

class RunningJournal : public JournalWatch {
public:
  /// `several_ends`: it has files that grow beside one another.
  RunningJournal(LiveJournal journal,
                 const Clock& clock,
                 bool several_ends,
                 std::vector<JournalJail> jails,
                 const std::vector<std::string>& fields,
                 JournalSieve::Pace pace);

  /// To where the jails begin. Errors: it cannot be watched, or a match is none.
  [[nodiscard]] Result<void> begin();

  /// For the next turn's sink.
  void say(LiveNote note) { notes_.push_back(std::move(note)); }

  [[nodiscard]] std::vector<int> descriptors() const override { return {fd_}; }

  [[nodiscard]] SteadyPoint next_turn(SteadyPoint now) const override;
  void turn(SteadyPoint now, LineSink& sink) override;
  [[nodiscard]] std::vector<JailPlace> positions() const override;
  [[nodiscard]] std::vector<LogLag> lags(SteadyPoint now) const override;

private:
  // From entry to entry.
  void step_on(SteadyPoint now, LineSink& sink);
  [[nodiscard]] bool is_too_young(SteadyPoint now);
  void hold(SteadyPoint now, LineSink& sink);
  void go_back(LineSink& sink);
  [[nodiscard]] bool was_read();
  void fail_now(int code, SteadyPoint now, LineSink& sink);
  void complain(int code, LineSink& sink);

  // Places.
  [[nodiscard]] Result<void> seek();
  [[nodiscard]] std::optional<LogPlace> here() const;
  void note_place();
  void open_jails(std::uint64_t micros);
  void reach_end(LineSink& sink);

  // What is in an entry, and who wants it.
  void follow_sieve(LineSink& sink);
  [[nodiscard]] Result<void> add_matches();
  [[nodiscard]] Result<void> add_terms(const std::vector<std::string>& terms);
  void read_fields();
  bool give(LineSink& sink);
  [[nodiscard]] const std::vector<std::size_t>& who_wants();
  [[nodiscard]] std::vector<std::size_t> ask_each() const;
  [[nodiscard]] std::uint64_t monotonic() const;

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
  bool waiting_{true};                     // some jail is not open yet
  std::optional<SteadyPoint> held_since_;  // it has come to an entry too young, meanwhile
  bool more_{true};
  int trouble_{0};
  std::optional<SteadyPoint> failing_since_;  // no entry could be asked for since
  std::vector<LiveNote> notes_;
  std::vector<std::size_t> wanted_;
  std::unordered_map<std::string, std::vector<std::size_t>> known_;  // who wants, by key_
  std::string key_;
  std::vector<std::size_t> at_cursor_;  // jails that have had the entry at hand
  SteadyPoint last_turn_;
  SteadyPoint last_entry_;
  std::optional<SteadyPoint> behind_since_;  // no turn has got to its end since
};

/// Of what the journal counts since 1970.
[[nodiscard]] ban::Instant journal_instant(std::uint64_t micros);

}  // namespace spranga::guard
