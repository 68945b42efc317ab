// FileWatch: the files of all jails, followed as they are written, rotated, truncated, deleted and
// made anew, in folders that may come and go. A file is read once for all jails that name it, by
// whatever name and link.
//
// Rotation: a file that has lost its name is read to its end, and as long as it is written to; then
// its successor, from the beginning. Files that had the name in between, and the copies that
// copytruncate makes, are found among the rotations (log_names.h). Where inotify tells nothing, the
// clock looks: every second on network file systems, else once a minute.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "guard/logs/folder_watches.h"
#include "guard/logs/inotify_events.h"
#include "guard/logs/live_source.h"
#include "guard/logs/log_files.h"
#include "guard/logs/open_logs.h"
#include "guard/logs/rotations.h"
#include "guard/logs/start_place.h"
#include "guard/logs/trail.h"

namespace spranga::guard {

/// A jail's logpath: a path or a glob.
struct LogWish {
  std::size_t jail{0};
  std::string pattern;
  bool tail{false};
  std::chrono::seconds findtime{600};
};

class FileWatch : public LiveSource {
public:
  /// `date_of` may be empty: then a log of which nothing is known is read from its beginning.
  FileWatch(LogFiles& files, const Clock& clock, DateOf date_of);

  /// From now on these are wanted, and no others: at start and at reload. Jails keep their numbers.
  /// `kept` are the places of an earlier life. What was read already goes on where it is; a jail
  /// that is new to a file gets what it has missed of the last findtime.
  void follow(std::vector<LogWish> wishes, const std::vector<JailPlace>& kept);

  [[nodiscard]] std::vector<int> descriptors() const override { return {files_.events()}; }

  [[nodiscard]] SteadyPoint next_turn(SteadyPoint now) const override;
  void turn(SteadyPoint now, LineSink& sink) override;

  [[nodiscard]] std::vector<JailPlace> positions() const override { return logs_.positions(); }

  [[nodiscard]] std::vector<LogLag> lags(SteadyPoint now) const override { return logs_.lags(now); }

  /// How far the files are read that have their names now: not those that a rotation took away.
  [[nodiscard]] std::vector<JailPlace> current() const;

  static constexpr std::size_t most_paths = 1000;
  static constexpr std::chrono::seconds unwatched_every{1};
  static constexpr std::chrono::seconds rescan_every{60};

private:
  using Kept = std::map<std::pair<std::size_t, std::string>, std::vector<LogPlace>>;

  // file_watch.cpp: events, the clock
  void handle_events();
  void handle(const FileEvent& event);
  void handle_name(const std::string& path, bool is_new);
  void look_by_clock(SteadyPoint now, LineSink& sink);
  void note(LiveEvent event, const std::string& text);

  // file_watch_paths.cpp: from globs to paths
  void rescan();
  [[nodiscard]] std::set<std::string> wanted_folders() const;
  void find_paths();
  Trail* trail_at(const std::string& path);
  void set_jails(Trail& trail);
  void forget_unwanted();
  void forget_vanished();

  // file_watch_trail.cpp: a path's files
  void look(Trail& trail);
  void vanish(Trail& trail, const Error& why);
  void lose_name(Trail& trail);
  void adopt(Trail& trail, OpenLog opened, const FileFacts& facts, Generations& seen);
  std::vector<FileId> read_between(Trail& trail, Generations& seen);
  [[nodiscard]] bool is_current(FileId id) const;
  void open_rotated(Rotated& rotated,
                    std::vector<LogReader> readers,
                    const std::vector<FileId>& behind);
  void release(const OpenLog& opened);
  void release(const Generations& seen);

  // file_watch_copies.cpp: copytruncate
  void truncated(FileId id);
  std::vector<FileId> read_copies(Trail& trail,
                                  FileId of,
                                  const Fingerprint& print,
                                  std::uint64_t offset);
  [[nodiscard]] static bool may_be_of(const Rotated& rotated,
                                      const std::string& first_line,
                                      const Fingerprint& being_read);
  void note_copies(const std::string& path);
  void look_for_copies();
  void note_read();

  // file_watch_start.cpp: where a jail begins
  struct Beginning {
    std::vector<LogReader> readers;  // of the file that has the name
    std::vector<FileId> behind;      // rotations that are read first
  };

  [[nodiscard]] Beginning begin(Trail& trail, const OpenLog* opened, Generations& seen);
  [[nodiscard]] GoingOn go_on_of(const TrailJail& jail,
                                 const std::string& path,
                                 const FoundFile* named,
                                 const std::vector<FoundFile>& rotations);
  void read_rotations(Trail& trail,
                      Generations& seen,
                      std::vector<std::vector<LogReader>> readers,
                      Beginning& out);
  void read_rotation(Rotated& rotated,
                     std::vector<LogReader> readers,
                     const std::vector<FileId>& behind);
  [[nodiscard]] std::uint64_t still_counts(const TrailJail& jail,
                                           int fd,
                                           std::uint64_t from,
                                           std::uint64_t size) const;

  LogFiles& files_;
  const Clock& clock_;
  DateOf date_of_;
  std::vector<LogWish> wishes_;
  Kept kept_;
  FolderWatches folders_;
  OpenLogs logs_;
  std::map<std::string, Trail> trails_;
  std::vector<LiveNote> notes_;
  std::vector<std::size_t> ended_;  // to be told at the next turn
  std::set<std::string> to_look_at_;
  std::set<std::string> maybe_copied_;
  bool starting_{false};  // within follow(): what is there now was there before
  bool all_anew_{false};
  bool more_events_{false};
  bool limit_told_{false};
  SteadyPoint now_;
  SteadyPoint next_unwatched_;
  SteadyPoint next_rescan_;
};

}  // namespace spranga::guard
