// This host's names, as fail2ban finds them. The full one may ask DNS: it is looked up when a
// command first needs it, by the thread that runs it.
#pragma once

#include "guard/actions/properties.h"

namespace spranga::action_runner {

/// May be called from several threads; remembers what it found.
[[nodiscard]] guard::actions::HostName host_name_finder();

}  // namespace spranga::action_runner
