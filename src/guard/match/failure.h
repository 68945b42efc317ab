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
  std::size_t unseen{0};  // bytes that it has besides, where nobody will look at them

  [[nodiscard]] std::string whole() const { return before + date + after; }

  [[nodiscard]] std::string seen() const { return before + after; }

  [[nodiscard]] std::size_t bytes() const {
    return before.size() + date.size() + after.size() + unseen;
  }

  [[nodiscard]] bool operator==(const LineParts&) const = default;
};

/// A text that nobody will look at: its length.
struct UnseenText {
  std::size_t bytes{0};

  [[nodiscard]] bool empty() const { return bytes == 0; }
};

using TuplePart = std::optional<std::string>;
using FieldContent = std::
    variant<std::monostate, std::string, std::set<std::string>, std::vector<TuplePart>, UnseenText>;

struct Field {
  std::string_view name;  // of an expression's group, which outlives it, or of a table
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
  [[nodiscard]] FieldContent* find(std::string_view name);

  /// The text of a field that is set; none: unset, absent, or no text.
  [[nodiscard]] const std::string* text(std::string_view name) const;

  /// Python's truth: set, and not empty.
  [[nodiscard]] bool has(std::string_view name) const;

  /// `name` must outlive the failure.
  void set(std::string_view name, FieldContent&& content);

  /// Takes the field away; true where it was there and true in Python's sense.
  bool drop(std::string_view name);

  /// dict.update(): values of `newer` win, unset ones too, unless `only_set`.
  void update(Failure newer, bool only_set);
};

[[nodiscard]] bool is_set(const FieldContent& content);

/// What Python takes for true.
[[nodiscard]] bool is_true(const FieldContent& content);

/// For others: tuples lose the difference between "" and None.
[[nodiscard]] ban::FieldValue to_value(const FieldContent& content);

}  // namespace spranga::guard
