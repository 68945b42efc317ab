#include "app/client_session.h"

#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "app/client_configuration.h"
#include "app/exit_code.h"
#include "app/help.h"
#include "app/output.h"
#include "app/server_program.h"
#include "guard/config/time_expression.h"
#include "guard/control/beautify.h"
#include "guard/control/split_words.h"
#include "guard/control/stream.h"
#include "guard/pickle/exceptions.h"
#include "guard/pickle/python_text.h"

namespace spranga::app {

namespace {

using guard::pickle::Value;
using Level = ClientLog::Level;
using words::say;
using words::Word;
using Words = std::vector<std::string>;

constexpr Milliseconds ping_limit{100};
constexpr std::string_view prompt = "fail2ban> ";

Value to_command(const Words& typed) {
  return Value::list(typed);
}

bool starts_with(const Value& command, std::string_view word) {
  return !command.items.empty() && command.items[0].is_text() && command.items[0].text == word;
}

/// These two are printed whatever else is kept quiet.
bool is_always_shown(const Value& command) {
  return starts_with(command, "echo") || starts_with(command, "server-status");
}

bool show_line(std::string_view text) {
  return print(std::string(text) + "\n") == 0;
}

Milliseconds to_limit(double seconds) {
  constexpr double longest = 1e6;
  return Milliseconds(static_cast<std::int64_t>(std::min(seconds, longest) * 1000));
}

}  // namespace

int ClientSession::run() {
  const bool good = settings_.interactive ? interactive() : command(settings_.command);
  return good ? 0 : exit_fail2ban_failed;
}

bool ClientSession::command(Words typed) {
  if (typed.empty()) {
    return send({Value::list()}, true);
  }
  if (typed.size() == 1 && typed[0] == "start") {
    return start();
  }
  if (typed[0] == "restart") {
    return restart(typed);
  }
  if (typed[0] == "reload") {
    return reload(std::move(typed));
  }
  if (typed[0] == "ping" && typed.size() > 1) {
    return timed_ping(typed);
  }
  return send({to_command(typed)}, true);
}

bool ClientSession::interactive() {
  if (!settings_.command.empty() && !command(settings_.command)) {
    return false;
  }
  static_cast<void>(show_line(say(Word::client_interactive) + "\n"));
  std::string line;
  while (print(prompt) == 0 && std::getline(std::cin, line)) {
    if (line == "exit" || line == "quit") {
      return true;
    }
    if (line == "help") {
      static_cast<void>(print(help_of(*find_verb("client"))));
      continue;
    }
    const auto typed = guard::control::split_words(line);
    if (!typed) {
      log_.error(typed.error().detail);
    } else if (!line.empty()) {
      static_cast<void>(command(*typed));
    }
  }
  static_cast<void>(show_line(""));
  log_.error("EOF when reading a line");
  return false;
}

bool ClientSession::timed_ping(const Words& typed) {
  char* end = nullptr;
  const double seconds = std::strtod(typed[1].c_str(), &end);
  if (typed[1].empty() || *end != '\0' || std::isnan(seconds)) {
    log_.error("could not convert string to float: " + guard::pickle::repr(Value::of(typed[1])));
    return false;
  }
  if (seconds == -1) {
    return send({to_command(typed)}, true);
  }
  if (seconds < 0) {
    log_.error("Timeout value out of range");
    return false;
  }
  return send({to_command(typed)}, true, to_limit(seconds));
}

bool ClientSession::ping(Limit limit) {
  auto question = Value::list({Value::of("ping")});
  if (limit) {
    question.items.push_back(Value::of(static_cast<double>(limit->count()) / 1000));
  }
  return send({question}, false, limit);
}

bool ClientSession::send(const std::vector<Value>& commands, bool show, Limit limit) {
  std::optional<guard::control::ClientSocket> socket;
  bool good = true;
  for (const auto& command : commands) {
    const auto reply = ask(socket, command, limit);
    if (!reply) {
      tell_failure(reply.error(), command, show);
      return false;
    }
    if (!reply->is_sequence() || reply->items.size() != 2 || !reply->items[0].is_integer()) {
      log_.error(guard::pickle::str(*reply));
      return false;
    }
    good = take_reply(command, *reply, show) && good;
  }
  return good;
}

Result<Value> ClientSession::ask(std::optional<guard::control::ClientSocket>& socket,
                                 const Value& command,
                                 Limit limit) const {
  if (!socket) {
    SPRANGA_TRY(auto connected, guard::control::ClientSocket::connect(socket_path(), limit));
    socket.emplace(std::move(connected));
  }
  return socket->ask(command, limit);
}

void ClientSession::tell_failure(const Error& error, const Value& command, bool show) const {
  const bool ping = starts_with(command, "ping");
  if (error.code == Errc::malformed || error.code == Errc::too_large) {
    log_.error(error.detail);
  } else if (show || (settings_.verbosity > 1 && !ping)) {
    tell_socket_error(error.detail, ping);
  }
}

bool ClientSession::take_reply(const Value& command, const Value& reply, bool show) {
  const auto& answer = reply.items[1];
  if (reply.items[0].integer == 0) {
    if (show || is_always_shown(command)) {
      const auto shown = guard::control::beautify(command.items, answer);
      if (shown.failed) {
        constexpr std::string_view logger = "fail2ban.beautifier";
        log_.say(Level::warning, "Beautifier error. Please report the error", logger);
        log_.say(Level::error,
                 "Beautify " + guard::pickle::repr(answer) + " with " +
                     guard::pickle::repr(command) + " failed",
                 logger);
      }
      static_cast<void>(show_line(shown.text));
    }
    return true;
  }
  log_.error("NOK: " + guard::pickle::repr(guard::pickle::python_arguments(answer)));
  if (show) {
    static_cast<void>(show_line(guard::control::beautify_error(answer)));
  }
  return false;
}

void ClientSession::tell_socket_error(const std::string& error, bool was_ping) const {
  const auto& path = socket_path();
  if (::access(path.c_str(), F_OK) != 0) {
    log_.error("Failed to access socket path: " + path + ". Is fail2ban running?");
  } else if (::access(path.c_str(), W_OK) != 0) {
    log_.error("Permission denied to socket: " + path + ", (you must be root)");
  } else if (was_ping) {
    log_.error(error);
  } else {
    log_.error("[" + error + "] Unable to contact server. Is it running?");
  }
}

std::optional<Value> ClientSession::configuration(const std::string& jail) {
  const auto commands = read_commands(settings_, jail);
  if (!commands) {
    if (!commands.error().detail.empty()) {
      log_.error("Failed during configuration: " + commands.error().detail);
    }
    return std::nullopt;
  }
  return guard::control::to_value(*commands);
}

bool ClientSession::start() {
  if (ping(ping_limit)) {
    log_.error("Server already running");
    return false;
  }
  const auto stream = configuration("");
  if (!stream) {
    return false;
  }
  if (!settings_.force && ::access(socket_path().c_str(), F_OK) == 0) {
    log_.error("Fail2ban seems to be in unexpected state (not running but the socket exists)");
    return false;
  }
  if (settings_.foreground) {
    return start_in_foreground(*stream);
  }
  const auto child = start_program(server_program(settings_));
  if (!child) {
    log_.error("Exception while starting server background");
    log_.error(child.error().detail);
    return false;
  }
  return configure(*stream, *child);
}

bool ClientSession::configure(const Value& stream, pid_t starting) {
  if (!wait_for_server(true, starting)) {
    log_.error(
        "Could not start server. Maybe an old socket file is still present. Try to remove " +
        socket_path() +
        ". If you used fail2ban-client to start the server, adding the -x option will do it");
    return false;
  }
  return send({Value::list({Value::of("server-stream"), stream}),
               Value::list({Value::of("server-status")})},
              false);
}

/// The server is this process, so that a supervisor sees it; a grandchild configures it.
bool ClientSession::start_in_foreground(const Value& stream) {
  const auto server = ::getpid();
  const auto child = ::fork();
  if (child == 0) {
    if (::fork() != 0) {
      ::_exit(0);
    }
    if (!configure(stream, 0)) {
      ::kill(server, SIGTERM);
    }
    ::_exit(0);
  }
  const auto failure = become_program(server_program(settings_));
  log_.error("Exception while starting server foreground");
  log_.error(failure.value().detail);
  return false;
}

bool ClientSession::wait_for_server(bool alive, pid_t starting) {
  const auto limit =
      guard::config::parse_time(settings_.timeout.empty() ? "30" : settings_.timeout);
  const SystemClock clock;
  const auto begun = clock.now();
  Milliseconds pause{6};
  while (true) {
    const bool there =
        ::access(socket_path().c_str(), F_OK) == 0 && ping(std::max(pause, ping_limit));
    if (there == alive) {
      return true;
    }
    const auto waited = std::chrono::duration_cast<Milliseconds>(clock.now() - begun);
    if (!limit || waited >= *limit || has_failed(starting)) {
      return false;
    }
    pause = std::min(pause * 2, Milliseconds(waited.count() > 200 ? 500 : 100));
    ::usleep(static_cast<useconds_t>(pause.count()) * 1000);
  }
}

bool ClientSession::restart(const Words& typed) {
  if (typed.size() > 1) {
    Words reload_words = {"reload", "--restart"};
    reload_words.insert(reload_words.end(), typed.begin() + 1, typed.end());
    return reload(std::move(reload_words));
  }
  static_cast<void>(command({"stop"}));
  if (!wait_for_server(false)) {
    log_.error("Could not stop server");
    return false;
  }
  return start();
}

bool ClientSession::reload(Words typed) {
  typed.erase(typed.begin());
  Value options = Value::list();
  while (!typed.empty()) {
    if (typed[0] == "--restart" || typed[0] == "--unban" || typed[0] == "--if-exists") {
      options.items.push_back(Value::of(typed[0]));
      typed.erase(typed.begin());
      continue;
    }
    if (typed.size() > 1) {
      log_.error("Unexpected argument(s) for reload: " + guard::pickle::repr(Value::list(typed)));
      return false;
    }
    break;
  }
  if (!ping({})) {
    log_.error("Could not find server");
    return false;
  }
  const auto jail = typed.empty() ? "--all" : typed[0];
  const auto stream = configuration(jail == "--all" ? "" : jail);
  return stream &&
         send({Value::list({Value::of("reload"), Value::of(jail), options, *stream})}, true);
}

}  // namespace spranga::app
