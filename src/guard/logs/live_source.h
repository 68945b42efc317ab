// LiveSource: logs that go on growing. Files and the journal are two of them; what else comes (a
// channel, a container's log) fits the same loop:
//
//   poll(descriptors(), until next_turn(now)); turn(now, sink);
//
// A turn never waits: not for a disk that answers late, not for a FIFO, not for DNS. It gives what
// is there, at most a fair share of it, and says when it wants the next turn. One thread.
//
// Every line is given once, in the order of its file, and never again after a restart from the
// place that came with it. The sink handles a line before on_line() returns, so after a turn
// positions() tell what has been handled.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"

namespace spranga::guard {

/// A point on the monotonic clock.
using SteadyPoint = std::chrono::steady_clock::time_point;

/// How far a log has been read: of a file all but `cursor`, of the journal `cursor` and `at`.
struct LogPlace {
  std::string path;  // as the configuration names it, or as a glob of its found it
  std::uint64_t device{0};
  std::uint64_t inode{0};      // 0: not known (a place from fail2ban's own database)
  std::uint64_t offset{0};     // behind the last whole line
  std::string first_line_md5;  // fail2ban's name for it; a SHA-1 (sha1.h); "": no whole first line
  std::string cursor;
  ban::Instant at{};  // when the journal took the entry in; of a file, when a kept place was noted

  [[nodiscard]] bool operator==(const LogPlace&) const = default;
};

/// The place of one jail. While a rotated file is still being written to, its path has a place for
/// that file and one for its successor: all of them are to be kept, by jail, path and inode.
struct JailPlace {
  std::size_t jail{0};
  LogPlace place;
};

/// Jails are the numbers that the caller gave them.
struct LiveLine {
  std::string_view text;           // without its line break; lives until on_line() returns
  std::optional<ban::Instant> at;  // the entry's own time (journal)
  std::span<const std::size_t> jails;
  bool starting{false};  // of a file that has not been read to its end since it was found
  const LogPlace& after;
};

enum class LiveEvent {
  found,       // a file is read from now on
  rotated,     // it has a successor of the same name
  truncated,   // it begins anew
  gone,        // its name is gone; it is read as long as it is written to
  unreadable,  // it cannot be opened, or reading it failed
  lost,        // a log was truncated before it was read to its end, by somebody who kept no copy
  limit,       // a stated limit was reached
  suppressed,  // journald dropped lines of a service that wrote too many
  widened,     // a journal match was read as more than it says
};

struct LiveNote {
  LiveEvent event{};
  std::string text;        // a sentence, escaped
  std::uint64_t count{0};  // suppressed: how many lines
};

/// Lines of a file that follow one another.
struct LiveBlock {
  std::string_view lines;  // whole ones, each with its LF; lives until on_block() returns
  std::span<const std::size_t> jails;
  bool starting{false};
  const LogPlace& after;  // of the last one
};

class LineSink {
public:
  virtual ~LineSink() = default;

  virtual void on_line(const LiveLine& line) = 0;

  /// Instead of on_line() for each of them, as which they are taken if nobody does otherwise.
  virtual void on_block(const LiveBlock& block);

  /// Whether each entry of the journal is to say its place; else positions() does when a turn is
  /// over.
  [[nodiscard]] virtual bool wants_places() const { return true; }

  /// A jail's source has been read to its end: fail2ban's start phase is over for it.
  virtual void on_end(std::span<const std::size_t> jails) = 0;

  virtual void on_note(const LiveNote& note) = 0;
};

/// What is there of a log and was not read yet. A log is its own buffer: who is flooded reads it
/// later, and keeps no more of it than a piece.
struct LogLag {
  std::string path;
  std::uint64_t bytes{0};            // 0: not known (journal)
  std::chrono::milliseconds time{};  // since a turn did not get to its end, and none has since
};

class LiveSource {
public:
  virtual ~LiveSource() = default;

  /// To be polled for POLLIN. They stay the same as long as the source lives.
  [[nodiscard]] virtual std::vector<int> descriptors() const = 0;

  /// When it wants a turn even if nothing is readable; not later than `now` while there is more.
  [[nodiscard]] virtual SteadyPoint next_turn(SteadyPoint now) const = 0;

  /// May be called at any time.
  virtual void turn(SteadyPoint now, LineSink& sink) = 0;

  /// What has been handled, one or more for each jail and log.
  [[nodiscard]] virtual std::vector<JailPlace> positions() const = 0;

  /// Of logs of which something is unread.
  [[nodiscard]] virtual std::vector<LogLag> lags(SteadyPoint now) const = 0;
};

}  // namespace spranga::guard
