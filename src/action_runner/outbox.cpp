#include "action_runner/outbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace spranga::action_runner {

Outbox::Outbox() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Outbox::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
}

void Outbox::add(std::string message) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return discarding_ || messages_.size() < most_messages; });
    if (discarding_) {
      return;
    }
    messages_.push_back(std::move(message));
  }
  wake();
}

void Outbox::add_now(std::string message) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  wake();
}

std::deque<std::string> Outbox::take() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(event_.get(), &count, sizeof count);
  std::deque<std::string> out;
  {
    const std::lock_guard lock(mutex_);
    out.swap(messages_);
  }
  room_.notify_all();
  return out;
}

void Outbox::discard() {
  {
    const std::lock_guard lock(mutex_);
    discarding_ = true;
    messages_.clear();
  }
  room_.notify_all();
}

}  // namespace spranga::action_runner
