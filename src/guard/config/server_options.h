// fail2ban.conf: the server's own options.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "guard/config/layers.h"
#include "guard/config/problem.h"
#include "guard/config/term.h"
#include "guard/config/value.h"

namespace spranga::guard::config {

/// What the command line said, and what of the client's options the file says: socket, pidfile,
/// loglevel, logtarget, syslogsocket.
using ClientOptions = std::map<std::string, std::string>;

/// Fills in from the file what `given` lacks, and checks the level. An error has Python's words.
[[nodiscard]] Result<void> read_client_options(const Ini& ini,
                                               ClientOptions& given,
                                               Problems& problems);

/// All options of the server, those of the client among them.
[[nodiscard]] Result<Section> read_server_options(const Ini& ini,
                                                  const ClientOptions& client,
                                                  Problems& problems);

/// Their part of the -d list.
[[nodiscard]] Result<Commands> commands_of_server(const Ini& ini,
                                                  const Section& options,
                                                  Problems& problems);

}  // namespace spranga::guard::config
