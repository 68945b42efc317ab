// The verbs that stand first, but "set" and "get".
#include <algorithm>
#include <array>
#include <cmath>

#include "guard/control/command.h"
#include "guard/pickle/python_text.h"

namespace spranga::guard::control {

namespace {

using Kind = Value::Kind;

Value row(std::string_view name, Value value) {
  return Value::tuple({Value::of(name), std::move(value)});
}

Outcome<Value> ping(const Command& /*command*/) {
  return Value::of("pong");
}

Outcome<Value> version(const Command& command) {
  return Value::of(command.server.version());
}

Outcome<Value> echo(const Command& command) {
  return Value::list(std::vector<Value>(command.words.begin() + 1, command.words.end()));
}

Outcome<Value> server_status(const Command& /*command*/) {
  return Value::of("Server ready");
}

Outcome<Value> add(const Command& command) {
  SPRANGA_VERB_TRY(const auto name, command.text(1));
  if (name == "--all") {
    return raise("Exception", "Reserved name " + pickle::repr(Value::of(name)));
  }
  const auto backend = command.words.size() > 2 ? pickle::str(command.words[2]) : "auto";
  SPRANGA_VERB_CHECK(command.server.add_jail(name, backend));
  return Value::of(name);
}

Outcome<Value> start(const Command& command) {
  SPRANGA_VERB_TRY(const auto name, command.text(1));
  SPRANGA_VERB_CHECK(command.jail(1));
  SPRANGA_VERB_CHECK(command.server.start_jail(name));
  return Value::none();
}

Outcome<Value> stop(const Command& command) {
  if (command.words.size() == 1) {
    command.server.stop();
    return Value::none();
  }
  const auto name = pickle::str(command.words[1]);
  if (name == "--all") {
    SPRANGA_VERB_CHECK(command.server.stop_all_jails());
    return Value::none();
  }
  SPRANGA_VERB_CHECK(command.jail(1));
  SPRANGA_VERB_CHECK(command.server.stop_jail(name));
  return Value::none();
}

bool holds(const Value& list, std::string_view word) {
  for (const auto& item : list.items) {
    if (item.is_text() && item.text == word) {
      return true;
    }
  }
  return false;
}

/// "reload", JAIL or --all, options, the configuration.
Outcome<Value> reload(const Command& command) {
  SPRANGA_VERB_TRY(const auto name, command.text(1));
  SPRANGA_VERB_TRY(const auto options, command.at(2));
  SPRANGA_VERB_TRY(const auto stream, command.at(3));
  Reload wanted;
  wanted.jail = name == "--all" ? "" : name;
  wanted.restart = holds(options, "--restart");
  wanted.unban = holds(options, "--unban");
  wanted.if_exists = holds(options, "--if-exists");
  wanted.stream = &stream;
  if (!wanted.jail.empty() && !wanted.if_exists) {
    SPRANGA_VERB_CHECK(command.jail(1));
  }
  SPRANGA_VERB_CHECK(command.server.reload(wanted));
  return Value::of("OK");
}

Outcome<Value> server_stream(const Command& command) {
  SPRANGA_VERB_TRY(const auto stream, command.at(1));
  SPRANGA_VERB_CHECK(command.server.server_stream(stream));
  return Value::none();
}

Outcome<Value> config_error(const Command& command) {
  SPRANGA_VERB_TRY(const auto message, command.text(1));
  command.server.config_error(message);
  return Value::none();
}

/// The reply waits (verbs.cpp); here it is only seen whether the time is one.
Outcome<Value> sleep(const Command& command) {
  SPRANGA_VERB_TRY(const auto given, command.at(1));
  SPRANGA_VERB_TRY(const auto seconds, to_real(given));
  if (std::isnan(seconds) || seconds < 0) {
    return raise("ValueError", "sleep length must be non-negative");
  }
  return Value::none();
}

Outcome<Value> flushlogs(const Command& command) {
  return Value::of(command.server.flush_logs() ? "rolled over" : "flushed");
}

Outcome<Value> unban(const Command& command) {
  if (command.words.size() < 2) {
    return raise("Exception", "Invalid command");
  }
  const auto ids = command.texts(1);
  const bool all = ids.size() == 1 && ids[0] == "--all";
  std::int64_t count = 0;
  for (const auto& name : command.server.jails()) {
    auto* const jail = command.server.jail(name);
    if (all) {
      count += jail->unban_all();
      continue;
    }
    for (const auto& id : ids) {
      count += jail->unban(id);
    }
  }
  return Value::of(count);
}

/// Without addresses: {JAIL: [ID, …]} of each jail; with some: of each the jails that hold it.
Outcome<Value> banned(const Command& command) {
  auto out = Value::list();
  const auto names = command.server.jails();
  if (command.words.size() == 1) {
    for (const auto& name : names) {
      auto ids = Value::list();
      for (const auto& ban : command.server.jail(name)->bans()) {
        ids.items.push_back(Value::of(ban.id));
      }
      out.items.push_back(Value::dict({Value::of(name), std::move(ids)}));
    }
    return out;
  }
  for (const auto& id : command.texts(1)) {
    auto jails = Value::list();
    for (const auto& name : names) {
      if (command.server.jail(name)->is_banned(id)) {
        jails.items.push_back(Value::of(name));
      }
    }
    out.items.push_back(std::move(jails));
  }
  return out;
}

Value status_of_server(Server& server) {
  auto names = server.jails();
  std::sort(names.begin(), names.end());
  std::string list;
  for (const auto& name : names) {
    list += (list.empty() ? "" : ", ") + name;
  }
  return Value::list({row("Number of jail", Value::of(static_cast<std::int64_t>(names.size()))),
                      row("Jail list", Value::of(list))});
}

Value status_of_jail(JailControl& jail, std::string_view flavour) {
  const auto status = jail.status();
  auto filter = Value::list(
      {row("Currently failed", Value::of(status.currently_failed)),
       row("Total failed", Value::of(status.total_failed)),
       row(status.of_journal ? "Journal matches" : "File list", Value::list(status.sources))});
  auto actions = Value::list({row("Currently banned", Value::of(status.currently_banned)),
                              row("Total banned", Value::of(status.total_banned))});
  if (flavour != "short") {
    auto ids = Value::list();
    for (const auto& ban : jail.bans()) {
      ids.items.push_back(Value::of(ban.id));
    }
    actions.items.push_back(row("Banned IP list", std::move(ids)));
  }
  if (flavour == "cymru") {
    const auto lists = jail.cymru();
    actions.items.push_back(row("Banned ASN list", Value::list(lists.asn)));
    actions.items.push_back(row("Banned Country list", Value::list(lists.country)));
    actions.items.push_back(row("Banned RIR list", Value::list(lists.rir)));
  }
  return Value::list({row("Filter", std::move(filter)), row("Actions", std::move(actions))});
}

Outcome<Value> status(const Command& command) {
  if (command.words.size() == 1) {
    return status_of_server(command.server);
  }
  if (command.words.size() > 3) {
    return raise("Exception", "Invalid command (no status)");
  }
  SPRANGA_VERB_TRY(auto* const jail, command.jail(1));
  const auto flavour = command.words.size() > 2 ? pickle::str(command.words[2]) : "basic";
  return status_of_jail(*jail, flavour);
}

constexpr std::array table = {
    Verb{"ping", ping},
    Verb{"version", version},
    Verb{"echo", echo},
    Verb{"server-status", server_status},
    Verb{"server-stream", server_stream},
    Verb{"config-error", config_error},
    Verb{"add", add},
    Verb{"start", start},
    Verb{"stop", stop},
    Verb{"reload", reload},
    Verb{"sleep", sleep},
    Verb{"flushlogs", flushlogs},
    Verb{"unban", unban},
    Verb{"banned", banned},
    Verb{"status", status},
};

}  // namespace

std::span<const Verb> top_verbs() {
  return table;
}

}  // namespace spranga::guard::control
