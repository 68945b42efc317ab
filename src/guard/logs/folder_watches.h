// FolderWatches: the folders on the way to all logs, watched from "/" on, so that a folder that
// comes, goes or is replaced is noticed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "guard/logs/log_files.h"

namespace spranga::guard {

class FolderWatches {
public:
  explicit FolderWatches(LogFiles& files) : files_(files) {}

  /// Watches these folders, as far as they are there, and no others. Which folder a path leads to
  /// is found out anew. True: one was not watched before.
  [[nodiscard]] bool want(const std::set<std::string>& folders);

  /// The wanted paths that lead to the folder of this watch.
  [[nodiscard]] std::vector<std::string> folders_of(int wd) const;

  static constexpr std::size_t most_folders = 4096;

private:
  LogFiles& files_;
  std::map<int, std::vector<std::string>> by_watch_;
};

}  // namespace spranga::guard
