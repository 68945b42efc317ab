#include "guard/control/stream.h"

#include <charconv>
#include <optional>

namespace spranga::guard::control {

namespace {

using pickle::Value;

template <class T>
std::optional<T> whole_number(std::string_view text) {
  T out{};
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc() && read.ptr == end ? std::optional<T>(out) : std::nullopt;
}

/// None, True, False, a number.
Value literal(const std::string& text) {
  if (text == "None") {
    return Value::none();
  }
  if (text == "True" || text == "False") {
    return Value::of(text == "True");
  }
  if (const auto integer = whole_number<std::int64_t>(text)) {
    return Value::of(*integer);
  }
  if (const auto real = whole_number<double>(text)) {
    return Value::of(*real);
  }
  return Value::of(text);
}

}  // namespace

Value to_value(const config::Term& term) {
  using Kind = config::Term::Kind;
  if (term.kind == Kind::text) {
    return Value::of(term.text);
  }
  if (term.kind == Kind::literal) {
    return literal(term.text);
  }
  Value out = term.kind == Kind::list ? Value::list() : Value::dict();
  for (const auto& item : term.items) {
    out.items.push_back(to_value(item));
  }
  return out;
}

Value to_value(const config::Commands& commands) {
  Value out = Value::list();
  for (const auto& command : commands) {
    out.items.push_back(to_value(command));
  }
  return out;
}

}  // namespace spranga::guard::control
