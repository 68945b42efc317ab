#include "guard/control/connection.h"

#include "guard/pickle/pickle.h"
#include "guard/pickle/value.h"

namespace spranga::guard::control {

Connection::Connection(const ConnectionLimits& limits, SteadyTime now)
    : limits_(limits), frames_(limits.request), since_(now) {}

void Connection::go(Phase phase, SteadyTime now) {
  phase_ = phase;
  since_ = now;
}

void Connection::receive(std::string_view bytes, SteadyTime now) {
  if (is_idle()) {
    since_ = now;
  }
  if (const auto fed = frames_.feed(bytes); !fed) {
    reply_and_end(pickle::to_pickle(pickle::Value::of("ERROR: " + fed.error().detail)), now);
  }
}

void Connection::receive_end() {
  ending_ = true;
}

void Connection::abandon() {
  abandoned_ = true;
}

std::optional<std::string> Connection::take_request(SteadyTime now) {
  if (phase_ != Phase::waiting || closing_) {
    return std::nullopt;
  }
  auto request = frames_.next();
  if (request && *request == close_marker) {
    closing_ = true;
    return std::nullopt;
  }
  if (request) {
    go(Phase::answering, now);
  }
  return request;
}

void Connection::reply(std::string_view pickle, SteadyTime now) {
  output_.assign(pickle);
  output_ += end_marker;
  sent_ = 0;
  go(Phase::sending, now);
}

void Connection::reply_and_end(std::string_view pickle, SteadyTime now) {
  reply(pickle, now);
  closing_ = true;
}

void Connection::sent(std::size_t bytes, SteadyTime now) {
  sent_ += bytes;
  since_ = now;
  if (sent_ == output_.size()) {
    output_.clear();
    output_.shrink_to_fit();
    sent_ = 0;
    phase_ = Phase::waiting;
  }
}

bool Connection::is_over(SteadyTime now) const {
  if (abandoned_) {
    return true;
  }
  if (phase_ == Phase::waiting && (closing_ || (ending_ && !frames_.has_next()))) {
    return true;
  }
  const auto end = deadline();
  return end && *end <= now;
}

std::optional<SteadyTime> Connection::deadline() const {
  switch (phase_) {
    case Phase::waiting:
      return since_ + (is_idle() ? limits_.silence : limits_.request_time);
    case Phase::sending:
      return since_ + limits_.reply_time;
    case Phase::answering:
      break;
  }
  return std::nullopt;
}

}  // namespace spranga::guard::control
