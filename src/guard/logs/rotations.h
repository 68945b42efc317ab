// Rotations: the older files of a log, which rotation has named, and which of them hold lines that
// were not read yet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "guard/logs/log_files.h"
#include "guard/logs/tail.h"

namespace spranga::guard {

struct Rotated {
  std::string path;
  OpenLog opened;  // watched: who does not read it forgets the watch
  FileFacts facts;
  std::string first_line_hash;
};

/// Those of `path` that are there now, oldest first; packed ones are left out (nothing is written
/// to them). Of more than most_rotations those in the middle are left out.
[[nodiscard]] std::vector<Rotated> rotations_of(LogFiles& files, const std::string& path);

inline constexpr std::size_t most_rotations = 256;

/// What has the name, and all that had it before, at one moment. Names move on while they are
/// looked at, so the look is repeated until two agree; what any of them saw is in the list.
struct Generations {
  std::optional<FileFacts> named;
  std::vector<Rotated> rotations;
};

[[nodiscard]] Generations generations_of(LogFiles& files, const std::string& path);

/// Whether `a` came into being before `b`; where the file system does not tell, was written last.
[[nodiscard]] bool is_older(const FileFacts& a, const FileFacts& b);

}  // namespace spranga::guard
