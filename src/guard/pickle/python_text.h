// Values as Python prints them.
#pragma once

#include <string>

#include "guard/pickle/value.h"

namespace spranga::guard::pickle {

/// repr(value).
[[nodiscard]] std::string repr(const Value& value);

/// str(value).
[[nodiscard]] std::string str(const Value& value);

/// repr(float), shortest: "1.0", "1e+16", "inf".
[[nodiscard]] std::string float_text(double value);

}  // namespace spranga::guard::pickle
