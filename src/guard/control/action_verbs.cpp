#include "guard/control/action_verbs.h"

#include <algorithm>

#include "guard/pickle/python_text.h"

namespace spranga::guard::control {

namespace {

/// The jail is the word at 0, its action the word at 2.
Outcome<ActionControl*> action_of(const Command& command) {
  SPRANGA_VERB_TRY(const auto name, command.text(2));
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  auto* const action = jail->action(name);
  return action != nullptr ? Outcome<ActionControl*>(action)
                           : raise("KeyError", "Invalid Action name: " + name);
}

Outcome<Value> property(const ActionControl& action, const std::string& name) {
  if (auto value = action.get(name)) {
    return std::move(*value);
  }
  return raise("AttributeError",
               "'CommandAction' object has no attribute " + pickle::repr(Value::of(name)));
}

bool is_method(const ActionControl& action, const std::string& name) {
  const auto methods = action.methods();
  return std::find(methods.begin(), methods.end(), name) != methods.end();
}

/// [NAME, VALUE] or [METHOD, JSON], as often as there are.
Outcome<Value> set_many(ActionControl& action, const Value& changes) {
  for (const auto& change : changes.items) {
    if (!change.is_sequence() || change.items.empty()) {
      return raise("IndexError", "list index out of range");
    }
    const auto name = pickle::str(change.items[0]);
    const bool given = change.items.size() > 1;
    if (is_method(action, name)) {
      SPRANGA_VERB_CHECK(action.call(name, given ? pickle::str(change.items[1]) : ""));
    } else if (given) {
      SPRANGA_VERB_CHECK(action.set(name, change.items[1]));
    } else {
      return raise("IndexError", "list index out of range");
    }
  }
  return Value::of(true);
}

}  // namespace

Outcome<Value> set_addaction(const Command& command) {
  SPRANGA_VERB_TRY(const auto name, command.text(2));
  std::string script;
  std::string arguments;
  if (command.words.size() > 3) {
    script = pickle::str(command.words[3]);
    SPRANGA_VERB_TRY(arguments, command.text(4));
  }
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  SPRANGA_VERB_CHECK(jail->add_action(name, script, arguments));
  return Value::of(name);
}

Outcome<Value> set_delaction(const Command& command) {
  SPRANGA_VERB_TRY(const auto name, command.text(2));
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  if (jail->action(name) == nullptr) {
    return raise("KeyError", "Invalid Action name: " + name);
  }
  SPRANGA_VERB_CHECK(jail->delete_action(name));
  return Value::none();
}

Outcome<Value> set_action(const Command& command) {
  SPRANGA_VERB_TRY(auto* const action, action_of(command));
  SPRANGA_VERB_TRY(const auto key, command.at(3));
  if (command.multiple) {
    return set_many(*action, key);
  }
  const auto name = pickle::str(key);
  if (is_method(*action, name)) {
    return action->call(name, command.words.size() > 4 ? pickle::str(command.words[4]) : "");
  }
  SPRANGA_VERB_TRY(const auto value, command.at(4));
  SPRANGA_VERB_CHECK(action->set(name, value));
  return property(*action, name);
}

Outcome<Value> get_actions(const Command& command) {
  SPRANGA_VERB_TRY(auto* const jail, command.jail(0));
  return Value::list(jail->actions());
}

Outcome<Value> get_action(const Command& command) {
  SPRANGA_VERB_CHECK(command.at(2));
  SPRANGA_VERB_TRY(const auto name, command.text(3));
  SPRANGA_VERB_TRY(const auto* const action, action_of(command));
  return property(*action, name);
}

Outcome<Value> get_actionproperties(const Command& command) {
  SPRANGA_VERB_TRY(const auto* const action, action_of(command));
  return Value::list(action->properties());
}

Outcome<Value> get_actionmethods(const Command& command) {
  SPRANGA_VERB_TRY(const auto* const action, action_of(command));
  return Value::list(action->methods());
}

}  // namespace spranga::guard::control
