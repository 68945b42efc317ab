// A Value as a pickle that Python reads.
#pragma once

#include <string>

#include "guard/pickle/value.h"

namespace spranga::guard::pickle {

inline constexpr int highest_protocol = 5;

/// `protocol` 2 to 5, others count as the nearest of them.
[[nodiscard]] std::string to_pickle(const Value& value, int protocol = 4);

}  // namespace spranga::guard::pickle
