// Durations as people write them: "10", "10s", "500ms", "2m", "1h". A bare number is seconds.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace spranga::text {

/// nullopt where `text` is no duration, is not above zero, or is longer than `longest_duration`.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

inline constexpr std::chrono::hours longest_duration{1000};

}  // namespace spranga::text
