// "set" and "get" of the server's own settings.
#include <algorithm>
#include <array>

#include "guard/control/command.h"

namespace spranga::guard::control {

namespace {

using Kind = Value::Kind;

template <ServerSetting setting>
Outcome<Value> get_it(const Command& command) {
  return command.server.get(setting);
}

/// Sets a text, and answers with what the server has then.
template <ServerSetting setting>
Outcome<Value> set_text(const Command& command) {
  SPRANGA_VERB_TRY(const auto text, command.text(1));
  SPRANGA_VERB_CHECK(command.server.set(setting, Value::of(text)));
  return command.server.get(setting);
}

Outcome<Value> set_loglevel(const Command& command) {
  SPRANGA_VERB_TRY(auto level, command.text(1));
  std::transform(level.begin(), level.end(), level.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  SPRANGA_VERB_CHECK(command.server.set(ServerSetting::loglevel, Value::of(level)));
  return command.server.get(ServerSetting::loglevel);
}

Outcome<Value> set_allowipv6(const Command& command) {
  SPRANGA_VERB_TRY(const auto value, command.at(1));
  SPRANGA_VERB_CHECK(command.server.set(ServerSetting::allowipv6, value));
  return value;
}

Outcome<Value> set_thread(const Command& command) {
  SPRANGA_VERB_TRY(const auto value, command.at(1));
  if (!value.is(Kind::dict)) {
    return raise("AttributeError", "'str' object has no attribute 'items'");
  }
  SPRANGA_VERB_CHECK(command.server.set(ServerSetting::thread, value));
  return Value::none();
}

/// The database's own settings are nothing without a database.
bool has_database(const Command& command) {
  return !command.server.get(ServerSetting::dbfile).is(Kind::none);
}

Outcome<Value> set_dbmaxmatches(const Command& command) {
  if (!has_database(command)) {
    return Value::none();
  }
  SPRANGA_VERB_TRY(const auto given, command.at(1));
  SPRANGA_VERB_TRY(const auto count, to_integer(given));
  SPRANGA_VERB_CHECK(command.server.set(ServerSetting::dbmaxmatches, Value::of(count)));
  return command.server.get(ServerSetting::dbmaxmatches);
}

Outcome<Value> set_dbpurgeage(const Command& command) {
  if (!has_database(command)) {
    return Value::none();
  }
  SPRANGA_VERB_TRY(const auto given, command.at(1));
  SPRANGA_VERB_TRY(const auto seconds, to_seconds(given));
  SPRANGA_VERB_CHECK(command.server.set(ServerSetting::dbpurgeage, seconds));
  return command.server.get(ServerSetting::dbpurgeage);
}

using enum ServerSetting;

constexpr std::array server_set_table = {
    Verb{"loglevel", set_loglevel},
    Verb{"logtarget", set_text<logtarget>},
    Verb{"syslogsocket", set_text<syslogsocket>},
    Verb{"allowipv6", set_allowipv6},
    Verb{"thread", set_thread},
    Verb{"dbfile", set_text<dbfile>},
    Verb{"dbmaxmatches", set_dbmaxmatches},
    Verb{"dbpurgeage", set_dbpurgeage},
};

constexpr std::array server_get_table = {
    Verb{"loglevel", get_it<loglevel>},
    Verb{"logtarget", get_it<logtarget>},
    Verb{"syslogsocket", get_it<syslogsocket>},
    Verb{"thread", get_it<thread>},
    Verb{"dbfile", get_it<dbfile>},
    Verb{"dbmaxmatches", get_it<dbmaxmatches>},
    Verb{"dbpurgeage", get_it<dbpurgeage>},
};

}  // namespace

std::span<const Verb> server_set_verbs() {
  return server_set_table;
}

std::span<const Verb> server_get_verbs() {
  return server_get_table;
}

}  // namespace spranga::guard::control
