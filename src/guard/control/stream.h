// The configuration as fail2ban's client sends it.
#pragma once

#include "guard/config/term.h"
#include "guard/pickle/value.h"

namespace spranga::guard::control {

[[nodiscard]] pickle::Value to_value(const config::Term& term);

[[nodiscard]] pickle::Value to_value(const config::Commands& commands);

}  // namespace spranga::guard::control
