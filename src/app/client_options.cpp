#include "app/client_options.h"

#include <algorithm>
#include <string_view>

#include "text/nearest.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;
using DumpForm = ClientSettings::DumpForm;
using Answer = ClientSettings::Answer;

/// For those that only fail2ban's own processes know.
Result<void> accept(const std::string& /*value*/) {
  return {};
}

auto store_for_server(ClientSettings& settings, const char* name) {
  return [&settings, name](const std::string& value) {
    settings.server[name] = value;
    return Result<void>();
  };
}

template <class T>
auto put(T& place, T what) {
  return [&place, what](const std::string&) {
    place = what;
    return Result<void>();
  };
}

auto put_text(std::string& place) {
  return [&place](const std::string& value) {
    place = value;
    return Result<void>();
  };
}

auto step(int& place, int by) {
  return [&place, by](const std::string&) {
    place += by;
    return Result<void>();
  };
}

auto answer(ClientSettings& s, Answer which) {
  return put(s.answer, which);
}

std::vector<Option> bind(ClientSettings& s) {
  constexpr auto files = Word::group_configuration;
  constexpr auto server = Word::group_client_server;
  constexpr auto done = Word::group_dump;
  const auto seconds = [&s](const std::string& value) {
    s.time = value;
    s.answer = Answer::seconds;
    return Result<void>();
  };
  // clang-format off
  return {
      {"--conf", "-c", Word::argument_folder, "", Word::option_conf, files, {}, put_text(s.folder)},
      {"--compat", "", Word::argument_level, "", Word::option_compat, files, {"1.0", "1.1", "auto"}, put_text(s.compat)},
      {"--test", "-t", Word::none, "", Word::option_test, done, {}, put(s.test, true)},
      {"-d", "", Word::none, "", Word::option_dump, done, {}, put(s.dump, DumpForm::lines)},
      {"--dump-pretty", "", Word::none, "", Word::option_dump_pretty, done, {}, put(s.dump, DumpForm::pretty)},
      {"--dp", "", Word::none, "", Word::option_dump_pretty, done, {}, put(s.dump, DumpForm::pretty)},
      {"--str2sec", "", Word::argument_expression, "", Word::option_str2sec, done, {}, seconds},
      {"-v", "", Word::none, "", Word::option_louder, done, {}, step(s.verbosity, 1)},
      {"-q", "", Word::none, "", Word::option_quieter, done, {}, step(s.verbosity, -1)},
      {"--socket", "-s", Word::argument_file, "", Word::option_socket, server, {}, store_for_server(s, "socket")},
      {"--pidfile", "-p", Word::argument_file, "", Word::option_pidfile, server, {}, store_for_server(s, "pidfile")},
      {"--pname", "", Word::argument_process, "", Word::option_pname, server, {}, accept},
      {"--loglevel", "", Word::argument_level, "", Word::option_loglevel, server, {}, store_for_server(s, "loglevel")},
      {"--logtarget", "", Word::argument_target, "", Word::option_logtarget, server, {}, store_for_server(s, "logtarget")},
      {"--syslogsocket", "", Word::argument_file, "", Word::option_syslogsocket, server, {}, store_for_server(s, "syslogsocket")},
      {"--timeout", "", Word::argument_time, "", Word::option_client_timeout, server, {}, put_text(s.timeout)},
      {"--async", "", Word::none, "", Word::option_async, server, {}, put(s.is_async, true)},
      {"-b", "", Word::none, "", Word::option_background, server, {}, put(s.foreground, false)},
      {"-f", "", Word::none, "", Word::option_foreground, server, {}, put(s.foreground, true)},
      {"-i", "", Word::none, "", Word::option_interactive, server, {}, put(s.interactive, true)},
      {"-x", "", Word::none, "", Word::option_force, server, {}, put(s.force, true)},
      {"--version", "", Word::none, "", Word::option_client_version, Word::group_other, {}, answer(s, Answer::version)},
      {"-V", "", Word::none, "", Word::option_client_version, Word::group_other, {}, answer(s, Answer::short_version)},
      {"--help", "-h", Word::none, "", Word::option_client_help, Word::group_other, {}, answer(s, Answer::help)},
  };
  // clang-format on
}

