// Trail: a path that jails name, and the files that have had it one after the other.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "guard/logs/live_source.h"
#include "guard/logs/tail.h"

namespace spranga::guard {

/// A jail that reads a path, and where it begins if nothing is known of it.
struct TrailJail {
  std::size_t jail{0};
  bool tail{false};  // at the end; else where lines are younger than findtime
  std::chrono::seconds findtime{0};
};

struct Trail {
  std::string path;
  std::vector<TrailJail> jails;
  bool literal{false};            // named as it is, not found by a glob
  std::optional<FileId> current;  // what has the name now
  std::optional<FileFacts> last;  // what had it last, or has it
  std::string last_first_line;    // of that, once it has lost the name
  Fingerprint last_print;
  std::uint64_t last_offset{0};
  std::vector<FileFacts> older;                 // rotations of which nothing is to be read any more
  std::chrono::system_clock::time_point begun;  // when `current` was found, or was truncated
  bool unread{false};   // nothing of what has the name was read when events were told last
  std::string trouble;  // what was said of it last
};

}  // namespace spranga::guard
