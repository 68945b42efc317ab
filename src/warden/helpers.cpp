#include "warden/helpers.h"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <vector>

#include "action_runner/request.h"
#include "plan/orders.h"

namespace spranga::warden {

Result<Fd> Helpers::start_firewall(const std::string& table) {
  SPRANGA_TRY(auto ends, process::Channel::pair());
  SPRANGA_CHECK(
      children_.start(Role::firewall, {{ends.second.get(), plan::helper_channel}}, {table}));
  return std::move(ends.first);
}

Result<Fd> Helpers::start_actions(int plan) {
  SPRANGA_TRY(auto ends, process::Channel::pair());
  if (children_.runs(Role::actions) && runner_) {
    std::vector<Fd> fds;
    fds.push_back(std::move(ends.second));
    SPRANGA_CHECK(
        runner_->send(action_runner::pack(action_runner::WardenWord::guard), std::move(fds)));
    return std::move(ends.first);
  }
  SPRANGA_TRY(auto words, process::Channel::pair());
  SPRANGA_CHECK(children_.start(Role::actions,
                                {{ends.second.get(), plan::helper_channel},
                                 {plan, plan::runner_plan},
                                 {words.second.get(), plan::runner_is_told}}));
  runner_.emplace(std::move(words.first));
  return std::move(ends.first);
}

Result<Fd> Helpers::start_net() {
  SPRANGA_TRY(auto ends, process::Channel::pair());
  children_.send(Role::net, SIGKILL);
  SPRANGA_CHECK(children_.start(Role::net, {{ends.second.get(), plan::helper_channel}}));
  return std::move(ends.first);
}

void Helpers::end_actions(const Signals& signals, SteadyTime end) {
  if (!runner_ || !runner_->send(action_runner::pack(action_runner::WardenWord::quit))) {
    return;
  }
  while (children_.runs(Role::actions) && std::chrono::steady_clock::now() < end) {
    pollfd ready{signals.fd(), POLLIN, 0};
    if (::poll(&ready, 1, 1000) < 0 && errno != EINTR) {
      return;
    }
    static_cast<void>(signals.take());
    static_cast<void>(children_.buried());
  }
}

}  // namespace spranga::warden
