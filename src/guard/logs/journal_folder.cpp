#include "guard/logs/journal_folder.h"

#include <filesystem>
#include <system_error>

namespace spranga::guard {

/// journald's folders: files, and a folder for each machine.
bool has_journal_files(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code trouble;
  const auto is_journal = [](const fs::path& path) {
    return path.extension() == ".journal" || path.extension() == ".journal~";
  };
  constexpr int deepest = 1;
  for (auto at = fs::recursive_directory_iterator(folder, trouble);
       !trouble && at != fs::recursive_directory_iterator();
       at.increment(trouble)) {
    if (is_journal(at->path())) {
      return true;
    }
    if (at.depth() >= deepest) {
      at.disable_recursion_pending();
    }
  }
  return static_cast<bool>(trouble);
}

}  // namespace spranga::guard
