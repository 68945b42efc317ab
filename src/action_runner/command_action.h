// CommandAction: one action of one jail, as fail2ban runs it; what must be in place for it is its
// Environment. Which command is run when, what is repaired and what is tried again is fail2ban's to
// the letter, oddities included, because actions were written against it.
//
// Not for several threads: a jail's actions belong to that jail's queue.
#pragma once

#include <string>
#include <string_view>

#include "action_runner/environment.h"
#include "action_runner/request.h"
#include "action_runner/shell.h"
#include "action_runner/values.h"
#include "ban/action_spec.h"
#include "base/result.h"

namespace spranga::action_runner {

class CommandAction {
public:
  /// `around`, `shell` and `log` must outlive it.
  CommandAction(const ban::ActionSpec& spec,
                const Surroundings& around,
                Shell& shell,
                const Log& log);

  /// All of these log what went wrong; the result says what became of it.
  Outcome start();
  Outcome stop();
  Outcome ban(const Values& values);
  Outcome reban(const Values& values);
  Outcome prolong(const Values& values);
  Outcome unban(const Values& values);
  /// `stopping`: the jail ends, so nothing is repaired.
  Outcome flush(bool stopping);
  Outcome check();

  /// Other options from now on; what is started stays so, and actionreload is run.
  Outcome reload(const ban::ActionSpec& spec);

  void resume(const Started& started) { environment_.families().resume(started); }

  [[nodiscard]] const std::string& name() const { return environment_.name(); }

  [[nodiscard]] const Started& started() const { return environment_.families().all(); }

  /// Exit code of the last command since this was asked.
  [[nodiscard]] int take_exit_code() { return environment_.take_exit_code(); }

  /// Whether the environment had to be made anew since this was asked.
  [[nodiscard]] bool take_rebuilt() { return environment_.take_rebuilt(); }

private:
  void say(Level level, std::string_view logger, std::string text) const;
  Outcome outcome_of(const Result<void>& done, std::string_view what, const Values* values) const;
  [[nodiscard]] std::string info(const Values& values) const;
  [[nodiscard]] Result<void> ban_with(const std::string& command, const Values& values);
  [[nodiscard]] Result<bool> process(const std::string& command, const Values& values);

  Environment environment_;
  const Surroundings& around_;
  const Log& log_;
};

}  // namespace spranga::action_runner
