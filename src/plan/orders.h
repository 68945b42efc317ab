// Orders: what the guard asks of the warden, who has the rights, and what the warden tells the
// guard. Two channels: on one the guard asks and waits for the answer, on the other the warden
// speaks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace spranga::plan {

struct Ask {
  enum class What : std::uint8_t {
    expand,         // text: one of the plan's patterns, or a glob for rotations → texts
    open_log,       // text: a path, number: 1 = watched → number: the watch, with one descriptor
    watch_folder,   // text: a path → number: the watch
    forget_watch,   // number: a watch
    start_actions,  // → one descriptor: the channel of the action runner
    start_net,      // → one descriptor: the channel of the net helper
    new_plan,       // text: what was asked for → two descriptors: the guard's plan, the runner's
    keep_plan,      // the last new one is not wanted: it stays as it was
    open_log_target,  // text: a target, "" = that of the plan → one descriptor; text: what it is
    ready,            // the guard is at work
    alive,            // answer to Tell::ping
    goodbye,          // the guard stops of its own will
  };

  What what{What::alive};
  std::string text;
  std::int64_t number{0};
};

struct Answer {
  Errc code{};
  std::string error;  // "" = done
  std::string text;
  std::int64_t number{0};
  std::vector<std::string> texts;
};

struct Tell {
  enum class What : std::uint8_t {
    stop,        // in an orderly way
    reload,      // SIGHUP
    flush_logs,  // SIGUSR1
    firewall,    // the firewall process was started anew: one descriptor, its channel
    ping,        // to be answered with Ask::alive
  };

  What what{What::ping};
};

[[nodiscard]] std::string pack(const Ask& ask);
[[nodiscard]] std::string pack(const Answer& answer);
[[nodiscard]] std::string pack(const Tell& tell);
[[nodiscard]] Result<Ask> read_ask(std::string_view bytes);
[[nodiscard]] Result<Answer> read_answer(std::string_view bytes);
[[nodiscard]] Result<Tell> read_tell(std::string_view bytes);

/// The descriptors that the guard's process begins with.
enum GuardFds : int {
  guard_asks = 3,
  guard_is_told,
  guard_firewall,
  guard_socket,
  guard_inotify,
  guard_plan,
  guard_log,
};

/// Those of the other processes.
constexpr int helper_channel = 3;
constexpr int runner_plan = 4;
constexpr int runner_is_told = 5;

/// Of the child that reads the configuration: it leaves three plans there.
enum ReaderFds : int { reader_warden_plan = 3, reader_guard_plan, reader_runner_plan };

}  // namespace spranga::plan
