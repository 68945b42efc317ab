// Exit codes of the program.
#pragma once

namespace spranga::app {

enum ExitCode : int {
  exit_protected = 0,  // also: done, for verbs that test nothing
  exit_needs_upgrade = 1,
  exit_not_proven = 2,
  exit_usage = 3,  // wrong usage, or no connection
};

}  // namespace spranga::app
