// SystemShell: commands through /bin/sh, each in a session of its own, so that one which takes too
// long can be ended with all that it started. Its output goes to the log, escaped.
#pragma once

#include <atomic>
#include <span>

#include "action_runner/shell.h"

namespace spranga::action_runner {

class SystemShell final : public Shell {
public:
  /// `log` and `verbose` (whether debug lines are wanted) must outlive it. `number` tells commands
  /// apart in the log.
  SystemShell(const Log& log, const std::atomic<bool>& verbose, unsigned number)
      : log_(log), verbose_(verbose), number_(number) {}

  Ran run(const Command& command, std::chrono::milliseconds timeout) override;

  /// The same where other exit codes are good too.
  Ran run_expecting(const Command& command,
                    std::chrono::milliseconds timeout,
                    std::span<const int> good);

  /// Of each output, what is kept for the log.
  static constexpr std::size_t most_output = 64UL * 1024;

private:
  const Log& log_;
  const std::atomic<bool>& verbose_;
  unsigned number_;
  unsigned count_{0};
};

}  // namespace spranga::action_runner
