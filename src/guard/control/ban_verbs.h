// Verbs about whom a jail has banned.
#pragma once

#include "guard/control/command.h"

namespace spranga::guard::control {

[[nodiscard]] Outcome<Value> set_banip(const Command& command);
[[nodiscard]] Outcome<Value> set_unbanip(const Command& command);
[[nodiscard]] Outcome<Value> set_attempt(const Command& command);
[[nodiscard]] Outcome<Value> get_banned(const Command& command);
[[nodiscard]] Outcome<Value> get_banip(const Command& command);

}  // namespace spranga::guard::control
