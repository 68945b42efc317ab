// RunnerLink: the guard's end of the action runner. It is started at the first request; when it
// dies, a new one is told what was started before, and gets what was not answered yet once more.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "action_runner/request.h"
#include "base/fd.h"
#include "base/result.h"
#include "guard/live/log.h"
#include "process/channel.h"

namespace spranga::daemon {

class RunnerLink {
public:
  /// Gives the channel to a new runner.
  using Start = std::function<Result<Fd>()>;
  /// What became of a request.
  using Done = std::function<void(const action_runner::Request&, const action_runner::Reply&)>;

  RunnerLink(Start start, guard::Log& log, Done done)
      : start_(std::move(start)), log_(log), done_(std::move(done)) {}

  /// Queues it; its order number is given here. False: it is left out, and nobody will hear of it.
  bool send(action_runner::Request request);

  /// Waits for the answer, at most so long; for ignorecommand. Other answers are handled meanwhile.
  [[nodiscard]] Result<action_runner::Reply> ask(action_runner::Request request, int timeout_ms);

  [[nodiscard]] int fd() const { return channel_ ? channel_->fd() : -1; }

  [[nodiscard]] bool wants_to_write() const { return channel_ && channel_->wants_to_write(); }

  void on_readable();
  void on_writable();

  /// Another plan, which the warden has made; behind what was sent so far. Where no runner runs,
  /// the next one begins with it.
  void adopt(Fd plan);

  /// The action is gone: a new runner need not know that it was started.
  void forget(const std::string& jail, const std::string& action);

  /// What is not answered yet.
  [[nodiscard]] std::size_t open_requests() const { return open_.size(); }

  static constexpr std::size_t most_open = 200'000;

private:
  [[nodiscard]] bool have_runner();
  bool transmit(const action_runner::Request& request);
  void take(const action_runner::Answer& answer);
  void lost(const std::string& why);
  void give_up(const std::string& why);
  void fail_mails(const std::map<std::uint64_t, action_runner::Request>& requests,
                  const std::string& why);

  Start start_;
  guard::Log& log_;
  Done done_;
  std::optional<process::Channel> channel_;
  std::uint64_t last_order_{0};
  std::map<std::uint64_t, action_runner::Request> open_;
  std::map<std::pair<std::string, std::string>, action_runner::Started> started_;  // jail, action
  std::map<std::uint64_t, action_runner::Reply> awaited_;
  int failures_in_a_row_{0};
};

}  // namespace spranga::daemon
