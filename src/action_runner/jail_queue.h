// JailQueue: what is to be done for one jail, in order, on a thread of its own. So an action that
// takes long delays its own jail and nobody else.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "action_runner/jail_actions.h"
#include "action_runner/outbox.h"
#include "action_runner/request.h"
#include "action_runner/sendmail.h"

namespace spranga::action_runner {

class JailQueue {
public:
  /// `common` and `outbox` must outlive it.
  JailQueue(JailPlan plan, const Common& common, Outbox& outbox, unsigned number);
  JailQueue(const JailQueue&) = delete;
  JailQueue& operator=(const JailQueue&) = delete;
  JailQueue(JailQueue&&) = delete;
  JailQueue& operator=(JailQueue&&) = delete;
  /// Finishes what waits.
  ~JailQueue();

  /// Takes no more, and ends when nothing waits; the outbox is woken then.
  void finish();

  [[nodiscard]] bool is_finished() const { return finished_; }

  /// Errc::too_large: too much waits.
  [[nodiscard]] Result<void> add(Request request);
  [[nodiscard]] Result<void> add(Letter letter);

  /// After all that waits. One without actions ends them all.
  void replace(JailPlan plan);

  static constexpr std::size_t most_waiting = 20'000;
  static constexpr std::size_t most_waiting_bytes = 32UL << 20U;

private:
  using Task = std::variant<Request, JailPlan, Letter>;

  [[nodiscard]] bool put(Task task, std::size_t size);
  void work();
  [[nodiscard]] std::optional<Task> next();
  void say(LogLine line);
  void send_lines(std::optional<Reply> reply);

  Outbox& outbox_;
  Log log_;
  JailActions actions_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> waiting_;
  std::size_t waiting_bytes_{0};
  bool ending_{false};
  std::atomic<bool> finished_{false};
  // The thread's own:
  Answer answer_;
  std::size_t answer_bytes_{0};
  std::thread thread_;
};

}  // namespace spranga::action_runner
