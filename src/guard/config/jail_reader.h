// One jail as fail2ban reads it: its options, its filter, its actions, in that order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ban/action_spec.h"
#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/config/definition.h"
#include "guard/config/layers.h"
#include "guard/config/problem.h"
#include "guard/config/term.h"
#include "guard/config/value.h"

namespace spranga::guard::config {

struct Action {
  std::string name;                      // as verbs call it
  std::string file;                      // in action.d, without ".conf"; of a script its path
  Section parameters;                    // of a script: handed to it as JSON
  std::optional<Definition> definition;  // none: a Python script
};

struct Jail {
  std::string name;
  bool enabled{false};
  Section options;
  std::optional<Definition> filter;
  std::vector<Action> actions;
  Section filter_options;    // all that its filter defines, combined, before the jail's own
  std::string config_error;  // why it is skipped, in fail2ban's words
  Place head;                // of its section
};

/// What a jail is read with.
struct Reading {
  Layers& layers;
  Problems& problems;
  ban::Compat compat;
};

/// The version that `compat` stands for, "1.0.2".
[[nodiscard]] std::string version_of(ban::Compat compat);

/// A jail of jail.conf; `force`: as if it were enabled. One that is not is not read further. An
/// error is what ends fail2ban's whole start; what only leaves the jail out is its config_error.
[[nodiscard]] Result<Jail> read_jail(const Reading& reading,
                                     const std::shared_ptr<Ini>& jails,
                                     const std::string& name,
                                     bool force);

/// Sets what depends on the backend, as long as nobody did: logtype.
void apply_backend(Definition& filter, std::string_view backend);

/// The commands that make the jail, without its start. `need_files`: a jail that no log exists for
/// is an error, as in `-t`.
[[nodiscard]] Result<Commands> commands_of(const Jail& jail, bool need_files, Problems& problems);

/// Those of them that set options, log files and actions left out.
[[nodiscard]] Result<Commands> commands_of_settings(const Jail& jail);

/// An action with the same options that the commands set.
[[nodiscard]] Result<ban::ActionSpec> to_action_spec(const Action& action, Problems& problems);

/// The commands of a filter: its part of the jail's.
[[nodiscard]] Result<Commands> commands_of_filter(const Section& options, const std::string& jail);

}  // namespace spranga::guard::config
