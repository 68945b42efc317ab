// Value: what a pickle of fail2ban's protocol can hold. Data only, of Python's kinds.
//
// A text is bytes: UTF-8 where it can be, and as it came where not, as Python's surrogateescape
// does for file names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spranga::guard::pickle {

struct Value {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    list,
    tuple,
    set,
    frozenset,
    dict,
    exception,
  };

  Kind kind{Kind::none};
  std::int64_t integer{0};  // of a boolean 0 or 1
  double real{0};
  std::string text;          // text, bytes; an exception's class, see exceptions.h
  std::vector<Value> items;  // of a dict: key, value, key, value, …; an exception's arguments

  [[nodiscard]] static Value none() { return {}; }

  [[nodiscard]] static Value of(bool value) { return {Kind::boolean, value ? 1 : 0, 0, {}, {}}; }

  [[nodiscard]] static Value of(int value) { return of(std::int64_t{value}); }

  [[nodiscard]] static Value of(std::int64_t value) { return {Kind::integer, value, 0, {}, {}}; }

  [[nodiscard]] static Value of(double value) { return {Kind::real, 0, value, {}, {}}; }

  [[nodiscard]] static Value of(std::string_view value) {
    return {Kind::text, 0, 0, std::string(value), {}};
  }

  [[nodiscard]] static Value of(const char* value) { return of(std::string_view(value)); }

  [[nodiscard]] static Value of(const std::string& value) { return of(std::string_view(value)); }

  [[nodiscard]] static Value bytes(std::string_view value) {
    return {Kind::bytes, 0, 0, std::string(value), {}};
  }

  [[nodiscard]] static Value list(std::vector<Value> items = {}) {
    return {Kind::list, 0, 0, {}, std::move(items)};
  }

  [[nodiscard]] static Value list(const std::vector<std::string>& texts) {
    Value out = list();
    for (const auto& text : texts) {
      out.items.push_back(of(text));
    }
    return out;
  }

  [[nodiscard]] static Value tuple(std::vector<Value> items = {}) {
    return {Kind::tuple, 0, 0, {}, std::move(items)};
  }

  [[nodiscard]] static Value dict(std::vector<Value> keys_and_values = {}) {
    return {Kind::dict, 0, 0, {}, std::move(keys_and_values)};
  }

  [[nodiscard]] static Value exception(std::string_view name, std::vector<Value> arguments) {
    return {Kind::exception, 0, 0, std::string(name), std::move(arguments)};
  }

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }

  [[nodiscard]] bool is_text() const { return kind == Kind::text; }

  /// isinstance(value, int): a boolean is one.
  [[nodiscard]] bool is_integer() const { return kind == Kind::integer || kind == Kind::boolean; }

  [[nodiscard]] bool is_sequence() const { return kind == Kind::list || kind == Kind::tuple; }

  friend bool operator==(const Value&, const Value&) = default;
};

}  // namespace spranga::guard::pickle
