// Connection: a client of the control socket as the server sees it, without the socket. It takes
// one request at a time, and while that is answered nothing more is read, so that a client costs at
// most one request and one reply. Silent and slow clients end by a deadline.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "guard/control/frames.h"

namespace spranga::guard::control {

struct ConnectionLimits {
  std::size_t request{8UL << 20U};
  Milliseconds silence{std::chrono::minutes(10)};       // between requests
  Milliseconds request_time{std::chrono::seconds(30)};  // from a request's first byte to its last
  Milliseconds reply_time{std::chrono::seconds(60)};    // in which the client must read something
};

class Connection {
public:
  Connection(const ConnectionLimits& limits, SteadyTime now);

  /// Bytes came. What is no request makes the connection end, with an error as its last reply.
  void receive(std::string_view bytes, SteadyTime now);

  /// The client will send nothing more.
  void receive_end();

  /// Nothing can be sent to it any more.
  void abandon();

  /// The next request, as bytes of a pickle. It must be answered before there is another.
  [[nodiscard]] std::optional<std::string> take_request(SteadyTime now);

  /// `pickle` is the answer to the request that was taken.
  void reply(std::string_view pickle, SteadyTime now);

  /// The last reply: the connection ends when it is sent.
  void reply_and_end(std::string_view pickle, SteadyTime now);

  [[nodiscard]] std::string_view output() const { return std::string_view(output_).substr(sent_); }

  void sent(std::size_t bytes, SteadyTime now);

  [[nodiscard]] bool wants_input() const {
    return phase_ == Phase::waiting && !ending_ && !closing_;
  }

  /// take_request() would give one, without further bytes.
  [[nodiscard]] bool has_request() const {
    return phase_ == Phase::waiting && !closing_ && frames_.has_next();
  }

  [[nodiscard]] bool wants_output() const { return sent_ < output_.size(); }

  /// Waits for a request of which nothing is there yet.
  [[nodiscard]] bool is_idle() const { return phase_ == Phase::waiting && !frames_.begun(); }

  /// Nothing more is to be done: close it.
  [[nodiscard]] bool is_over(SteadyTime now) const;

  /// When is_over() turns true by itself; none while it is our turn.
  [[nodiscard]] std::optional<SteadyTime> deadline() const;

  [[nodiscard]] SteadyTime since() const { return since_; }

private:
  enum class Phase { waiting, answering, sending };

  void go(Phase phase, SteadyTime now);

  ConnectionLimits limits_;
  RequestFrames frames_;
  Phase phase_{Phase::waiting};
  SteadyTime since_;  // of the phase; while sending, of the last progress
  bool abandoned_{false};
  bool ending_{false};   // the client sends nothing more
  bool closing_{false};  // we take nothing more
  std::string output_;
  std::size_t sent_{0};
};

}  // namespace spranga::guard::control
