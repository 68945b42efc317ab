// Formula: whatever stands in bantime.formula, it is understood or refused, and computed or not; it
// never hangs, and a value is the same twice.
#include <cmath>

#include "fuzz/input.h"
#include "guard/judge/formula.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto formula = spranga::guard::Formula::parse(spranga::fuzz::as_text(data, size));
  if (!formula) {
    return 0;
  }
  const spranga::guard::FormulaInput input{600, 3, {2, true}};
  const auto first = formula->value(input);
  const auto second = formula->value(input);
  spranga::fuzz::require(first.has_value() == second.has_value());
  spranga::fuzz::require(!first || first->value == second->value ||
                         (std::isnan(first->value) && std::isnan(second->value)));
  return 0;
}
