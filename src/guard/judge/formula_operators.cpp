#include "guard/judge/formula_operators.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace spranga::guard {

namespace {

using Numbers = std::span<const Number>;

/// Python has whole numbers of any size; beyond this a ban is for good anyway.
constexpr double largest_shift = 1023;

Number truth(bool is) {
  return {is ? 1.0 : 0.0, true};
}

Result<Number> add(Number a, Number b) {
  return Number{a.value + b.value, a.whole && b.whole};
}

Result<Number> subtract(Number a, Number b) {
  return Number{a.value - b.value, a.whole && b.whole};
}

Result<Number> multiply(Number a, Number b) {
  return Number{a.value * b.value, a.whole && b.whole};
}

Result<Number> divide(Number a, Number b) {
  if (b.value == 0) {
    return fail(Errc::malformed, "division by zero");
  }
  return Number{a.value / b.value, false};
}

Result<Number> divide_floored(Number a, Number b) {
  if (b.value == 0) {
    return fail(Errc::malformed, "division by zero");
  }
  return Number{std::floor(a.value / b.value), a.whole && b.whole};
}

Result<Number> remainder(Number a, Number b) {
  if (b.value == 0) {
    return fail(Errc::malformed, "modulo by zero");
  }
  const auto left = std::fmod(a.value, b.value);
  const bool other_side = left != 0 && (left < 0) != (b.value < 0);
  return Number{other_side ? left + b.value : left, a.whole && b.whole};
}

Result<Number> power(Number a, Number b) {
  if (a.value == 0 && b.value < 0) {
    return fail(Errc::malformed, "0 cannot be raised to a negative power");
  }
  return Number{std::pow(a.value, b.value), a.whole && b.whole && b.value >= 0};
}

Result<Number> shift(Number a, Number b, double direction) {
  if (!a.whole || !b.whole || b.value < 0) {
    return fail(Errc::malformed, "a shift needs whole numbers, the second not below 0");
  }
  const auto steps = static_cast<int>(std::min(b.value, largest_shift) * direction);
  return Number{std::floor(std::ldexp(a.value, steps)), true};
}

Result<Number> shift_left(Number a, Number b) {
  return shift(a, b, 1);
}

Result<Number> shift_right(Number a, Number b) {
  return shift(a, b, -1);
}

template <bool (*Compare)(double, double)>
Result<Number> compared(Number a, Number b) {
  return truth(Compare(a.value, b.value));
}

bool less(double a, double b) {
  return a < b;
}

bool less_or_equal(double a, double b) {
  return a <= b;
}

bool equal(double a, double b) {
  return a == b;
}

bool greater(double a, double b) {
  return less(b, a);
}

bool greater_or_equal(double a, double b) {
  return less_or_equal(b, a);
}

bool unequal(double a, double b) {
  return !equal(a, b);
}

Result<Number> whole_of(double value) {
  if (std::isnan(value) || std::isinf(value)) {
    return fail(Errc::malformed, "not a finite number");
  }
  return Number{value, true};
}

Result<Number> to_int(Numbers arguments) {
  return whole_of(std::trunc(arguments[0].value));
}

Result<Number> to_float(Numbers arguments) {
  return Number{arguments[0].value, false};
}

/// To even, as Python rounds; with digits a fraction stays one.
Result<Number> rounded(Numbers arguments) {
  if (arguments.size() == 1) {
    return whole_of(std::nearbyint(arguments[0].value));
  }
  const auto scale = std::pow(10.0, arguments[1].value);
  return Number{std::nearbyint(arguments[0].value * scale) / scale, arguments[0].whole};
}

Result<Number> least_of(Numbers arguments) {
  return *std::ranges::min_element(arguments, {}, &Number::value);
}

Result<Number> greatest_of(Numbers arguments) {
  return *std::ranges::max_element(arguments, {}, &Number::value);
}

Result<Number> absolute(Numbers arguments) {
  return Number{std::fabs(arguments[0].value), arguments[0].whole};
}

template <double (*Function)(double)>
Result<Number> math(Numbers arguments) {
  const auto value = Function(arguments[0].value);
  if (std::isnan(value) || std::isinf(value)) {
    return fail(Errc::malformed, "math domain or range error");
  }
  return Number{value, false};
}

template <double (*Function)(double)>
Result<Number> math_whole(Numbers arguments) {
  return whole_of(Function(arguments[0].value));
}

Result<Number> math_power(Numbers arguments) {
  const auto value = std::pow(arguments[0].value, arguments[1].value);
  return std::isnan(value) ? Result<Number>(fail(Errc::malformed, "math domain error"))
                           : Result<Number>(Number{value, false});
}

Result<Number> logarithm(Numbers arguments) {
  if (arguments[0].value <= 0 || (arguments.size() > 1 && arguments[1].value <= 0)) {
    return fail(Errc::malformed, "math domain error");
  }
  const auto natural = std::log(arguments[0].value);
  return arguments.size() == 1 ? Result<Number>(Number{natural, false})
                               : divide({natural, false}, {std::log(arguments[1].value), false});
}

constexpr std::array operators = {
    FormulaOperator{"**", binds_power, power},
    FormulaOperator{"//", binds_product, divide_floored},
    FormulaOperator{"*", binds_product, multiply},
    FormulaOperator{"/", binds_product, divide},
    FormulaOperator{"%", binds_product, remainder},
    FormulaOperator{"+", binds_sum, add},
    FormulaOperator{"-", binds_sum, subtract},
    FormulaOperator{"<<", binds_shift, shift_left},
    FormulaOperator{">>", binds_shift, shift_right},
    FormulaOperator{"<=", binds_comparison, compared<less_or_equal>},
    FormulaOperator{">=", binds_comparison, compared<greater_or_equal>},
    FormulaOperator{"==", binds_comparison, compared<equal>},
    FormulaOperator{"!=", binds_comparison, compared<unequal>},
    FormulaOperator{"<", binds_comparison, compared<less>},
    FormulaOperator{">", binds_comparison, compared<greater>},
};

constexpr int any_number = 64;

constexpr std::array functions = {
    FormulaFunction{"int", 1, 1, to_int},
    FormulaFunction{"float", 1, 1, to_float},
    FormulaFunction{"round", 1, 2, rounded},
    FormulaFunction{"min", 2, any_number, least_of},
    FormulaFunction{"max", 2, any_number, greatest_of},
    FormulaFunction{"abs", 1, 1, absolute},
    FormulaFunction{"math.exp", 1, 1, math<std::exp>},
    FormulaFunction{"math.expm1", 1, 1, math<std::expm1>},
    FormulaFunction{"math.log", 1, 2, logarithm},
    FormulaFunction{"math.log2", 1, 1, math<std::log2>},
    FormulaFunction{"math.log10", 1, 1, math<std::log10>},
    FormulaFunction{"math.log1p", 1, 1, math<std::log1p>},
    FormulaFunction{"math.sqrt", 1, 1, math<std::sqrt>},
    FormulaFunction{"math.pow", 2, 2, math_power},
    FormulaFunction{"math.fabs", 1, 1, math<std::fabs>},
    FormulaFunction{"math.floor", 1, 1, math_whole<std::floor>},
    FormulaFunction{"math.ceil", 1, 1, math_whole<std::ceil>},
    FormulaFunction{"math.trunc", 1, 1, math_whole<std::trunc>},
    FormulaFunction{"math.sin", 1, 1, math<std::sin>},
    FormulaFunction{"math.cos", 1, 1, math<std::cos>},
    FormulaFunction{"math.tan", 1, 1, math<std::tan>},
    FormulaFunction{"math.atan", 1, 1, math<std::atan>},
    FormulaFunction{"math.tanh", 1, 1, math<std::tanh>},
};

constexpr std::array constants = {
    FormulaConstant{"math.pi", {std::numbers::pi, false}},
    FormulaConstant{"math.e", {std::numbers::e, false}},
    FormulaConstant{"True", {1, true}},
    FormulaConstant{"False", {0, true}},
};

constexpr std::array variables = {
    FormulaVariable{"ban.Time",
                    [](const FormulaInput& in) {
                      return Number{in.ban_time, true};
                    }},
    FormulaVariable{"ban.Count",
                    [](const FormulaInput& in) {
                      return Number{static_cast<double>(in.ban_count), true};
                    }},
    FormulaVariable{"banFactor", [](const FormulaInput& in) { return in.factor; }},
};

}  // namespace

std::span<const FormulaOperator> formula_operators() {
  return operators;
}

std::span<const FormulaFunction> formula_functions() {
  return functions;
}

std::span<const FormulaConstant> formula_constants() {
  return constants;
}

std::span<const FormulaVariable> formula_variables() {
  return variables;
}

}  // namespace spranga::guard
