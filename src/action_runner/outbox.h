// Outbox: answers on their way from the jails' queues to the one thread that speaks to the guard.
// Bounded: a queue that is ahead of the guard waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

#include "base/fd.h"

namespace spranga::action_runner {

class Outbox {
public:
  Outbox();

  /// Waits while there are too many, unless `discard()` was called.
  void add(std::string message);

  /// From the thread that takes them: never waits.
  void add_now(std::string message);

  [[nodiscard]] std::deque<std::string> take();

  /// Nobody takes them any more: what is added is lost, and nobody waits.
  void discard();

  /// Makes fd() readable.
  void wake() const;

  /// Readable when something was added.
  [[nodiscard]] int fd() const { return event_.get(); }

  static constexpr std::size_t most_messages = 2000;

private:
  std::mutex mutex_;
  std::condition_variable room_;
  std::deque<std::string> messages_;
  bool discarding_{false};
  Fd event_;
};

}  // namespace spranga::action_runner
