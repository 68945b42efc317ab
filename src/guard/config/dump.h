// What `fail2ban-client -d` and `-t` do with a folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ban/jail_spec.h"
#include "guard/config/problem.h"
#include "guard/config/server_options.h"
#include "guard/config/term.h"

namespace spranga::guard::config {

struct DumpOptions {
  std::optional<ban::Compat> compat;
  ClientOptions client;  // what the command line set
  bool dump{false};      // -d: jails without a log file are no error
  bool test{false};      // -t: a jail that is skipped is one
  std::string jail;      // only this one; "" = all
};

struct Dump {
  /// What ended it before the jails were read, in fail2ban's words: "ERROR: …" on standard output.
  std::string early_error;
  std::optional<Commands> commands;  // none: the configuration cannot be used
  bool good{false};                  // exit code 0
  std::vector<Problem> problems;
};

/// `folder` as it was given: fail2ban puts it into paths that it prints.
[[nodiscard]] Dump dump(const std::string& folder, const DumpOptions& options);

/// What the client must know before it talks to a server, with what the file says where `given` is
/// silent. The error has fail2ban's words.
[[nodiscard]] Result<ClientOptions> client_options(const std::string& folder,
                                                   ClientOptions given,
                                                   std::vector<Problem>& problems);

}  // namespace spranga::guard::config
