// JailActions: the actions of one jail, and what requests do with them. One thread's.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "action_runner/command_action.h"
#include "action_runner/request.h"
#include "action_runner/system_shell.h"

namespace spranga::action_runner {

/// What all jails share.
struct Common {
  bool ipv6{true};
  guard::actions::HostName host_name;
  std::function<double()> now;
  const std::atomic<bool>* verbose{nullptr};
};

class JailActions {
public:
  /// `common` and `log` must outlive it; `number` marks its commands in the log.
  JailActions(JailPlan plan, const Common& common, const Log& log, unsigned number);

  [[nodiscard]] Reply carry_out(const Request& request);

  /// Another plan: actions that are kept go on with their new options, those that are gone are
  /// flushed and stopped, new ones wait for their start. Bans of an action that is gone and has no
  /// actionflush must have been lifted before.
  void replace(JailPlan plan);

private:
  using Actions = std::vector<std::unique_ptr<CommandAction>>;

  [[nodiscard]] Actions::iterator find(const std::string& name);
  [[nodiscard]] Outcome about_ticket(CommandAction& action, Verb verb, const Values& values);
  [[nodiscard]] Outcome about_action(CommandAction& action, const Request& request);
  [[nodiscard]] Reply ignore(const Request& request);
  [[nodiscard]] std::unique_ptr<CommandAction> made(const ban::ActionSpec& spec);
  void end(CommandAction& action);

  JailPlan plan_;
  Surroundings around_;
  const Log& log_;
  SystemShell shell_;
  Actions actions_;
};

}  // namespace spranga::action_runner
