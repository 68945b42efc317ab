// NetLink: the guard's end of the net helper: names and the owner's mail. It is started at the
// first request; when it dies, names that are open are asked of a new one, and whoever asked for a
// mail is told that it did not go. Nothing here waits.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "guard/live/log.h"
#include "net_helper/messages.h"
#include "process/channel.h"

namespace spranga::daemon {

class NetLink {
public:
  using Request = net_helper::Request;
  using Answer = net_helper::Answer;
  /// Gives the channel to a new helper.
  using Start = std::function<Result<Fd>()>;
  using Done = std::function<void(const Request&, const Answer&)>;

  NetLink(Start start, guard::Log& log, Done done)
      : start_(std::move(start)), log_(log), done_(std::move(done)) {}

  /// Its number is given here. `done` hears of it once, from on_readable() or on_clock(), never
  /// from within.
  void send(Request request, SteadyTime now);

  [[nodiscard]] int fd() const { return channel_ ? channel_->fd() : -1; }

  [[nodiscard]] bool wants_to_write() const { return channel_ && channel_->wants_to_write(); }

  void on_readable(SteadyTime now);
  void on_writable(SteadyTime now);

  /// Tells of what failed, and of what a helper has not answered long after its time.
  void on_clock(SteadyTime now);

  /// on_clock() has something to tell now.
  [[nodiscard]] bool has_news() const { return !failed_.empty(); }

  [[nodiscard]] std::size_t open_requests() const { return open_.size() + failed_.size(); }

  /// Mails that nobody has answered for yet.
  [[nodiscard]] std::size_t open_mails() const;

  static constexpr std::size_t most_open = 2000;  // as the helper's desk takes
  static constexpr int most_failures = 5;         // in a row; then it is left alone for a while
  static constexpr std::chrono::seconds rest{10};
  static constexpr std::chrono::seconds grace{2};

private:
  struct Open {
    Request request;
    SteadyTime until;
  };

  [[nodiscard]] bool have_helper(SteadyTime now);
  void transmit(const Request& request, SteadyTime now);
  void refuse(Request request, const Error& why, bool for_good = false);
  void refuse_all(const Error& why, bool only_mail);
  void lost(const Error& why, SteadyTime now);

  Start start_;
  guard::Log& log_;
  Done done_;
  std::optional<process::Channel> channel_;
  std::uint64_t last_number_{0};
  std::map<std::uint64_t, Open> open_;
  std::vector<std::pair<Request, Answer>> failed_;
  int failures_in_a_row_{0};
  SteadyTime not_before_{};
};

}  // namespace spranga::daemon
