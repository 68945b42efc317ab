#include "daemon/confine.h"

#include <signal.h>

namespace spranga::daemon {

Result<process::Confined> confine(const Options& options) {
  // Whoever it writes to may be gone: that is an error of the call, no death.
  ::signal(SIGPIPE, SIG_IGN);
  process::Confinement wanted;
  if (options.identity) {
    wanted.become = &*options.identity;
  }
  wanted.folders = {
      {"/proc/self", false},  // its own numbers, this machine's addresses and routes
      {"/var/log/journal",
       false},          // libsystemd opens the journal's files; the other ones are in /run
      {"/run", false},  // who is logged in, and where resolv.conf may lead to
      {"/etc", false},  // machine-id, localtime, resolv.conf
      {"/usr/share/zoneinfo", false},
      {"/dev/urandom", false},
      {"/dev/null", true},
      {"/usr/share/GeoIP", false},  // countries of addresses, for the owner's mail
      {"/var/lib/GeoIP", false},
  };
  if (!options.geoip.empty()) {
    wanted.folders.push_back({options.geoip, false});
  }
  if (!options.state.empty()) {
    wanted.folders.push_back({options.state, true});
  }
  if (!options.database.empty()) {
    wanted.folders.push_back({options.database, true});
  }
  return process::enter_sandbox(wanted);
}

}  // namespace spranga::daemon
