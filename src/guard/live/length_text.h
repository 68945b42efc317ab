// A length of time as fail2ban's log has it: "2d 7h 15m", at most three units, rounded to the
// smallest.
#pragma once

#include <chrono>
#include <string>

namespace spranga::guard {

[[nodiscard]] std::string length_text(std::chrono::seconds length);

}  // namespace spranga::guard
