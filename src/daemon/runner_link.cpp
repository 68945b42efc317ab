#include "daemon/runner_link.h"

#include <poll.h>

#include <chrono>

namespace spranga::daemon {

namespace {

using action_runner::Answer;
using action_runner::Request;
using action_runner::Verb;

/// Both have Python's numbers.
guard::Level level_of(action_runner::Level level) {
  return static_cast<guard::Level>(static_cast<int>(level));
}

}  // namespace

bool RunnerLink::have_runner() {
  if (channel_) {
    return true;
  }
  auto fd = start_();
  if (!fd) {
    log_.write(guard::Level::error,
               "actions",
               "the action runner cannot be started: " + fd.error().detail);
    return false;
  }
  channel_.emplace(std::move(*fd));
  for (const auto& [where, families] : started_) {
    Request resume;
    resume.verb = Verb::resume;
    resume.jail = where.first;
    resume.action = where.second;
    resume.families = families;
    resume.order = ++last_order_;
    transmit(resume);
  }
  return true;
}

/// Lines of a log may be longer than a message. False: it will not be sent, and the log says why.
/// What a runner that has ended did not get, the next one gets.
bool RunnerLink::transmit(const Request& request) {
  const auto bytes =
      request.verb == Verb::mail ? action_runner::pack(request) : action_runner::pack_cut(request);
  const auto sent = channel_->send(bytes);
  if (sent || sent.error().code == Errc::closed) {
    return true;
  }
  log_.write(guard::Level::error, "actions", "to the action runner: " + sent.error().detail);
  return false;
}

bool RunnerLink::send(Request request) {
  if (open_.size() >= most_open) {
    log_.write(guard::Level::error,
               "actions",
               "too many actions wait; one of jail " + request.jail + " is left out");
    return false;
  }
  if (!have_runner()) {
    return false;
  }
  request.order = ++last_order_;
  if (!transmit(request)) {
    return false;
  }
  open_.emplace(request.order, std::move(request));
  return true;
}

Result<action_runner::Reply> RunnerLink::ask(Request request, int timeout_ms) {
  using std::chrono::steady_clock;
  if (!have_runner()) {
    return fail(Errc::closed, "there is no action runner");
  }
  request.order = ++last_order_;
  const auto order = request.order;
  if (!transmit(request)) {
    return fail(Errc::too_large, "nothing to wait for");
  }
  awaited_.emplace(order, action_runner::Reply{});
  open_.emplace(order, std::move(request));
  const auto end = steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (open_.contains(order) && channel_) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now()).count();
    if (left <= 0) {
      open_.erase(order);
      awaited_.erase(order);
      return fail(Errc::timeout, "the action runner does not answer");
    }
    // What was queued before the question must go first.
    const auto wanted = static_cast<short>(channel_->wants_to_write() ? POLLIN | POLLOUT : POLLIN);
    pollfd ready{channel_->fd(), wanted, 0};
    if (::poll(&ready, 1, static_cast<int>(left)) <= 0) {
      continue;
    }
    if ((ready.revents & POLLOUT) != 0) {
      on_writable();
    }
    if ((ready.revents & ~POLLOUT) != 0) {
      on_readable();
    }
  }
  auto reply = awaited_.extract(order);
  return reply ? Result<action_runner::Reply>(std::move(reply.mapped()))
               : fail(Errc::closed, "the action runner ended");
}

void RunnerLink::on_readable() {
  while (channel_) {
    auto message = channel_->receive();
    if (!message) {
      lost(message.error().detail);
      return;
    }
    if (!*message) {
      return;
    }
    const auto answer = action_runner::read_answer((*message)->bytes);
    if (!answer) {
      lost(answer.error().detail);
      return;
    }
    failures_in_a_row_ = 0;
    take(*answer);
  }
}

void RunnerLink::on_writable() {
  if (channel_) {
    if (const auto flushed = channel_->flush(); !flushed) {
      lost(flushed.error().detail);
    }
  }
}

void RunnerLink::take(const Answer& answer) {
  for (const auto& line : answer.lines) {
    log_.write(level_of(line.level), line.logger, line.text);
  }
  if (!answer.reply) {
    return;
  }
  const auto found = open_.find(answer.order);
  if (found == open_.end()) {
    return;
  }
  const auto request = std::move(found->second);
  open_.erase(found);
  if (const auto awaited = awaited_.find(answer.order); awaited != awaited_.end()) {
    awaited->second = *answer.reply;
  }
  if (!request.action.empty()) {
    started_[{request.jail, request.action}] = answer.reply->started;
  }
  // What becomes of a mail, its sender tells.
  if (answer.reply->outcome == action_runner::Outcome::refused && request.verb != Verb::mail) {
    log_.write(guard::Level::error,
               "actions",
               "[" + request.jail + "] action " + request.action + ": " + answer.reply->why);
  }
  done_(request, *answer.reply);
}

/// What was not answered is told again: an action may run twice, none is lost.
void RunnerLink::lost(const std::string& why) {
  channel_.reset();
  constexpr int most_failures = 5;
  if (++failures_in_a_row_ > most_failures) {
    log_.write(guard::Level::error,
               "actions",
               "the action runner keeps ending: " + why + "; what waits is given up");
    give_up(why);
    return;
  }
  log_.write(guard::Level::error, "actions", "the action runner ended: " + why);
  if (open_.empty() || !have_runner()) {
    return;
  }
  std::map<std::uint64_t, Request> left;
  for (const auto& [order, request] : open_) {
    if (!transmit(request)) {
      left.emplace(order, request);
    }
  }
  for (const auto& [order, request] : left) {
    open_.erase(order);
  }
  fail_mails(left, why);
}

void RunnerLink::give_up(const std::string& why) {
  awaited_.clear();
  failures_in_a_row_ = 0;
  fail_mails(std::exchange(open_, {}), why);
}

/// A mail is not lost with the rest: it waits for its next time.
void RunnerLink::fail_mails(const std::map<std::uint64_t, Request>& requests,
                            const std::string& why) {
  action_runner::Reply reply;
  reply.outcome = action_runner::Outcome::failed;
  reply.why = "the action runner ended: " + why;
  for (const auto& [order, request] : requests) {
    if (request.verb == Verb::mail) {
      done_(request, reply);
    }
  }
}

void RunnerLink::adopt(Fd plan) {
  if (!channel_) {
    return;
  }
  Request request;
  request.verb = Verb::plan;
  request.order = ++last_order_;
  std::vector<Fd> fds;
  fds.push_back(std::move(plan));
  if (const auto sent = channel_->send(action_runner::pack(request), std::move(fds)); !sent) {
    lost(sent.error().detail);
  }
}

void RunnerLink::forget(const std::string& jail, const std::string& action) {
  started_.erase({jail, action});
}

}  // namespace spranga::daemon
