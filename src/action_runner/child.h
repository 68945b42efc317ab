// Child: one running shell command, or program.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "action_runner/dynamic_tags.h"
#include "base/fd.h"
#include "base/result.h"

namespace spranga::action_runner {

class Child {
public:
  /// Starts /bin/sh -c. Standard input is /dev/null; nothing else of ours is open there. An error
  /// has Python's words, as fail2ban logs them.
  [[nodiscard]] static Result<Child> start(const Command& command);

  /// Starts the program words[0] (a path) itself, without a shell. `input`: its standard input, -1
  /// is /dev/null.
  [[nodiscard]] static Result<Child> start_program(std::vector<std::string> words, int input);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Whoever is destroyed while he runs is killed with his group.
  ~Child();

  /// Reads what it writes until it ends or the time is up. True: it has ended.
  bool wait(std::chrono::milliseconds time);

  /// To all that it started.
  void signal_group(int signal) const;

  /// Exit code, or minus the signal's number; nullopt: it runs.
  [[nodiscard]] std::optional<int> exit_code() const { return exit_code_; }

  struct Output {
    std::string text;
    std::size_t dropped{0};  // bytes that were not kept
  };

  [[nodiscard]] const Output& output() const { return output_[0]; }

  [[nodiscard]] const Output& errors() const { return output_[1]; }

  [[nodiscard]] pid_t pid() const { return pid_; }

private:
  Child() = default;
  void read_ready();
  void read_from(std::size_t index);
  bool collect();

  pid_t pid_{-1};
  Fd pidfd_;
  std::array<Fd, 2> pipes_;
  std::array<Output, 2> output_;
  std::optional<int> exit_code_;
};

}  // namespace spranga::action_runner
