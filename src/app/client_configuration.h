// The configuration as fail2ban-client reads it for -d, -t, start and reload, and what is wrong
// with it on standard error.
#pragma once

#include <string>

#include "app/client_options.h"
#include "base/result.h"
#include "guard/config/dump.h"

namespace spranga::app {

[[nodiscard]] std::string folder_of(const ClientSettings& settings);

/// The commands; what is wrong is told. An empty error: it is told already.
[[nodiscard]] guard::config::Dump read_dump(const ClientSettings& settings,
                                            const guard::config::DumpOptions& options);

/// Those for a server that runs, of one jail or all. The error has fail2ban's words where there are
/// some; what is wrong is told.
[[nodiscard]] Result<guard::config::Commands> read_commands(const ClientSettings& settings,
                                                            const std::string& jail);

/// Fills in socket, pidfile, loglevel, logtarget and syslogsocket where the command line was
/// silent. The error has fail2ban's words.
[[nodiscard]] Result<void> complete(ClientSettings& settings);

}  // namespace spranga::app
