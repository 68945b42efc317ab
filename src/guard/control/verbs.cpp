#include "guard/control/verbs.h"

#include <algorithm>
#include <array>
#include <utility>

#include "guard/control/command.h"
#include "guard/pickle/python_text.h"

namespace spranga::guard::control {

namespace {

using Kind = Value::Kind;

constexpr std::size_t longest_log = 400;  // of a command that failed

/// The rest of "set" or "get" behind its first word: a setting of the server, else a jail.
const Verb* find_setting(std::span<const Value> words,
                         std::span<const Verb> of_server,
                         std::span<const Verb> of_jail) {
  if (!words.empty()) {
    if (const auto* const verb = find_verb(of_server, words[0])) {
      return verb;
    }
  }
  return words.size() > 1 ? find_verb(of_jail, words[1]) : nullptr;
}

bool is_bantime_option(const Value& word) {
  return word.is_text() && word.text.starts_with("bantime.");
}

std::string bantime_option(const Value& word) {
  return word.text.substr(std::string_view("bantime.").size());
}

/// increment is a boolean, two are times, the others are kept as they were written.
Outcome<Value> bantime_value(const std::string& option, const Value& given) {
  const bool empty = given.is(Kind::none) || (given.is_text() && given.text.empty());
  if (option == "increment") {
    return Value::of(!empty && to_boolean(given));
  }
  if (empty) {
    return Value::none();
  }
  return option == "maxtime" || option == "rndtime" ? to_seconds(given) : given;
}

Outcome<Value> set_bantime_option(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(2));
  const auto option = bantime_option(command.words[1]);
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_TRY(const auto value, bantime_value(option, given));
  SPRANGA_VERB_CHECK(jail->set_bantime_option(option, value));
  return value;
}

Outcome<Value> set(const Command& command) {
  SPRANGA_VERB_CHECK(command.at(0));
  if (const auto* const verb = find_setting(command.words, server_set_verbs(), jail_set_verbs())) {
    return verb->handler(command);
  }
  SPRANGA_VERB_TRY(const auto word, command.at(1));
  if (is_bantime_option(word)) {
    return set_bantime_option(command);
  }
  return raise("Exception",
               "Invalid command " + pickle::repr(word) + " (no set action or not yet implemented)");
}

Outcome<Value> get(const Command& command) {
  SPRANGA_VERB_CHECK(command.at(0));
  if (const auto* const verb = find_setting(command.words, server_get_verbs(), jail_get_verbs())) {
    return verb->handler(command);
  }
  SPRANGA_VERB_TRY(const auto word, command.at(1));
  if (is_bantime_option(word)) {
    SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
    return jail->bantime_option(bantime_option(word));
  }
  return raise("Exception", "Invalid command (no get action or not yet implemented)");
}

Outcome<Value> run(Server& server, const Peer& peer, const Value& command) {
  if (!command.is_sequence()) {
    return raise("TypeError", "a command is a list");
  }
  if (command.items.empty()) {
    return raise("IndexError", "list index out of range");
  }
  if (defines_commands(command)) {
    if (const auto why = server.why_no_commands(peer); !why.empty()) {
      return raise("PermissionError", why);
    }
  }
  const auto& name = command.items[0];
  const std::span<const Value> words(command.items);
  const bool multiple = name.is_text() && name.text == "multi-set";
  if (multiple || name == Value::of("set")) {
    return set({server, words.subspan(1), multiple});
  }
  if (name == Value::of("get")) {
    return get({server, words.subspan(1)});
  }
  const auto* const verb = find_verb(top_verbs(), name);
  return verb != nullptr ? verb->handler({server, words}) : raise("Exception", "Invalid command");
}

/// How long the reply to "sleep" waits.
Milliseconds delay_of(const Value& command) {
  const bool sleeps =
      command.is_sequence() && command.items.size() > 1 && command.items[0] == Value::of("sleep");
  if (!sleeps) {
    return {};
  }
  const auto wanted = to_real(command.items[1]);
  if (!wanted) {
    return {};
  }
  const double longest = static_cast<double>(longest_sleep.count()) / 1000;
  return Milliseconds(static_cast<std::int64_t>(std::clamp(*wanted, 0.0, longest) * 1000));
}

std::string log_line(const Value& command, const Value& exception) {
  auto shown = pickle::repr(command);
  if (shown.size() > longest_log) {
    shown.resize(longest_log);
    shown += "...";
  }
  return "Command " + shown + " has failed. Received " + pickle::repr(exception);
}

}  // namespace

bool defines_commands(const Value& command) {
  const auto& words = command.items;
  if (!command.is_sequence() || words.size() < 3 || !words[0].is_text() ||
      (words[0].text != "set" && words[0].text != "multi-set") ||
      find_verb(server_set_verbs(), words[1]) != nullptr) {
    return false;
  }
  const auto* const verb = find_verb(jail_set_verbs(), words[2]);
  return verb != nullptr && verb->defines_commands;
}

Reply answer(Server& server, const Peer& peer, const Value& command) {
  Reply reply;
  auto outcome = run(server, peer, command);
  if (outcome) {
    reply.value = Value::tuple({Value::of(0), std::move(*outcome)});
    reply.after = delay_of(command);
  } else {
    reply.log = log_line(command, outcome.error());
    reply.value = Value::tuple({Value::of(1), std::move(outcome.error())});
  }
  return reply;
}

}  // namespace spranga::guard::control
