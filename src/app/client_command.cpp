#include "app/client_command.h"

#include <string>
#include <utility>
#include <vector>

#include "app/client_configuration.h"
#include "app/client_options.h"
#include "app/client_session.h"
#include "app/exit_code.h"
#include "app/guard_command.h"
#include "app/help.h"
#include "app/output.h"
#include "app/verb.h"
#include "guard/config/compat.h"
#include "guard/config/dump.h"
#include "guard/config/jail_reader.h"
#include "guard/config/layers.h"
#include "guard/config/time_expression.h"

namespace spranga::app {

namespace {

using namespace std::string_literals;
using Answer = ClientSettings::Answer;
using DumpForm = ClientSettings::DumpForm;

// What fail2ban-client prints here is read by programs.
constexpr std::string_view stream_failed =
    "ERROR: The configuration stream failed because of the invalid syntax.\n";
constexpr std::string_view test_passed = "OK: configuration test is successful\n";

int code_of(bool good) {
  return good ? 0 : exit_fail2ban_failed;
}

/// Prints, and gives the code where printing works.
int answer_with(std::string_view text, bool good) {
  return print(text) == 0 ? code_of(good) : exit_fail2ban_failed;
}

std::optional<ban::Compat> compat_of(const ClientSettings& settings) {
  return guard::config::parse_compat(settings.compat);
}

std::string imitated_version(const ClientSettings& settings) {
  guard::config::Problems problems;
  guard::config::Layers layers(folder_of(settings), problems, true);
  const auto compat = compat_of(settings);
  return guard::config::version_of(compat ? *compat
                                          : guard::config::configured_compat(layers, problems));
}

int seconds(const std::string& text) {
  const auto number = guard::config::evaluate_time(text);
  return number ? answer_with(guard::config::to_text(*number) + "\n", true)
                : answer_with("ERROR: " + number.error().detail + "\n", false);
}

int answer(const ClientSettings& settings) {
  switch (settings.answer) {
    case Answer::seconds:
      return seconds(settings.time);
    case Answer::version:
      return answer_with("Fail2Ban v" + imitated_version(settings) + "\n", true);
    case Answer::short_version:
      return answer_with(imitated_version(settings) + "\n", true);
    case Answer::help:
    case Answer::none:
      break;
  }
  return answer_with(help_of(*find_verb("client")), true);
}

std::string listing(const guard::config::Commands& commands, DumpForm form) {
  std::string out;
  for (const auto& command : commands) {
    out += form == DumpForm::pretty ? guard::config::to_pretty_text(command)
                                    : guard::config::to_text(command);
    out += '\n';
  }
  return out;
}

/// A command for a server.
int talk(ClientSettings settings) {
  if (settings.command.empty() && !settings.interactive) {
    return answer_with(help_of(*find_verb("client")), false);
  }
  if (const auto known = complete(settings); !known) {
    return answer_with("ERROR: " + known.error().detail + "\n", false);
  }
  return ClientSession(settings).run();
}

/// The guard reads the configuration itself: where a client is to send one (--async), it only does
/// not say that it is ready.
int become_server(const ClientSettings& settings) {
  std::vector<std::string> arguments{settings.foreground ? "-f" : "-b"};
  const auto add = [&arguments](const std::string& option, const std::string& value) {
    if (!value.empty()) {
      arguments.insert(arguments.end(), {option, value});
    }
  };
  add("--conf", settings.folder);
  add("--compat", settings.compat);
  for (const auto& [name, value] : settings.server) {
    add("--" + name, value);
  }
  return start_guard(arguments, settings.is_async);
}

/// A dump, a test, and what comes after them.
int dump_or_test(const ClientSettings& settings, int (*then)(ClientSettings)) {
  if (settings.dump == DumpForm::none && !settings.test) {
    return then(settings);
  }
  guard::config::DumpOptions options;
  options.compat = compat_of(settings);
  options.client = settings.server;
  options.dump = settings.dump != DumpForm::none;
  options.test = settings.test;
  const auto dump = read_dump(settings, options);
  if (!dump.early_error.empty()) {
    return answer_with("ERROR: " + dump.early_error + "\n", false);
  }
  if (options.dump) {
    const auto text =
        dump.commands ? listing(*dump.commands, settings.dump) : std::string(stream_failed);
    const auto code = answer_with(text, dump.good);
    if (!settings.test || code != 0) {
      return code;
    }
  }
  if (!dump.good) {
    return exit_fail2ban_failed;
  }
  return settings.command.empty() ? answer_with(test_passed, true) : then(settings);
}

int talk_or_become_server(ClientSettings settings) {
  const bool starts = settings.command.empty() || settings.command == std::vector{"start"s};
  return starts && !settings.interactive ? become_server(settings) : talk(std::move(settings));
}

int run(std::span<const std::string> arguments, int (*then)(ClientSettings)) {
  const auto settings = parse_client_arguments(arguments);
  if (!settings) {
    tell(settings.error().detail);
    return answer_with(help_of(*find_verb("client")), false);
  }
  return settings->answer != Answer::none ? answer(*settings) : dump_or_test(*settings, then);
}

}  // namespace

int client_command(std::span<const std::string> arguments) {
  return run(arguments, talk);
}

int server_command(std::span<const std::string> arguments) {
  return run(arguments, talk_or_become_server);
}

}  // namespace spranga::app
