// A span of time: a finite number, or an error with words; blanks around it change nothing.
#include <cmath>
#include <string>

#include "fuzz/input.h"
#include "guard/config/time_expression.h"

using namespace spranga::guard::config;
using spranga::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = spranga::fuzz::as_text(data, size);
  const auto number = evaluate_time(text);
  if (!number) {
    require(!number.error().detail.empty());
    return 0;
  }
  if (const auto* const real = std::get_if<double>(&*number)) {
    require(std::isfinite(*real));
  }
  require(!to_text(*number).empty());
  static_cast<void>(parse_time(text));
  const auto blanks = evaluate_time("  " + std::string(text) + "\n ");
  require(blanks || text.size() + 4 > 4096);
  return 0;
}
