#include "app/config_command.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "app/exit_code.h"
#include "app/jail_trial.h"
#include "app/output.h"
#include "app/parse_arguments.h"
#include "app/problem_text.h"
#include "guard/config/compat.h"
#include "guard/config/configuration.h"
#include "guard/config/explain.h"
#include "text/escape.h"
#include "text/nearest.h"
#include "words/elsewhere.h"

namespace spranga::app {

namespace {

using guard::config::ExplainedJail;
using guard::config::ExplainedOption;
using guard::config::Problem;
using words::say;
using words::Word;

struct ConfigSettings {
  std::string folder;
  std::string compat;
};

std::vector<Option> bind_config(ConfigSettings& settings) {
  constexpr auto group = Word::group_configuration;
  const auto store = [](std::string& place) {
    return [&place](const std::string& value) {
      place = value;
      return Result<void>();
    };
  };
  // clang-format off
  return {
      {"--conf", "-c", Word::argument_folder, "", Word::option_conf, group, {}, store(settings.folder)},
      {"--compat", "", Word::argument_level, "", Word::option_compat, group, {"1.0", "1.1", "auto"}, store(settings.compat)},
  };
  // clang-format on
}

std::string place(const ban::Origin& origin) {
  if (origin.file.empty()) {
    return say(Word::config_built_in);
  }
  return text::escape(origin.file) + (origin.line > 0 ? ":" + std::to_string(origin.line) : "");
}

std::string places(const std::vector<ban::Origin>& origins) {
  std::string out;
  for (const auto& origin : origins) {
    out += (out.empty() ? "" : ", ") + place(origin);
  }
  return out;
}

std::string one_line(std::string_view value) {
  constexpr std::size_t longest = 200;
  return text::escape_clipped(value, longest);
}

/// Whether the problem stands where the option, or a part of its value, does.
bool is_about(const Problem& problem, const ExplainedOption& option) {
  const ban::Origin there{problem.file, problem.line};
  if (problem.file.empty()) {
    return false;
  }
  return there == option.origin || std::ranges::any_of(option.lines, [&](const auto& line) {
           return std::ranges::find(line.origins, there) != line.origins.end();
         });
}

std::string describe(const ExplainedOption& option, const std::vector<Problem>& problems) {
  std::string out = option.name + " =";
  const bool single = option.lines.size() == 1;
  if (single && !option.lines.front().text.empty()) {
    out += " " + text::escape(option.lines.front().text);
  }
  out += "\n    " + place(option.origin) + "\n";
  if (single && option.lines.front().origins != std::vector{option.origin}) {
    out += "    " + say(Word::config_filled_in, {places(option.lines.front().origins)}) + "\n";
  }
  for (const auto& line : option.lines) {
    if (!single && !line.text.empty()) {
      out += "  " + text::escape(line.text) + "\n      " + places(line.origins) + "\n";
    }
  }
  for (const auto& problem : problems) {
    if (is_about(problem, option)) {
      out += "    " + say(Word::config_wrong, {text::escape(words::translate(problem.message))}) +
             "\n";
    }
  }
  for (const auto& [value, origin] : option.overrode) {
    out += "    " + say(Word::config_overrides, {one_line(value), place(origin)}) + "\n";
  }
  return out;
}

/// "sshd.bantime", where jails and options may have dots of their own.
std::pair<std::string, std::string> jail_and_option(const std::string& given,
                                                    const std::vector<std::string>& jails) {
  for (auto dot = given.size(); dot != std::string::npos && dot > 0;
       dot = given.rfind('.', dot - 1)) {
    const auto jail = given.substr(0, dot);
    if (std::ranges::find(jails, jail) != jails.end()) {
      return {jail, dot < given.size() ? given.substr(dot + 1) : ""};
    }
  }
  const auto dot = given.find('.');
  return {given.substr(0, dot), dot == std::string::npos ? "" : given.substr(dot + 1)};
}

int no_option(const ExplainedJail& jail, const std::string& name, const std::string& wanted) {
  std::vector<std::string_view> known;
  for (const auto& option : jail.options) {
    known.push_back(option.name);
  }
  auto message = say(Word::config_no_option, {name, wanted});
  if (const auto nearest = text::nearest(wanted, known); !nearest.empty()) {
    message += " " + say(Word::app_did_you_mean, {std::string(nearest)});
  }
  return usage_error(message);
}

int tell_about(const ExplainedJail& jail, const std::string& name, const std::string& wanted) {
  std::string out;
  std::string owner;
  bool any = false;
  for (const auto& option : jail.options) {
    if (!wanted.empty() && option.name != wanted) {
      continue;
    }
    if (option.owner != owner) {
      owner = option.owner;
      out += "\n" + text::escape(owner) + ":\n";
    }
    any = true;
    out += describe(option, jail.problems);
  }
  bool broken = false;
  for (const auto& problem : jail.problems) {
    tell(problem_text(problem));
    broken = broken || problem.severity == Problem::Severity::error;
  }
  if (!any && !wanted.empty() && !broken) {
    return no_option(jail, name, wanted);
  }
  if (!jail.enabled) {
    tell(say(Word::config_not_enabled, {name}));
  }
  const auto printed = print(out.starts_with('\n') ? out.substr(1) : out);
  return broken ? static_cast<int>(exit_usage) : printed;
}

int explain_value(const ConfigSettings& settings, const std::string& given) {
  const auto folder = settings.folder.empty() ? guard::config::default_folder()
                                              : std::filesystem::path(settings.folder);
  const auto compat = guard::config::parse_compat(settings.compat);
  const auto jails = guard::config::jails_in(folder);
  if (!jails) {
    return usage_error(jails.error().detail);
  }
  const auto [name, option] = jail_and_option(given, *jails);
  if (name.empty()) {
    return usage_error(say(Word::config_usage), "spranga help config");
  }
  auto jail = guard::config::explain_jail(folder, name, compat);
  if (jail) {
    JailTrial trial;
    trial.compat = compat;
    trial.jails = {name};
    add_new(jail->problems, try_jails(folder, trial));
    return tell_about(*jail, name, option);
  }
  auto message = say(Word::config_no_jail, {name, folder.string()});
  if (!jail.error().detail.empty()) {
    message += " " + say(Word::app_did_you_mean, {jail.error().detail});
  }
  return usage_error(message);
}

}  // namespace

std::vector<Option> config_command_options() {
  ConfigSettings nobody_reads;
  auto options = bind_config(nobody_reads);
  for (auto& option : options) {
    option.apply = [](const std::string&) { return Result<void>(); };
  }
  return options;
}

int config_command(std::span<const std::string> arguments) {
  ConfigSettings settings;
  const auto rest = parse_arguments(bind_config(settings), arguments);
  if (!rest) {
    return usage_error(rest.error().detail, "spranga help config");
  }
  constexpr std::size_t wanted = 2;
  if (rest->size() != wanted || rest->front() != "explain") {
    return usage_error(say(Word::config_usage), "spranga help config");
  }
  return explain_value(settings, rest->back());
}

}  // namespace spranga::app
