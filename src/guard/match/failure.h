// Failure: what an expression caught of a line, as fail2ban keeps it: a Python dict, in whose order
// rows are printed.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ban/sighting.h"

namespace spranga::guard {

/// A line as before, date, after: what expressions see is before + after.
struct LineParts {
  std::string before;
  std::string date;
  std::string after;

  [[nodiscard]] std::string whole() const { return before + date + after; }

  [[nodiscard]] std::string seen() const { return before + after; }

  [[nodiscard]] bool operator==(const LineParts&) const = default;
};

using TuplePart = std::optional<std::string>;
using FieldContent =
    std::variant<std::monostate, std::string, std::set<std::string>, std::vector<TuplePart>>;

struct Field {
  std::string name;
  FieldContent content;
};

class Failure {
public:
  std::vector<Field> fields;
  std::vector<LineParts> matches;
  std::vector<LineParts> nofail_matches;
  bool pending{false};  // waits for a line of its session that knows the address
  int counted{0};       // failures of its session that lines have told of so far

  [[nodiscard]] const FieldContent* find(std::string_view name) const;

  /// The text of a field that is set; none: unset, absent, or no text.
  [[nodiscard]] const std::string* text(std::string_view name) const;

  /// Python's truth: set, and not empty.
  [[nodiscard]] bool has(std::string_view name) const;

  void set(std::string_view name, FieldContent content);

  /// Takes the field away; true where it was there and true in Python's sense.
  bool drop(std::string_view name);

  /// dict.update(): values of `newer` win, unset ones too, unless `only_set`.
  void update(const Failure& newer, bool only_set);
};

[[nodiscard]] bool is_set(const FieldContent& content);

/// What Python takes for true.
[[nodiscard]] bool is_true(const FieldContent& content);

/// For others: tuples lose the difference between "" and None.
[[nodiscard]] ban::FieldValue to_value(const FieldContent& content);

}  // namespace spranga::guard
