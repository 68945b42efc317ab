// OpenLogs: every file that is being read, each once, whoever reads it and by whatever name. A
// flood in one does not keep the others waiting: they take turns, a piece each.
//
// A file that rotation has taken away is read as long as somebody writes to it; its successor waits
// until all that is there of it was read.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "guard/logs/live_source.h"
#include "guard/logs/log_files.h"
#include "guard/logs/tail.h"

namespace spranga::guard {

/// A jail that reads a file, by the path that its configuration names, from an offset on.
struct LogReader {
  std::size_t jail{0};
  std::string path;
  std::uint64_t from{0};
};

/// A file to be read.
struct NewLog {
  Fd fd;
  int wd{-1};
  FileFacts facts;
  std::string path;
  std::uint64_t offset{0};  // the least of the readers' `from`
  std::vector<LogReader> readers;
  bool starting{false};
  bool rotated{false};           // it has a successor, or has lost its name
  std::vector<FileId> behind{};  // which are to be read to their end first
};

class OpenLogs {
public:
  explicit OpenLogs(LogFiles& files) : files_(files), buffer_(piece) {}

  void add(NewLog log, SteadyPoint now);

  [[nodiscard]] bool has(FileId id) const { return logs_.contains(id); }

  [[nodiscard]] std::size_t count() const { return logs_.size(); }

  [[nodiscard]] const Tail* tail_of(FileId id) const;

  /// Another jail reads a file that is open; what it has missed is read once more, for it alone.
  void join(FileId id, const LogReader& reader);

  /// Something may be there to be read.
  void mark(FileId id);
  void mark_all();
  [[nodiscard]] std::optional<FileId> id_of(int wd) const;

  /// Its name is gone, or has come back.
  void set_rotated(FileId id, bool rotated, SteadyPoint now);

  /// Nobody but `jails` reads; files without a reader are closed.
  template <class Wanted>
  void keep_readers(const Wanted& wanted) {
    for (auto& [id, log] : logs_) {
      std::erase_if(log->readers, [&](const LogReader& reader) { return !wanted(reader); });
      log->gated = true;
    }
    close_unread();
  }

  /// Reads a fair share. Files that turned out to be truncated are returned: see go_on_anew().
  [[nodiscard]] std::vector<FileId> turn(SteadyPoint now, LineSink& sink);

  /// A truncated file is read from its beginning.
  void go_on_anew(FileId id);

  /// What is to be read before it was found only now.
  void wait_for(FileId id, const std::vector<FileId>& behind);

  /// Closes what has been rotated away and is written to no more.
  void expire(SteadyPoint now, LineSink& sink);

  /// Where reading ended in a file that was closed since, if it is still the same.
  [[nodiscard]] std::optional<std::uint64_t> remembered(FileId id, int fd) const;

  [[nodiscard]] bool has_more() const { return !ready_.empty(); }

  /// Whether something has to be looked at by the clock: no watch tells of it.
  [[nodiscard]] bool has_unwatched() const;
  void mark_unwatched();

  [[nodiscard]] bool has_rotated() const;

  [[nodiscard]] bool is_starting(std::size_t jail) const;

  [[nodiscard]] std::vector<JailPlace> positions() const;

  [[nodiscard]] std::vector<LogLag> lags(SteadyPoint now) const;

  [[nodiscard]] std::vector<LogReader> readers_of(FileId id) const;

  static constexpr std::size_t piece = 64UL * 1024;
  /// Between two turns new bans go to the kernel.
  static constexpr std::size_t bytes_a_turn = 256UL * 1024;
  static constexpr std::chrono::seconds quiet_without_name{10};
  static constexpr std::chrono::minutes quiet_with_name{10};
  static constexpr std::size_t most_remembered = 256;
  static constexpr std::size_t most_rotated = 64;  // that are still read

private:
  struct Log {
    Tail tail;
    int wd;
    std::vector<LogReader> readers;
    std::vector<FileId> behind;
    SteadyPoint grown;  // or rotated
    bool starting;
    bool rotated;
    bool unwatched;
    bool failed{false};
    bool ready{false};
    bool gated{true};                // some readers begin farther on, or `jails` is out of date
    std::vector<std::size_t> jails;  // all readers', where not gated
    bool was_empty{false};           // still starting: its first lines are to come
    std::optional<SteadyPoint> behind_since{};  // no turn has got to its end since
  };

  struct Closed {
    FileId id;
    Fingerprint print;
    std::uint64_t offset;
  };

  [[nodiscard]] bool must_wait(Log& log) const;
  [[nodiscard]] Result<Tail::Step> read(Log& log, SteadyPoint now, LineSink& sink);
  void give(Log& log, std::string_view text, const LogPlace& after, LineSink& sink);
  static bool give_block(
      Log& log, std::string_view lines, std::uint64_t begin, const LogPlace& after, LineSink& sink);
  static void find_jails(Log& log, std::uint64_t offset);
  void end_start(Log& log, LineSink& sink, bool gone);
  void close(FileId id, LineSink* sink);
  void close_oldest(LineSink& sink);
  void close_unread();

  LogFiles& files_;
  std::map<FileId, std::unique_ptr<Log>> logs_;
  std::map<int, FileId> by_watch_;
  std::deque<FileId> ready_;
  std::deque<Closed> closed_;
  std::vector<char> buffer_;
};

}  // namespace spranga::guard
