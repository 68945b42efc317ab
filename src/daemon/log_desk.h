// LogDesk: which jails read which logs, and every line of them on its way to the guard.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "guard/live/guard.h"
#include "guard/logs/live_source.h"
#include "ledger/ledger.h"

namespace spranga::daemon {

class LogDesk : public guard::LineSink {
public:
  LogDesk(guard::Guard& guard, guard::Log& log, guard::NoteBook& notes, const Clock& clock)
      : guard_(guard), log_(log), notes_(notes), clock_(clock) {}

  /// The number under which sources know a jail; it stays the same however often jails come and go.
  [[nodiscard]] std::size_t number_of(const std::string& jail);

  [[nodiscard]] const std::string& name_of(std::size_t jail) const { return names_[jail]; }

  /// Jails have changed: lines find their way anew.
  void forget_streams();

  /// Notes for the ledger how far the source has been read, where that has changed; not for `all`:
  /// for the jails of which there are notes already. What was counted and how far a jail has read
  /// go together. Where nothing was counted, reading it again after a crash does no harm.
  void note_positions(const guard::LiveSource& source, bool all);

  void on_line(const guard::LiveLine& line) override;
  void on_block(const guard::LiveBlock& block) override;
  void on_end(std::span<const std::size_t> jails) override;
  void on_note(const guard::LiveNote& note) override;

  [[nodiscard]] bool wants_places() const override { return false; }

  /// Whether what these jails read was read to its end once.
  [[nodiscard]] bool has_caught_up(const std::set<std::size_t>& jails) const {
    return std::ranges::includes(in_operation_, jails);
  }

  /// Whether a file was found since the last question.
  [[nodiscard]] bool take_found() { return std::exchange(found_, false); }

  /// Lines handled since the start.
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

  /// How often lines of a log were lost: they were taken away before they could be read.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

  /// Lines that journald dropped because a service wrote too many.
  [[nodiscard]] std::uint64_t suppressed() const { return suppressed_; }

private:
  struct Stream {
    guard::LogStream stream;
    std::vector<std::size_t> jails;
  };

  [[nodiscard]] Stream* stream_of(const std::string& path, std::span<const std::size_t> numbers);
  [[nodiscard]] Stream* stream_of_journal(std::span<const std::size_t> numbers);
  [[nodiscard]] std::unique_ptr<Stream> make_stream(const std::string& of,
                                                    std::span<const std::size_t> numbers);
  void end_start_phase(Stream& stream) const;
  void look_at_the_clock();

  guard::Guard& guard_;
  guard::Log& log_;
  guard::NoteBook& notes_;
  const Clock& clock_;
  ban::Instant now_{};  // when the last line came
  std::vector<std::string> names_;
  std::map<std::string, std::unique_ptr<Stream>> streams_;  // by path
  // Of the journal for each set of jails that an entry was for; the one that it was last.
  std::map<std::vector<std::size_t>, std::unique_ptr<Stream>> journal_streams_;
  Stream* last_of_journal_{nullptr};
  std::set<std::size_t> in_operation_;
  std::map<std::pair<std::size_t, std::string>, guard::LogPlace> noted_;
  std::uint64_t lines_{0};
  std::uint64_t suppressed_{0};
  std::uint64_t lost_{0};
  bool found_{false};
};

}  // namespace spranga::daemon
