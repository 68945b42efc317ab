// The names in a state file, in the order of the enumerations that they stand for.
#pragma once

#include <array>
#include <string_view>

namespace spranga::check {

inline constexpr std::string_view state_schema = "spranga.ban/1";

inline constexpr std::array<std::string_view, 5> status_keys = {
    "pass", "fail", "warn", "info", "not_tested"};
inline constexpr std::array<std::string_view, 3> confidence_keys = {"proven", "likely", "indirect"};

}  // namespace spranga::check
