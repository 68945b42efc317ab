// "set JAIL" and "get JAIL".
#include <algorithm>
#include <array>

#include "guard/config/parameters.h"
#include "guard/control/action_verbs.h"
#include "guard/control/ban_verbs.h"
#include "guard/control/command.h"
#include "guard/pickle/python_text.h"

namespace spranga::guard::control {

namespace {

using Kind = Value::Kind;
using enum JailSetting;

template <JailSetting setting>
Outcome<Value> get_it(const Command& command) {
  SPRANGA_VERB_TRY(const auto* const jail, command.jail(0));
  return jail->get(setting);
}

/// Sets it, and answers with what the jail has then.
template <JailSetting setting>
Outcome<Value> put(const Command& command, const Value& value) {
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_CHECK(jail->set(setting, value));
  return jail->get(setting);
}

template <JailSetting setting>
Outcome<Value> set_text(const Command& command) {
  SPRANGA_VERB_TRY(const auto text, command.text(2));
  return put<setting>(command, Value::of(text));
}

template <JailSetting setting>
Outcome<Value> set_integer(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(2));
  SPRANGA_VERB_TRY(const auto number, to_integer(given));
  return put<setting>(command, Value::of(number));
}

/// An expression to add; of multi-set a list of them.
template <JailSetting setting>
Outcome<Value> add_expression(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(2));
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  if (!command.multiple) {
    SPRANGA_VERB_CHECK(jail->add(setting, Value::of(pickle::str(given))));
    return jail->get(setting);
  }
  for (const auto& expression : given.items) {
    SPRANGA_VERB_CHECK(jail->add(setting, expression));
  }
  return Value::of(true);
}

template <JailSetting setting>
Outcome<Value> remove_expression(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(2));
  SPRANGA_VERB_TRY(const auto index, to_integer(given));
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_CHECK(jail->remove(setting, Value::of(index)));
  return jail->get(setting);
}

Outcome<Value> set_idle(const Command& command) {
  SPRANGA_VERB_TRY(const auto word, command.text(2));
  if (word != "on" && word != "off") {
    return raise("Exception", "Invalid idle option, must be 'on' or 'off'");
  }
  return put<idle>(command, Value::of(word == "on"));
}

Outcome<Value> set_ignoreself(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(2));
  return put<ignoreself>(command, Value::of(to_boolean(given)));
}

Outcome<Value> add_ignoreip(const Command& command) {
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  for (const auto& one : command.texts(2)) {
    if (!one.empty()) {
      SPRANGA_VERB_CHECK(jail->add(ignoreip, Value::of(one)));
    }
  }
  return jail->get(ignoreip);
}

Outcome<Value> remove_ignoreip(const Command& command) {
  SPRANGA_VERB_TRY(const auto one, command.text(2));
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_CHECK(jail->remove(ignoreip, Value::of(one)));
  return jail->get(ignoreip);
}

/// 'key="<ip>", max-count=100, max-time=5m' as [key, count, seconds]; nothing as None.
Outcome<Value> cache_of(const std::string& text) {
  const auto options = config::parse_reference("cache[" + text + "]", {});
  if (!options) {
    return raise("ValueError", options.error().detail);
  }
  const auto& given = options->parameters;
  if (given.begin() == given.end()) {
    return Value::none();
  }
  const auto option = [&given](std::string_view name, const char* standard) {
    const auto* const found = given.find(name);
    return Value::of(found != nullptr ? found->str() : standard);
  };
  if (!given.contains("key")) {
    return raise("KeyError", "key");
  }
  SPRANGA_VERB_TRY(const auto count, to_integer(option("max-count", "100")));
  SPRANGA_VERB_TRY(const auto seconds, to_seconds(option("max-time", "300")));
  return Value::list({option("key", ""), Value::of(count), seconds});
}

Outcome<Value> set_ignorecache(const Command& command) {
  SPRANGA_VERB_TRY(const auto text, command.text(2));
  SPRANGA_VERB_CHECK(command.jail(0));
  SPRANGA_VERB_TRY(const auto cache, cache_of(text));
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_CHECK(jail->set(ignorecache, Value::of(cache.is(Kind::none) ? "" : text)));
  return cache;
}