class ArgumentReader {
public:
  ArgumentReader(ClientSettings& settings, std::span<const std::string> arguments)
      : settings_(settings), options_(bind(settings)), rest_(arguments) {}

  [[nodiscard]] Result<void> run() {
    while (!rest_.empty() && settings_.answer == Answer::none) {
      const auto argument = rest_.front();
      if (!argument.starts_with('-') || argument == "-") {
        break;
      }
      rest_ = rest_.subspan(1);
      if (argument == "--") {
        break;
      }
      if (argument.starts_with("--")) {
        if (auto done = long_option(argument); !done) {
          return done;
        }
      } else if (auto done = short_options(argument.substr(1)); !done) {
        return done;
      }
    }
    settings_.command.assign(rest_.begin(), rest_.end());
    return {};
  }

private:
  [[nodiscard]] Result<void> long_option(const std::string& argument) {
    const auto equals = argument.find('=');
    const auto name = argument.substr(0, equals);
    const auto* option = find_long(name);
    if (option == nullptr) {
      return unknown(name);
    }
    if (equals != std::string::npos && !option->takes_value()) {
      return fail(Errc::malformed, say(Word::app_takes_no_value, {name}));
    }
    if (equals != std::string::npos) {
      return take(*option, argument.substr(equals + 1));
    }
    return option->takes_value() ? take_next(*option, name) : take(*option, "");
  }

  /// The option of that name, or the only one that begins so.
  [[nodiscard]] const Option* find_long(const std::string& name) const {
    const Option* found = nullptr;
    int matches = 0;
    for (const auto& option : options_) {
      if (option.name == name) {
        return &option;
      }
      if (option.name.starts_with(name) && name.size() > 2) {
        found = &option;
        ++matches;
      }
    }
    return matches == 1 ? found : nullptr;
  }

  [[nodiscard]] Result<void> short_options(std::string_view letters) {
    while (!letters.empty() && settings_.answer == Answer::none) {
      const auto name = "-" + std::string(letters.substr(0, 1));
      letters.remove_prefix(1);
      const auto option = std::ranges::find_if(
          options_, [&](const Option& o) { return o.short_name == name || o.name == name; });
      if (option == options_.end()) {
        return unknown(name);
      }
      if (option->takes_value()) {
        return letters.empty() ? take_next(*option, name) : take(*option, std::string(letters));
      }
      if (auto done = take(*option, ""); !done) {
        return done;
      }
    }
    return {};
  }

  [[nodiscard]] Result<void> take_next(const Option& option, const std::string& name) {
    if (rest_.empty()) {
      return fail(Errc::malformed, say(Word::app_needs_value, {name}));
    }
    const auto value = rest_.front();
    rest_ = rest_.subspan(1);
    return take(option, value);
  }

  [[nodiscard]] static Result<void> take(const Option& option, const std::string& value) {
    if (!option.choices.empty() && std::ranges::count(option.choices, value) == 0) {
      std::string list;
      for (const auto choice : option.choices) {
        list += (list.empty() ? "" : ", ") + std::string(choice);
      }
      return fail(Errc::malformed, say(Word::value_no_choice, {value, list}));
    }
    return option.apply(value);
  }

  [[nodiscard]] Failure unknown(const std::string& name) const {
    std::vector<std::string_view> known;
    for (const auto& option : options_) {
      known.push_back(option.name);
    }
    auto message = say(Word::app_unknown_option, {name});
    if (const auto nearest = text::nearest(name, known); !nearest.empty()) {
      message += " " + say(Word::app_did_you_mean, {std::string(nearest)});
    }
    return fail(Errc::malformed, message);
  }

  ClientSettings& settings_;
  std::vector<Option> options_;
  std::span<const std::string> rest_;
};

}  // namespace

std::vector<Option> client_command_options() {
  ClientSettings nobody_reads;
  auto options = bind(nobody_reads);
  // --help and --version are every verb's, and come with the others.
  std::erase_if(options,
                [](const Option& o) { return o.name == "--version" || o.name == "--help"; });
  for (auto& option : options) {
    option.apply = [](const std::string&) { return Result<void>(); };
  }
  return options;
}

Result<ClientSettings> parse_client_arguments(std::span<const std::string> arguments) {
  ClientSettings settings;
  SPRANGA_CHECK(ArgumentReader(settings, arguments).run());
  return settings;
}

}  // namespace spranga::app
