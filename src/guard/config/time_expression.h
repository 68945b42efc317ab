// Spans of time as fail2ban's options write them: "10m", "1h 30m", "1d12h", "1year-6mo", "-1".
// fail2ban hands them to Python's eval(); here they are a grammar of numbers, units, + - * / // %
// ** and parentheses.
#pragma once

#include <chrono>
#include <string_view>

#include "base/result.h"
#include "guard/config/python_number.h"

namespace spranga::guard::config {

/// In seconds. The error has Python's words where `--str2sec` prints them.
[[nodiscard]] Result<Number> evaluate_time(std::string_view text);

/// evaluate_time() in whole seconds, cut off as fail2ban does.
[[nodiscard]] Result<std::chrono::seconds> parse_time(std::string_view text);

}  // namespace spranga::guard::config
