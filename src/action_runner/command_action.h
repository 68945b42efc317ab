// CommandAction: one action of one jail, as fail2ban runs it. Which command is run when, what is
// repaired and what is tried again is fail2ban's to the letter, oddities included, because actions
// were written against it.
//
// Not for several threads: a jail's actions belong to that jail's queue.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "action_runner/dynamic_tags.h"
#include "action_runner/request.h"
#include "action_runner/values.h"
#include "ban/action_spec.h"
#include "base/result.h"
#include "guard/actions/properties.h"

namespace spranga::action_runner {

/// Where log lines go.
using Log = std::function<void(LogLine line)>;

/// Runs a command to its end, and logs what fail2ban logs about it.
class Shell {
public:
  virtual ~Shell() = default;

  struct Ran {
    bool good{false};  // exit code 0
    int exit_code{0};  // below 0: ended by that signal
  };

  virtual Ran run(const Command& command, std::chrono::milliseconds timeout) = 0;
};

/// What a jail's actions share.
struct Surroundings {
  std::string jail;
  std::chrono::seconds bantime{600};
  bool ipv6{true};
  guard::actions::HostName host_name;
  std::function<double()> now;  // seconds since 1970
};

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

  void resume(const Started& started);

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] const Started& started() const { return started_; }

  /// Exit code of the last command since this was asked.
  [[nodiscard]] int take_exit_code() { return std::exchange(exit_code_, 0); }

  /// Whether the environment had to be made anew since this was asked.
  [[nodiscard]] bool take_rebuilt() { return std::exchange(rebuilt_, false); }

private:
  using Family = guard::actions::Family;
  using Families = std::vector<Family>;

  /// What follows an operation for each family that it was run for.
  using After = std::function<void(const Family& family, bool good)>;
  /// Asked before a repair; false: leave it broken.
  using BeforeRepair = std::function<bool()>;

  enum class Sanity { sane, left_broken, beyond_repair };

  [[nodiscard]] bool run(const Command& command);
  void say(Level level, std::string_view logger, std::string text) const;
  Outcome outcome_of(const Result<void>& done, std::string_view what, const Values* values) const;
  [[nodiscard]] std::string info(const Values& values) const;

  [[nodiscard]] Result<std::string> operation(const std::string& command, const Family& family);
  [[nodiscard]] Result<void> execute(const std::string& command,
                                     std::string_view doing,
                                     const Families& families,
                                     const After& after);
  [[nodiscard]] Result<bool> execute_one(const std::string& command, const Family& family);
  [[nodiscard]] Result<void> start(const std::optional<Family>& family, bool force);
  [[nodiscard]] Result<void> stop(const std::optional<Family>& family);
  [[nodiscard]] Result<void> flush_all();
  [[nodiscard]] Result<void> ban_with(const std::string& command, const Values& values);
  [[nodiscard]] Result<bool> process(const std::string& command, const Values& values);
  [[nodiscard]] Result<Sanity> invariant(const Family& family,
                                         const BeforeRepair& before,
                                         bool force_start);
  [[nodiscard]] Result<Sanity> repaired(const Family& family,
                                        const std::string& check,
                                        bool force_start);
  [[nodiscard]] Result<void> consistency(const BeforeRepair& before);

  [[nodiscard]] std::uint8_t state_of(const Family& family) const;
  void set_state(const Family& family, std::uint8_t state);
  [[nodiscard]] Families started_families(std::uint8_t with) const;

  /// The command that was last run for a family, so that one for both families runs once.
  void note_executed(const std::string& command, const Family& family, const std::string& text);
  void forget_executed(const std::string& command, const Family& family);

  std::string name_;
  std::chrono::milliseconds timeout_;
  guard::actions::Properties properties_;
  const Surroundings& around_;
  Shell& shell_;
  const Log& log_;
  Started started_;  // in the order in which they were started
  std::map<std::string, std::map<Family, std::string>> executed_;
  int exit_code_{0};
  bool rebuilt_{false};
};

}  // namespace spranga::action_runner
