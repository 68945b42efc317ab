// Exit codes of the program.
#pragma once

namespace spranga::app {

enum ExitCode : int {
  exit_protected = 0,  // also: done, for verbs that test nothing
  exit_needs_upgrade = 1,
  exit_incomplete = 1,  // replay: a jail or a file could not be used, the rest was
  exit_not_proven = 2,
  exit_usage = 3,              // wrong usage, or no connection
  exit_fail2ban_failed = 255,  // fail2ban's programs know only this one
};

}  // namespace spranga::app
