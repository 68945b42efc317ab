// The only file that knows CLI11. Its exceptions end here.
#include "app/parse_arguments.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "text/nearest.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

std::string names_of(const Option& option) {
  const std::string name(option.name);
  return option.short_name.empty() ? name : std::string(option.short_name) + "," + name;
}

/// CLI11's messages begin with a name: "--ports: 1 required TEXT missing", "quiet was given a
/// disallowed flag override".
std::string mismatch(const std::string& message) {
  if (message.find("override") != std::string::npos) {
    return say(Word::app_takes_no_value, {"--" + message.substr(0, message.find(' '))});
  }
  return say(Word::app_needs_value, {message.substr(0, message.find(':'))});
}

Failure unknown_option(std::span<const Option> options, const std::string& given) {
  const auto name = given.substr(0, given.find('='));
  std::vector<std::string_view> known;
  for (const auto& option : options) {
    known.push_back(option.name);
    known.push_back(option.short_name);
  }
  auto message = say(Word::app_unknown_option, {name});
  if (const auto nearest = text::nearest(name, known); !nearest.empty()) {
    message += " " + say(Word::app_did_you_mean, {std::string(nearest)});
  }
  return fail(Errc::malformed, message);
}

/// Applies a value; CLI11 wants an exception where it is wrong.
void take(const Option& option, const std::string& value) {
  if (!option.choices.empty() && std::ranges::count(option.choices, value) == 0) {
    std::string list;
    for (const auto choice : option.choices) {
      list += (list.empty() ? "" : ", ") + std::string(choice);
    }
    throw CLI::ValidationError(std::string(option.name), say(Word::value_no_choice, {value, list}));
  }
  if (const auto taken = option.apply(value); !taken) {
    throw CLI::ValidationError(std::string(option.name), taken.error().detail);
  }
}

void add(CLI::App& app, const Option& option) {
  if (option.takes_value()) {
    app.add_option_function<std::string>(
           names_of(option), [&option](const std::string& value) { take(option, value); })
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  } else {
    app.add_flag_callback(names_of(option), [&option] { take(option, ""); })
        ->disable_flag_override();
  }
}

/// An option that may go without its value gets the one that it implies then: what follows it is no
/// value but a target.
void imply_value(std::span<const Option> options, std::string& argument) {
  for (const auto& option : options) {
    if (!option.implied.empty() && argument == option.name) {
      argument.append("=").append(option.implied);
    }
  }
}

bool needs_value(std::span<const Option> options, std::string_view name) {
  return std::ranges::any_of(options, [&](const Option& option) {
    return option.takes_value() && option.implied.empty() &&
           (option.name == name || option.short_name == name);
  });
}

/// Does this argument want the next one as its value? "--ports", "-p" and "-4p" do, "--ports=25"
/// and "-p25" do not.
bool wants_next(std::span<const Option> options, const std::string& argument) {
  if (!argument.starts_with('-') || argument.starts_with("--")) {
    return needs_value(options, argument);
  }
  for (std::size_t i = 1; i < argument.size(); ++i) {
    if (needs_value(options, std::string("-") + argument[i])) {
      return i + 1 == argument.size();
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> without_targets(std::span<const Option> options,
                                         std::span<const std::string> arguments,
                                         std::vector<std::string> targets) {
  std::vector<std::string> left;
  bool is_value = false;
  for (const auto& argument : arguments) {
    if (!is_value && argument == "--") {
      break;  // targets only
    }
    const auto target = std::ranges::find(targets, argument);
    if (!is_value && target != targets.end()) {
      targets.erase(target);
      continue;
    }
    is_value = !is_value && wants_next(options, argument);
    left.push_back(argument);
  }
  return left;
}

Result<std::vector<std::string>> parse_arguments(std::span<const Option> options,
                                                 std::span<const std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (const auto& option : options) {
    add(app, option);
  }
  // What stands behind "--" is no option; and CLI11 would take the brackets off "[2001:db8::1]".
  const auto end = std::ranges::find(arguments, "--");
  std::vector<std::string> reversed(arguments.begin(), end);
  std::ranges::reverse(reversed);
  std::ranges::for_each(reversed, [&](std::string& argument) { imply_value(options, argument); });
  try {
    app.parse(reversed);
  } catch (const CLI::ValidationError& error) {
    return fail(Errc::malformed, error.what());  // "--ports: " and our own words
  } catch (const CLI::ArgumentMismatch& error) {
    return fail(Errc::malformed, mismatch(error.what()));
  } catch (const CLI::Error& error) {
    return fail(Errc::malformed, say(Word::app_bad_arguments, {error.what()}));
  }
  auto positionals = app.remaining();
  for (const auto& rest : positionals) {
    if (rest.size() > 1 && rest.front() == '-') {
      return unknown_option(options, rest);
    }
  }
  positionals.insert(positionals.end(), end == arguments.end() ? end : end + 1, arguments.end());
  return positionals;
}

}  // namespace spranga::app
