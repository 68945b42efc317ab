// What the warden tells the guard on its command line.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"
#include "process/sandbox.h"

namespace spranga::daemon {

struct Options {
  std::optional<process::Identity> identity;  // none: stays who it is
  std::string log_kind{"file"};
  std::string state;     // the folder of the ledger; "" = in memory
  std::string database;  // fail2ban's; "" = none
  pid_t warden{0};
  bool firewall{false};  // there is a firewall process, at its descriptor
  bool dry_run{false};
  bool again{false};       // one before it died
  std::string geoip;       // a database outside the usual places; "" = none
  bool background{false};  // it was started so: the log says it
};

[[nodiscard]] Result<Options> parse_options(int argc, char** argv);

}  // namespace spranga::daemon
