#include "guard/logs/folder_watches.h"

#include <algorithm>
#include <utility>

namespace spranga::guard {

bool FolderWatches::want(const std::set<std::string>& folders) {
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
  const bool has_new = std::ranges::any_of(
      next, [this](const auto& each) { return !by_watch_.contains(each.first); });
  by_watch_ = std::move(next);
  return has_new;
}

std::vector<std::string> FolderWatches::folders_of(int wd) const {
  const auto found = by_watch_.find(wd);
  return found == by_watch_.end() ? std::vector<std::string>() : found->second;
}

}  // namespace spranga::guard
