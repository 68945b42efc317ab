#include "guard/control/command.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <variant>

#include "guard/config/python_text.h"
#include "guard/config/time_expression.h"
#include "guard/pickle/python_text.h"

namespace spranga::guard::control {

Outcome<std::string> Command::text(std::size_t index) const {
  SPRANGA_VERB_TRY(const auto value, at(index));
  return pickle::str(value);
}

std::vector<std::string> Command::texts(std::size_t index) const {
  std::vector<std::string> out;
  for (std::size_t i = index; i < words.size(); ++i) {
    out.push_back(pickle::str(words[i]));
  }
  return out;
}

Outcome<JailControl*> Command::jail(std::size_t index) const {
  SPRANGA_VERB_TRY(const auto name, text(index));
  auto* const found = server.jail(name);
  return found != nullptr ? Outcome<JailControl*>(found) : unknown_jail(name);
}

Outcome<std::int64_t> to_integer(const Value& value) {
  if (value.is_integer()) {
    return value.integer;
  }
  constexpr double beyond = 9.2e18;
  if (value.is(Value::Kind::real) && std::fabs(value.real) < beyond) {
    return static_cast<std::int64_t>(value.real);
  }
  if (!value.is_text()) {
    return raise("TypeError",
                 "int() argument must be a string, a bytes-like object or a real number");
  }
  const auto digits = config::parse_integer(value.text);
  std::int64_t out = 0;
  if (!digits) {
    return raise("ValueError", "invalid literal for int() with base 10: " + pickle::repr(value));
  }
  const auto read = std::from_chars(digits->data(), digits->data() + digits->size(), out);
  if (read.ec != std::errc()) {
    return raise("OverflowError", "int too large to convert");
  }
  return out;
}

Outcome<double> to_real(const Value& value) {
  const auto text = pickle::str(value);
  char* end = nullptr;
  const double out = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') {
    return raise("ValueError", "could not convert string to float: " + pickle::repr(value));
  }
  return out;
}

Outcome<Value> to_seconds(const Value& value) {
  if (value.is_integer() || value.is(Value::Kind::real)) {
    return value;
  }
  const auto number = config::evaluate_time(pickle::str(value));
  if (!number) {
    return raise("ValueError", number.error().detail);
  }
  const auto* const whole = std::get_if<std::int64_t>(&*number);
  return whole != nullptr ? Value::of(*whole) : Value::of(std::get<double>(*number));
}

bool to_boolean(const Value& value) {
  if (value.is_text()) {
    return config::is_true(value.text);
  }
  return value.integer != 0 || value.real != 0 || !value.items.empty();
}

const Verb* find_verb(std::span<const Verb> verbs, const Value& name) {
  if (!name.is_text()) {
    return nullptr;
  }
  const auto found =
      std::ranges::find_if(verbs, [&](const Verb& verb) { return verb.name == name.text; });
  return found != verbs.end() ? &*found : nullptr;
}

}  // namespace spranga::guard::control
