// What the grammar of Formula knows by name: operators, functions, constants and variables, as
// tables.
#pragma once

#include <span>
#include <string_view>

#include "guard/judge/formula.h"

namespace spranga::guard {

struct FormulaOperator {
  std::string_view sign;
  int binds;  // the higher, the tighter; operators of one level stand together
  Result<Number> (*apply)(Number left, Number right);
};

struct FormulaFunction {
  std::string_view name;
  int least;  // number of arguments
  int most;
  Result<Number> (*apply)(std::span<const Number> arguments);
};

struct FormulaConstant {
  std::string_view name;
  Number value;
};

struct FormulaVariable {
  std::string_view name;
  Number (*value)(const FormulaInput& input);
};

/// Longer signs stand before their beginnings ("**" before "*").
[[nodiscard]] std::span<const FormulaOperator> formula_operators();
[[nodiscard]] std::span<const FormulaFunction> formula_functions();
[[nodiscard]] std::span<const FormulaConstant> formula_constants();
[[nodiscard]] std::span<const FormulaVariable> formula_variables();

/// Levels of `binds`.
inline constexpr int binds_comparison = 1;
inline constexpr int binds_shift = 2;
inline constexpr int binds_sum = 3;
inline constexpr int binds_product = 4;
inline constexpr int binds_power = 5;

}  // namespace spranga::guard
