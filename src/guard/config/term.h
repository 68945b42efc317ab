// Terms: what a command of the -d list is made of. Python objects, as far as fail2ban uses them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard/config/value.h"

namespace spranga::guard::config {

struct Term {
  enum class Kind { text, literal, list, dict };  // literal: None, True, a number

  Kind kind{Kind::text};
  std::string text;
  std::vector<Term> items;  // of a dict: key, value, key, value, …
  Place place;              // where a text was written

  [[nodiscard]] static Term of(std::string_view text, const Place& place = {}) {
    return {Kind::text, std::string(text), {}, place};
  }

  [[nodiscard]] static Term of(const Traced& text) {
    return {Kind::text, text.text(), {}, text.place_at(0)};
  }

  [[nodiscard]] static Term of(const Value& value) {
    const bool plain = value.kind == Value::Kind::text;
    return {plain ? Kind::text : Kind::literal, value.str(), {}, value.text.place_at(0)};
  }

  [[nodiscard]] static Term list(std::vector<Term> items) {
    return {Kind::list, "", std::move(items), {}};
  }
};

using Commands = std::vector<Term>;  // each a list

/// As Python's print() shows it.
[[nodiscard]] std::string to_text(const Term& term);

/// As pprint shows it with an indent of 2 in 1000 columns.
[[nodiscard]] std::string to_pretty_text(const Term& term);

}  // namespace spranga::guard::config
