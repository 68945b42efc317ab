// The command line of `spranga client`, which is fail2ban-client's.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "app/option.h"
#include "base/result.h"

namespace spranga::app {

struct ClientSettings {
  std::string folder;                         // "" = the default one
  std::string compat;                         // "" = as spranga.conf says
  std::map<std::string, std::string> server;  // socket, pidfile, logtarget, loglevel, syslogsocket
  enum class DumpForm { none, lines, pretty } dump{DumpForm::none};
  bool test{false};
  int verbosity{1};
  bool force{false};        // start over an old socket
  bool foreground{false};   // of a server that is started
  bool is_async{false};     // of a server: a client has started it
  bool interactive{false};  // commands are typed
  std::string timeout;      // how long a start may take; "" = 30 s
  enum class Answer { none, help, version, short_version, seconds } answer{Answer::none};
  std::string time;                  // of --str2sec
  std::vector<std::string> command;  // what follows the options
};

[[nodiscard]] std::vector<Option> client_command_options();

/// Reads the options as getopt does: "-dv", "-cDIR", "--conf=DIR", unique beginnings of long ones;
/// the first word that is none ends them. An `answer` ends them too, as in fail2ban-client.
[[nodiscard]] Result<ClientSettings> parse_client_arguments(std::span<const std::string> arguments);

}  // namespace spranga::app
