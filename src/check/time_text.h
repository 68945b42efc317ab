// Times as a person reads them.
#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"

namespace spranga::check {

/// "25 s", "4 min", "9 min 58 s", "3 h", "1 h 30 min".
[[nodiscard]] std::string span_text(Milliseconds span);

/// "2026-11-25 16:52", this machine's local time, up to the next minute.
[[nodiscard]] std::string clock_text(std::chrono::system_clock::time_point when);

}  // namespace spranga::check
