// Runner: the process that runs actions. One thread reads requests and the warden's words and hands
// each to its jail's queue; answers go back as they come.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "action_runner/jail_queue.h"
#include "action_runner/outbox.h"
#include "action_runner/request.h"
#include "base/fd.h"
#include "base/result.h"
#include "guard/actions/native.h"
#include "process/channel.h"

namespace spranga::action_runner {

class Runner {
public:
  /// `warden`: none where the plan never changes. `host_name` is asked when a command first needs
  /// it. `services`: the ports of this host's services, to know the firewall's actions by.
  Runner(RunnerPlan plan,
         Fd guard,
         Fd warden,
         guard::actions::HostName host_name,
         guard::actions::ServicePort services);

  /// Until the warden says quit or is gone, or there is none and the guard is gone, or SIGTERM
  /// comes; what waits is finished first.
  [[nodiscard]] Result<void> run();

private:
  /// Of a jail: its actions, or its ignorecommand, which must not wait for them.
  using Lane = std::pair<std::string, bool>;

  [[nodiscard]] const JailPlan* plan_of(const std::string& jail) const;
  [[nodiscard]] JailPlan plan_for(const Lane& lane) const;
  [[nodiscard]] JailQueue& queue_of(const Lane& lane);
  [[nodiscard]] bool wait(int signals);
  [[nodiscard]] bool guard_speaks();
  [[nodiscard]] bool warden_speaks();
  [[nodiscard]] bool wait_for_queues();
  [[nodiscard]] bool obey(WardenWord word, process::Message& message);
  void take_request(const process::Message& message);
  void take_mail(const Request& request);
  [[nodiscard]] Result<void> take_plan(const process::Message& message);
  void send_answers();
  void answer(std::uint64_t order, std::string why);
  void finish();

  RunnerPlan plan_;
  guard::actions::ServicePort services_;
  std::optional<process::Channel> guard_;
  std::optional<process::Channel> warden_;
  std::atomic<bool> verbose_{false};
  Common common_;
  Outbox outbox_;
  std::map<Lane, std::unique_ptr<JailQueue>> queues_;
  unsigned next_number_{1};
};

}  // namespace spranga::action_runner
