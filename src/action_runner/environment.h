// Environment: what an action needs to be in place before it can ban: chains, sets, tables. It is
// made by actionstart, looked at by actioncheck, made anew by actionrepair (or a stop and a start),
// emptied by actionflush, taken away by actionstop; once for each address family.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "action_runner/dynamic_tags.h"
#include "action_runner/request.h"
#include "action_runner/shell.h"
#include "action_runner/started_families.h"
#include "action_runner/values.h"
#include "ban/action_spec.h"
#include "base/result.h"
#include "guard/actions/properties.h"

namespace spranga::action_runner {

/// What a jail's actions share.
struct Surroundings {
  std::string jail;
  std::chrono::seconds bantime{600};
  bool ipv6{true};
  guard::actions::HostName host_name;
  std::function<double()> now;  // seconds since 1970
};

class Environment {
public:
  using Family = guard::actions::Family;

  /// `around`, `shell` and `log` must outlive it.
  Environment(const ban::ActionSpec& spec,
              const Surroundings& around,
              Shell& shell,
              const Log& log);

  /// Without a family: all of them.
  [[nodiscard]] Result<void> start(const std::optional<Family>& family, bool force);
  [[nodiscard]] Result<void> stop(const std::optional<Family>& family);
  [[nodiscard]] Result<void> flush();
  /// Other options from now on; what is started stays so, and actionreload is run.
  [[nodiscard]] Result<void> reload(const ban::ActionSpec& spec);

  /// Asked before a repair; false: leave it broken.
  using BeforeRepair = std::function<bool()>;

  enum class Sanity { sane, left_broken, beyond_repair };

  /// Whether a family's environment is as it should be, after a repair if need be.
  [[nodiscard]] Result<Sanity> invariant(const Family& family,
                                         const BeforeRepair& before,
                                         bool force_start);
  /// The same for all that is started.
  [[nodiscard]] Result<void> consistency(const BeforeRepair& before);

  /// A command with the values of a ticket. False: it failed.
  [[nodiscard]] bool run_with(const std::string& text, const Values& values);

  [[nodiscard]] guard::actions::Properties& properties() { return properties_; }

  [[nodiscard]] StartedFamilies& families() { return families_; }

  [[nodiscard]] const StartedFamilies& families() const { return families_; }

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] int take_exit_code() { return std::exchange(exit_code_, 0); }

  [[nodiscard]] bool take_rebuilt() { return std::exchange(rebuilt_, false); }

private:
  using Families = std::vector<Family>;

  /// What follows an operation for each family that it was run for.
  using After = std::function<void(const Family& family, bool good)>;

  [[nodiscard]] bool run(const Command& command);
  void say(Level level, std::string text) const;
  [[nodiscard]] Result<std::string> operation(const std::string& command, const Family& family);
  [[nodiscard]] Result<void> execute(const std::string& command,
                                     std::string_view doing,
                                     const Families& families,
                                     const After& after);
  [[nodiscard]] Result<bool> execute_one(const std::string& command, const Family& family);
  [[nodiscard]] Result<Sanity> repaired(const Family& family,
                                        const std::string& check,
                                        bool force_start);

  std::string name_;
  std::chrono::milliseconds timeout_;
  guard::actions::Properties properties_;
  const Surroundings& around_;
  Shell& shell_;
  const Log& log_;
  StartedFamilies families_;
  ExecutedCommands executed_;
  int exit_code_{0};
  bool rebuilt_{false};
};

}  // namespace spranga::action_runner
