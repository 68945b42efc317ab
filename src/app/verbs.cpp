#include <algorithm>
#include <array>

#include "app/adopt_command.h"
#include "app/catalogue_commands.h"
#include "app/check_command.h"
#include "app/client_command.h"
#include "app/client_options.h"
#include "app/config_command.h"
#include "app/guard_command.h"
#include "app/help.h"
#include "app/language.h"
#include "app/live_commands.h"
#include "app/output.h"
#include "app/regex_command.h"
#include "app/regex_options.h"
#include "app/replay_command.h"
#include "app/shell_commands.h"
#include "app/tour_command.h"
#include "app/verb.h"
#include "app/version.h"
#include "app/why_command.h"
#include "text/nearest.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

std::vector<Option> no_options() {
  return {};
}

// clang-format off
constexpr std::array verb_table = {
    Verb{"check", Word::arguments_targets, Word::verb_check, check_command_options, check_command, Listing::overview},
    Verb{"tour", Word::none, Word::verb_tour, tour_command_options, tour_command, Listing::overview},
    Verb{"guard", Word::none, Word::verb_guard, guard_command_options, guard_command, Listing::overview},
    Verb{"status", Word::none, Word::verb_status, live_command_options, status_command, Listing::overview},
    Verb{"jails", Word::none, Word::verb_jails, live_command_options, jails_command, Listing::help},
    Verb{"ban", Word::arguments_addresses, Word::verb_ban, ban_command_options, ban_command, Listing::help},
    Verb{"unban", Word::arguments_addresses, Word::verb_unban, unban_command_options, unban_command, Listing::help},
    Verb{"top", Word::none, Word::verb_top, top_command_options, top_command, Listing::help},
    Verb{"reload", Word::none, Word::verb_reload, live_command_options, reload_command, Listing::help},
    Verb{"regex", Word::arguments_regex, Word::verb_regex, regex_command_options, regex_command, Listing::help},
    Verb{"client", Word::arguments_command, Word::verb_client, client_command_options, client_command, Listing::help, true},
    Verb{"server", Word::arguments_command, Word::verb_client, client_command_options, server_command, Listing::hidden, true},
    Verb{"config", Word::arguments_explain, Word::verb_config, config_command_options, config_command, Listing::help},
    Verb{"adopt", Word::none, Word::verb_adopt, adopt_command_options, adopt_command, Listing::help},
    Verb{"replay", Word::arguments_files, Word::verb_replay, replay_command_options, replay_command, Listing::overview},
    Verb{"why", Word::arguments_address_files, Word::verb_why, why_command_options, why_command, Listing::overview},
    Verb{"why-not", Word::arguments_address_files, Word::verb_why_not, why_command_options, why_not_command, Listing::help},
    Verb{"explain", Word::argument_id, Word::verb_explain, no_options, explain_command, Listing::help},
    Verb{"help", Word::arguments_verb, Word::verb_help, no_options, help_command, Listing::overview},
    Verb{"version", Word::none, Word::verb_version, no_options, version_command, Listing::help},
    Verb{"completion", Word::arguments_shell, Word::verb_completion, no_options, completion_command, Listing::help},
    Verb{"man", Word::arguments_verb, Word::verb_man, no_options, man_command, Listing::help},
    Verb{"docs", Word::none, Word::verb_docs, no_options, docs_command, Listing::hidden},
};

// clang-format on

int unknown_verb(const std::string& given) {
  std::vector<std::string_view> known;
  for (const auto& verb : verbs()) {
    known.push_back(verb.name);
  }
  const auto what = given.starts_with('-') ? Word::app_unknown_option : Word::app_unknown_verb;
  auto message = say(what, {given});
  const bool is_server = given.find_first_of(".:") != std::string::npos;
  const auto nearest =
      is_server ? "spranga check " + given : std::string(text::nearest(given, known));
  message += nearest.empty() ? "" : " " + say(Word::app_did_you_mean, {nearest});
  return usage_error(message, "spranga help");
}

/// --help and --version stand anywhere, but not behind "--".
bool asks_for(std::span<const std::string> arguments,
              std::string_view name,
              std::string_view other) {
  const auto end = std::ranges::find(arguments, "--");
  return std::any_of(arguments.begin(), end, [&](const std::string& argument) {
    return argument == name || argument == other;
  });
}

}  // namespace

std::span<const Verb> verbs() {
  return verb_table;
}

const Verb* find_verb(std::string_view name) {
  const auto* found = std::ranges::find(verb_table, name, &Verb::name);
  return found == verb_table.end() ? nullptr : found;
}

int run_command_line(std::span<const std::string> typed) {
  std::vector<std::string> without_language(typed.begin(), typed.end());
  if (const auto chosen = choose_language(without_language); !chosen) {
    return usage_error(chosen.error().detail, "spranga help");
  }
  const std::span<const std::string> arguments = without_language;
  if (arguments.empty()) {
    return print(overview(Listing::overview));
  }
  const auto& first = arguments.front();
  const auto* verb = find_verb(first);
  if (verb == nullptr && first.starts_with('-')) {
    if (first == "--version") {
      return version_command({});
    }
    return first == "--help" || first == "-h" ? print(overview(Listing::help))
                                              : unknown_verb(first);
  }
  if (verb == nullptr) {
    return unknown_verb(first);
  }
  const auto rest = arguments.subspan(1);
  if (verb->own_answers) {
    return verb->run(rest);
  }
  if (asks_for(rest, "--help", "-h")) {
    return print(help_of(*verb));
  }
  if (asks_for(rest, "--version", "--version")) {
    return version_command({});
  }
  if (verb->arguments == Word::none && verb->options().empty() && !rest.empty()) {
    return usage_error(say(Word::app_too_many_arguments, {rest.front()}), "spranga help");
  }
  return verb->run(rest);
}

}  // namespace spranga::app
