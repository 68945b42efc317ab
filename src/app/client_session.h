// A client of a running server: commands go to its socket, and what comes back is printed as
// fail2ban-client prints it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/client_log.h"
#include "app/client_options.h"
#include "base/clock.h"
#include "guard/control/client_socket.h"
#include "guard/pickle/value.h"

namespace spranga::app {

class ClientSession {
public:
  /// `settings` with every option of the server filled in.
  explicit ClientSession(const ClientSettings& settings)
      : settings_(settings), log_(settings.verbosity) {}

  /// The command of the command line, or what is typed; the exit code.
  [[nodiscard]] int run();

private:
  using Value = guard::pickle::Value;
  using Limit = std::optional<Milliseconds>;

  [[nodiscard]] bool command(std::vector<std::string> words);
  [[nodiscard]] bool interactive();
  [[nodiscard]] bool start();
  [[nodiscard]] bool restart(const std::vector<std::string>& words);
  [[nodiscard]] bool reload(std::vector<std::string> words);
  [[nodiscard]] bool timed_ping(const std::vector<std::string>& words);
  [[nodiscard]] bool ping(Limit limit);

  /// Sends them one after another over one connection. Only `show` prints.
  [[nodiscard]] bool send(const std::vector<Value>& commands, bool show, Limit limit = {});
  [[nodiscard]] Result<Value> ask(std::optional<guard::control::ClientSocket>& socket,
                                  const Value& command,
                                  Limit limit) const;
  void tell_failure(const Error& error, const Value& command, bool show) const;
  [[nodiscard]] bool take_reply(const Value& command, const Value& reply, bool show);
  void tell_socket_error(const std::string& error, bool was_ping) const;

  /// The configuration as commands; nothing where it cannot be used.
  [[nodiscard]] std::optional<Value> configuration(const std::string& jail);

  /// Until the server answers, or does not any more.
  [[nodiscard]] bool wait_for_server(bool alive, pid_t starting = 0);
  [[nodiscard]] bool configure(const Value& stream, pid_t starting);
  [[nodiscard]] bool start_in_foreground(const Value& stream);

  [[nodiscard]] const std::string& socket_path() const { return settings_.server.at("socket"); }

  const ClientSettings& settings_;
  ClientLog log_;
};

}  // namespace spranga::app
