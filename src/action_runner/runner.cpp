#include "action_runner/runner.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "action_runner/firewall_rules.h"
#include "plan/plan.h"
#include "text/escape.h"

namespace spranga::action_runner {

namespace {

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Memory belongs to who made it, and cannot be given away to root.
bool is_made_by_our_own(int fd) {
  struct stat info {};

  return ::fstat(fd, &info) == 0 && info.st_uid == ::geteuid();
}

/// SIGTERM and SIGINT as a descriptor; blocked in every thread that is started from here on.
Result<Fd> signals_of_end() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGTERM);
  ::sigaddset(&wanted, SIGINT);
  if (::pthread_sigmask(SIG_BLOCK, &wanted, nullptr) != 0) {
    return fail(Errc::io, "signals cannot be blocked");
  }
  Fd out(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  return out ? Result<Fd>(std::move(out)) : fail(Errc::io, "signalfd");
}

}  // namespace

Runner::Runner(RunnerPlan plan,
               Fd guard,
               Fd warden,
               guard::actions::HostName host_name,
               guard::actions::ServicePort services)
    : plan_(std::move(plan)),
      services_(std::move(services)),
      common_{plan_.ipv6, std::move(host_name), seconds_since_1970, &verbose_} {
  guard_.emplace(std::move(guard));
  if (warden) {
    warden_.emplace(std::move(warden));
  }
}

const JailPlan* Runner::plan_of(const std::string& jail) const {
  const auto found = std::ranges::find(plan_.jails, jail, &JailPlan::name);
  return found == plan_.jails.end() ? nullptr : &*found;
}

/// Of a jail that is not in the plan (any more): no actions.
JailPlan Runner::plan_for(const Lane& lane) const {
  JailPlan out;
  out.name = lane.first;
  if (const auto* const known = plan_of(lane.first)) {
    out = *known;
  }
  if (lane.second) {
    out.actions.clear();
  }
  add_firewall_rules(out, services_);
  return out;
}

JailQueue& Runner::queue_of(const Lane& lane) {
  auto& queue = queues_[lane];
  if (!queue) {
    queue = std::make_unique<JailQueue>(plan_for(lane), common_, outbox_, next_number_++);
  }
  return *queue;
}

void Runner::answer(std::uint64_t order, std::string why) {
  Answer out;
  out.order = order;
  out.reply.emplace();
  out.reply->order = order;
  out.reply->outcome = why.empty() ? Outcome::done : Outcome::refused;
  out.reply->why = std::move(why);
  outbox_.add_now(pack(out));
}

void Runner::take_request(const process::Message& message) {
  auto request = read_request(message.bytes);
  if (!request) {
    answer(0, request.error().detail);
    return;
  }
  const auto order = request->order;
  if (request->verb == Verb::verbose) {
    verbose_ = request->tags["on"] == "1";
    answer(order, "");
    return;
  }
  if (request->verb == Verb::plan) {
    const auto taken = take_plan(message);
    answer(order, taken ? "" : taken.error().detail);
    return;
  }
  if (request->verb == Verb::mail) {
    take_mail(*request);
    return;
  }
  if (plan_of(request->jail) == nullptr) {
    constexpr std::size_t enough = 100;
    answer(order, "there is no jail " + text::escape_clipped(request->jail, enough));
    return;
  }
  auto& queue = queue_of({request->jail, request->verb == Verb::ignore});
  const auto added = queue.add(std::move(*request));
  if (!added) {
    answer(order, added.error().detail);
  }
}

/// Mails have a queue of their own, that of the jail without a name.
void Runner::take_mail(const Request& request) {
  auto letter = letter_of(plan_.mail, request);
  const auto added = letter ? queue_of({"", false}).add(std::move(*letter))
                            : Result<void>(Failure(letter.error()));
  if (!added) {
    answer(request.order, added.error().detail);
  }
}

Result<void> Runner::take_plan(const process::Message& message) {
  if (message.fds.size() != 1) {
    return fail(Errc::malformed, "the new plan did not come with the message");
  }
  const int fd = message.fds.front().get();
  if (!is_made_by_our_own(fd)) {
    return fail(Errc::denied, "the new plan was made by another user");
  }
  SPRANGA_TRY(const auto bytes, plan::bytes_of_sealed(fd));
  SPRANGA_TRY(plan_, read_runner_plan(bytes));
  for (auto& [lane, queue] : queues_) {
    queue->replace(plan_for(lane));
  }
  return {};
}

