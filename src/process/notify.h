// sd_notify(3): a word to whoever supervises this process, over the socket that NOTIFY_SOCKET
// names.
#pragma once

#include <string_view>

namespace spranga::process {

/// "READY=1", "STOPPING=1", "WATCHDOG=1". Nothing where nobody supervises; a word that does not
/// arrive is no error: the supervisor's own time-out tells.
void notify(std::string_view state);

}  // namespace spranga::process
