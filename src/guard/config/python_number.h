// Numbers as Python counts them, where a division makes a fraction of whole numbers, // and % round
// towards minus infinity, and a division by nothing is refused in Python's words. What Python would
// count without end is refused here: whole numbers have 64 bits, fractions are finite.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace spranga::guard::config {

using Number = std::variant<std::int64_t, double>;

/// `op`: + - * / // %
[[nodiscard]] Result<Number> combine(std::string_view op, const Number& a, const Number& b);

/// a ** b
[[nodiscard]] Result<Number> power(const Number& a, const Number& b);

/// -number
[[nodiscard]] Result<Number> negated(const Number& number);

/// As Python's str() writes it.
[[nodiscard]] std::string to_text(const Number& number);

}  // namespace spranga::guard::config
