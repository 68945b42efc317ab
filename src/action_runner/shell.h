// What runs an action's commands, and where its log lines go: the two ports of the actions.
#pragma once

#include <chrono>
#include <functional>

#include "action_runner/dynamic_tags.h"
#include "action_runner/request.h"

namespace spranga::action_runner {

/// Where log lines go.
using Log = std::function<void(LogLine line)>;

/// Runs a command to its end, and logs what fail2ban logs about it.
class Shell {
public:
  virtual ~Shell() = default;

  struct Ran {
    bool good{false};  // exit code 0
    int exit_code{0};  // below 0: ended by that signal
  };

  virtual Ran run(const Command& command, std::chrono::milliseconds timeout) = 0;
};

}  // namespace spranga::action_runner
