// LogFiles: what only root may do for the reader of logs. The guard has no right to open a log or
// to look into its folder; somebody who may does it for the guard, and the guard reads.
//
// The implementation never opens what is no regular file, waits for nothing, and follows a symbolic
// link only as log_walk.h says. Values are plain, calls synchronous: it works over a socket too.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace spranga::guard {

struct OpenLog {
  Fd fd;       // read-only
  int wd{-1};  // its watch; -1: none was asked for, or none could be had
};

class LogFiles {
public:
  virtual ~LogFiles() = default;

  /// The paths that a glob names now, at most most_expanded. None is no error.
  [[nodiscard]] virtual Result<std::vector<std::string>> expand(const std::string& pattern) = 0;

  /// Opens a log to read, watched for whatever changes it or its names. Errc::not_found; denied: no
  /// regular file, or behind a link that is not trusted.
  [[nodiscard]] virtual Result<OpenLog> open(const std::string& path, bool watched) = 0;

  /// Watches what comes into a folder and what leaves it; its watch. The same folder, the same
  /// number.
  [[nodiscard]] virtual Result<int> watch_folder(const std::string& path) = 0;

  /// A watch of either kind is not needed any more.
  virtual void forget(int wd) = 0;

  /// The inotify descriptor, non-blocking, that all watches are on. Stays the same.
  [[nodiscard]] virtual int events() const = 0;

  static constexpr std::size_t most_expanded = 4096;
};

}  // namespace spranga::guard
