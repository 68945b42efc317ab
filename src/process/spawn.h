// Spawn: starting another of spranga's processes with just the descriptors it is given.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace spranga::process {

struct Child {
  pid_t pid{-1};
  Fd pidfd;  // readable when the child has ended
};

struct SpawnOptions {
  /// {ours, the child's number from 3 up}; everything else but 0, 1, 2 is closed there.
  std::vector<std::pair<int, int>> descriptors;
  bool keep_output{true};  // else 1 and 2 are /dev/null; 0 always is
  bool dies_with_parent{true};
  bool whole_environment{false};  // the caller's, but for what is meant for him alone
};

/// Runs argv[0] (a path), as a rule with an empty environment but PATH and what the caller's LANG,
/// LC_* and TZ say. Errc::not_found, denied: the program cannot be run.
[[nodiscard]] Result<Child> spawn(const std::vector<std::string>& argv,
                                  const SpawnOptions& options);

/// Waits for its end, at most so long; whether it ended with exit status 0. Errc::timeout: it was
/// killed.
[[nodiscard]] Result<bool> wait_for(const Child& child, int timeout_ms);

struct Ended {
  pid_t pid{-1};
  std::string how;    // "exit status 1", "signal 9 (Killed)"
  bool clean{false};  // exit status 0
};

/// A child that has ended; nothing where none has.
[[nodiscard]] std::vector<Ended> reap();

/// The program `name` beside this one: in the same folder, or in ../lib/spranga of it.
[[nodiscard]] Result<std::string> program_beside(const std::string& name);

}  // namespace spranga::process