Outcome<Value> get_ignorecache(const Command& command) {
  SPRANGA_VERB_TRY(const auto* const jail, command.jail(0));
  const auto value = jail->get(ignorecache);
  return value.is_text() ? cache_of(value.text) : Outcome<Value>(value);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

Outcome<Value> add_logpath(const Command& command) {
  SPRANGA_VERB_TRY(const auto path, command.text(2));
  if (command.words.size() > 4) {
    return raise("ValueError", "Only one file can be added at a time");
  }
  const auto place = command.words.size() == 4 ? lower(pickle::str(command.words[3])) : "head";
  if (place != "head" && place != "tail") {
    return raise("ValueError", "File option must be 'head' or 'tail'");
  }
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_CHECK(jail->add_logpath(path, place == "tail"));
  return jail->get(logpath);
}

Outcome<Value> remove_logpath(const Command& command) {
  SPRANGA_VERB_TRY(const auto path, command.text(2));
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_CHECK(jail->remove(logpath, Value::of(path)));
  return jail->get(logpath);
}

Outcome<Value> add_journalmatch(const Command& command) {
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_CHECK(jail->add(journalmatch, Value::list(command.texts(2))));
  return jail->get(journalmatch);
}

Outcome<Value> remove_journalmatch(const Command& command) {
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_CHECK(jail->remove(journalmatch, Value::list(command.texts(2))));
  return jail->get(journalmatch);
}

/// What is no mode is the safe one.
Outcome<Value> set_usedns(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(2));
  auto mode = given.is(Kind::boolean) ? std::string(given.integer != 0 ? "yes" : "no")
                                      : lower(pickle::str(given));
  if (mode != "yes" && mode != "warn" && mode != "raw") {
    mode = "no";
  }
  return put<usedns>(command, Value::of(mode));
}

Outcome<Value> set_findtime(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(2));
  SPRANGA_VERB_CHECK(command.jail(0));
  SPRANGA_VERB_TRY(const auto seconds, to_seconds(given));
  return put<findtime>(command, seconds);
}

Outcome<Value> set_bantime(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(2));
  SPRANGA_VERB_CHECK(command.jail(0));
  SPRANGA_VERB_TRY(const auto seconds, to_seconds(given));
  SPRANGA_VERB_TRY(const auto whole, to_integer(seconds));
  return put<bantime>(command, Value::of(whole));
}

Outcome<Value> set_maxlines(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(2));
  SPRANGA_VERB_TRY(const auto lines, to_integer(given));
  SPRANGA_VERB_CHECK(command.jail(0));
  if (lines <= 0) {
    return raise("ValueError", "maxlines must be integer greater than zero");
  }
  return put<maxlines>(command, Value::of(lines));
}

constexpr std::array jail_set_table = {
    Verb{"idle", set_idle},
    Verb{"ignoreself", set_ignoreself},
    Verb{"addignoreip", add_ignoreip},
    Verb{"delignoreip", remove_ignoreip},
    Verb{"ignorecommand", set_text<ignorecommand>, true},
    Verb{"ignorecache", set_ignorecache},
    Verb{"addlogpath", add_logpath},
    Verb{"dellogpath", remove_logpath},
    Verb{"logencoding", set_text<logencoding>},
    Verb{"addjournalmatch", add_journalmatch},
    Verb{"deljournalmatch", remove_journalmatch},
    Verb{"prefregex", set_text<prefregex>},
    Verb{"addfailregex", add_expression<failregex>},
    Verb{"delfailregex", remove_expression<failregex>},
    Verb{"addignoreregex", add_expression<ignoreregex>},
    Verb{"delignoreregex", remove_expression<ignoreregex>},
    Verb{"usedns", set_usedns},
    Verb{"findtime", set_findtime},
    Verb{"datepattern", set_text<datepattern>},
    Verb{"logtimezone", set_text<logtimezone>},
    Verb{"maxmatches", set_integer<maxmatches>},
    Verb{"maxretry", set_integer<maxretry>},
    Verb{"maxlines", set_maxlines},
    Verb{"bantime", set_bantime},
    Verb{"attempt", set_attempt},
    Verb{"banip", set_banip},
    Verb{"unbanip", set_unbanip},
    Verb{"addaction", set_addaction, true},
    Verb{"delaction", set_delaction},
    Verb{"action", set_action, true},
};

constexpr std::array jail_get_table = {
    Verb{"banned", get_banned},
    Verb{"banip", get_banip},
    Verb{"logpath", get_it<logpath>},
    Verb{"logencoding", get_it<logencoding>},
    Verb{"journalmatch", get_it<journalmatch>},
    Verb{"ignoreself", get_it<ignoreself>},
    Verb{"ignoreip", get_it<ignoreip>},
    Verb{"ignorecommand", get_it<ignorecommand>},
    Verb{"ignorecache", get_ignorecache},
    Verb{"prefregex", get_it<prefregex>},
    Verb{"failregex", get_it<failregex>},
    Verb{"ignoreregex", get_it<ignoreregex>},
    Verb{"usedns", get_it<usedns>},
    Verb{"findtime", get_it<findtime>},
    Verb{"datepattern", get_it<datepattern>},
    Verb{"logtimezone", get_it<logtimezone>},
    Verb{"maxmatches", get_it<maxmatches>},
    Verb{"maxretry", get_it<maxretry>},
    Verb{"maxlines", get_it<maxlines>},
    Verb{"bantime", get_it<bantime>},
    Verb{"actions", get_actions},
    Verb{"action", get_action},
    Verb{"actionproperties", get_actionproperties},
    Verb{"actionmethods", get_actionmethods},
};

}  // namespace

std::span<const Verb> jail_set_verbs() {
  return jail_set_table;
}

std::span<const Verb> jail_get_verbs() {
  return jail_get_table;
}

}  // namespace spranga::guard::control
