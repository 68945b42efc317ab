#include "guard/logs/folder_watches.h"

#include <utility>

namespace spranga::guard {

void FolderWatches::want(const std::set<std::string>& folders) {
  std::map<int, std::vector<std::string>> next;
  for (const auto& folder : folders) {
    if (next.size() >= most_folders) {
      break;
    }
    if (const auto wd = files_.watch_folder(folder)) {
      next[*wd].push_back(folder);
    }  // not there, or not to be watched: the clock's look finds what comes
  }
  for (const auto& [wd, paths] : by_watch_) {
    if (!next.contains(wd)) {
      files_.forget(wd);
    }
  }
  by_watch_ = std::move(next);
}

std::vector<std::string> FolderWatches::folders_of(int wd) const {
  const auto found = by_watch_.find(wd);
  return found == by_watch_.end() ? std::vector<std::string>() : found->second;
}

}  // namespace spranga::guard