bool Runner::obey(WardenWord word, process::Message& message) {
  if (word == WardenWord::plan) {
    if (const auto taken = take_plan(message); !taken) {
      answer(0, taken.error().detail);
    }
  } else if (word == WardenWord::guard && message.fds.size() == 1) {
    guard_.emplace(std::move(message.fds.front()));
  }
  return word != WardenWord::quit;
}

/// False: it is time to end.
bool Runner::warden_speaks() {
  for (;;) {
    auto message = warden_->receive();
    if (!message) {
      return message.error().code == Errc::malformed;
    }
    if (!*message) {
      return true;
    }
    const auto word = read_warden_word((*message)->bytes);
    if (word && !obey(*word, **message)) {
      return false;
    }
  }
}

bool Runner::guard_speaks() {
  constexpr int most_at_once = 100;  // then the others are looked at again
  for (int i = 0; i < most_at_once && guard_; ++i) {
    auto message = guard_->receive();
    if (!message && message.error().code == Errc::malformed) {
      answer(0, message.error().detail);
    } else if (!message) {
      guard_.reset();  // another may come from the warden
    } else if (*message) {
      take_request(**message);
    } else {
      break;
    }
  }
  return guard_ || warden_;
}

/// What the guard does not take is lost where he is gone; while he is slow, it waits here.
void Runner::send_answers() {
  for (auto& message : outbox_.take()) {
    const auto sent = guard_ ? guard_->send(message) : Result<void>();
    if (!sent && sent.error().code != Errc::too_large) {
      guard_.reset();
    }
  }
}

bool Runner::wait(int signals) {
  const bool behind = guard_ && guard_->waiting() >= Outbox::most_messages;
  const auto of_guard = static_cast<short>((behind ? 0 : POLLIN) |
                                           (guard_ && guard_->wants_to_write() ? POLLOUT : 0));
  std::array<pollfd, 4> ready = {
      pollfd{guard_ ? guard_->fd() : -1, of_guard, 0},
      pollfd{warden_ ? warden_->fd() : -1, POLLIN, 0},
      pollfd{behind ? -1 : outbox_.fd(), POLLIN, 0},
      pollfd{signals, POLLIN, 0},
  };
  if (::poll(ready.data(), ready.size(), -1) < 0) {
    return errno == EINTR;
  }
  bool goes_on = ready[3].revents == 0;
  if (ready[2].revents != 0) {
    send_answers();
  }
  if (guard_ && (static_cast<unsigned>(ready[0].revents) & POLLOUT) != 0 && !guard_->flush()) {
    guard_.reset();
  }
  if (guard_ && (static_cast<unsigned>(ready[0].revents) & ~unsigned{POLLOUT}) != 0) {
    goes_on = guard_speaks() && goes_on;
  }
  if (warden_ && ready[1].revents != 0) {
    goes_on = warden_speaks() && goes_on;
  }
  return goes_on && (guard_ || warden_);
}

/// False: all have finished.
bool Runner::wait_for_queues() {
  send_answers();
  const auto busy = [](const auto& each) { return !each.second->is_finished(); };
  if (std::ranges::none_of(queues_, busy)) {
    return false;
  }
  const bool behind = guard_ && guard_->wants_to_write();
  std::array<pollfd, 2> ready = {pollfd{outbox_.fd(), POLLIN, 0},
                                 pollfd{behind ? guard_->fd() : -1, POLLOUT, 0}};
  ::poll(ready.data(), ready.size(), -1);
  if (behind && ready[1].revents != 0 && !guard_->flush()) {
    guard_.reset();
  }
  return true;
}

/// What waits is carried out, and the guard hears of it if he is there.
void Runner::finish() {
  for (auto& [lane, queue] : queues_) {
    queue->finish();
  }
  while (wait_for_queues()) {
  }
  outbox_.discard();
  queues_.clear();
  constexpr int patience_ms = 1000;
  for (bool waits = guard_ && guard_->wants_to_write(); waits;) {
    pollfd ready{guard_->fd(), POLLOUT, 0};
    waits = ::poll(&ready, 1, patience_ms) > 0 && !guard_->flush().value_or(true);
  }
}

Result<void> Runner::run() {
  SPRANGA_TRY(const auto signals, signals_of_end());
  while (wait(signals.get())) {
  }
  finish();
  return {};
}

}  // namespace spranga::action_runner
