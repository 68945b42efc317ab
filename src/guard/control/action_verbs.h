// Verbs about a jail's actions.
#pragma once

#include "guard/control/command.h"

namespace spranga::guard::control {

[[nodiscard]] Outcome<Value> set_addaction(const Command& command);
[[nodiscard]] Outcome<Value> set_delaction(const Command& command);
[[nodiscard]] Outcome<Value> set_action(const Command& command);
[[nodiscard]] Outcome<Value> get_actions(const Command& command);
[[nodiscard]] Outcome<Value> get_action(const Command& command);
[[nodiscard]] Outcome<Value> get_actionproperties(const Command& command);
[[nodiscard]] Outcome<Value> get_actionmethods(const Command& command);

}  // namespace spranga::guard::control
