#include "guard/config/python_number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace spranga::guard::config {

namespace {

std::string real_text(double value) {
  // repr(float): the shortest that reads back, with an exponent from 1e16 on and below 1e-4.
  std::array<char, 64> buffer{};
  const auto size =
      std::abs(value) >= 1e16 || (value != 0 && std::abs(value) < 1e-4)
          ? std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::scientific)
          : std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::fixed);
  std::string out(buffer.data(), size.ptr);
  return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

double real(const Number& number) {
  return std::visit([](auto value) { return static_cast<double>(value); }, number);
}

bool both_whole(const Number& a, const Number& b) {
  return std::holds_alternative<std::int64_t>(a) && std::holds_alternative<std::int64_t>(b);
}

Result<Number> too_large() {
  return fail(Errc::too_large, "the number is too large");
}

/// Python rounds // and % towards minus infinity.
Number floor_divide(std::int64_t a, std::int64_t b) {
  const auto quotient = a / b;
  return quotient - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

Result<Number> whole_result(char op, std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  const bool overflow = op == '+'   ? __builtin_add_overflow(a, b, &out)
                        : op == '-' ? __builtin_sub_overflow(a, b, &out)
                                    : __builtin_mul_overflow(a, b, &out);
  return overflow ? too_large() : Result<Number>(Number(out));
}

/// Python's words for a division by nothing.
std::string_view no_division(std::string_view op, bool whole) {
  if (op == "/") {
    return whole ? "division by zero" : "float division by zero";
  }
  if (op == "%") {
    return whole ? "integer modulo by zero" : "float modulo";
  }
  return whole ? "integer division or modulo by zero" : "float floor division by zero";
}

Result<Number> divided_whole(std::string_view op, std::int64_t a, std::int64_t b) {
  if (b == -1) {  // the smallest number has no opposite
    return op == "//" ? whole_result('-', 0, a) : Result<Number>(Number(std::int64_t{0}));
  }
  const auto quotient = std::get<std::int64_t>(floor_divide(a, b));
  return op == "//" ? Number(quotient) : Number(a - quotient * b);
}

Result<Number> divided(std::string_view op, const Number& a, const Number& b) {
  const bool whole = both_whole(a, b);
  if (real(b) == 0) {
    return fail(Errc::malformed, std::string(no_division(op, whole)));
  }
  if (op == "/") {
    return Number(real(a) / real(b));
  }
  if (whole) {
    return divided_whole(op, std::get<std::int64_t>(a), std::get<std::int64_t>(b));
  }
  const auto quotient = std::floor(real(a) / real(b));
  return Number(op == "//" ? quotient : real(a) - quotient * real(b));
}

}  // namespace

Result<Number> power(const Number& a, const Number& b) {
  if (!both_whole(a, b) || std::get<std::int64_t>(b) < 0) {
    const auto value = std::pow(real(a), real(b));
    return std::isfinite(value) ? Result<Number>(value) : too_large();
  }
  std::int64_t out = 1;
  const auto base = std::get<std::int64_t>(a);
  const auto times = std::get<std::int64_t>(b);
  if (base == 0 || base == 1 || base == -1) {
    return Number(times == 0 ? 1 : base == -1 && times % 2 == 0 ? 1 : base);
  }
  for (std::int64_t i = 0; i < times; ++i) {
    if (__builtin_mul_overflow(out, base, &out)) {
      return too_large();
    }
  }
  return Number(out);
}

Result<Number> combine(std::string_view op, const Number& a, const Number& b) {
  if (op == "/" || op == "//" || op == "%") {
    return divided(op, a, b);
  }
  if (both_whole(a, b)) {
    return whole_result(op.front(), std::get<std::int64_t>(a), std::get<std::int64_t>(b));
  }
  const auto value = op == "+"   ? real(a) + real(b)
                     : op == "-" ? real(a) - real(b)
                                 : real(a) * real(b);
  return std::isfinite(value) ? Result<Number>(value) : too_large();
}

Result<Number> negated(const Number& number) {
  const auto* const value = std::get_if<double>(&number);
  return value != nullptr ? Number(-*value) : combine("-", std::int64_t{0}, number);
}

std::string to_text(const Number& number) {
  const auto* const whole = std::get_if<std::int64_t>(&number);
  return whole != nullptr ? std::to_string(*whole) : real_text(std::get<double>(number));
}

}  // namespace spranga::guard::config
