#include "text/duration.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace spranga::text {

namespace {

struct Unit {
  std::string_view suffix;
  std::chrono::milliseconds length;
};

constexpr std::array units = {
    Unit{"", std::chrono::seconds(1)},
    Unit{"s", std::chrono::seconds(1)},
    Unit{"ms", std::chrono::milliseconds(1)},
    Unit{"m", std::chrono::minutes(1)},
    Unit{"h", std::chrono::hours(1)},
};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  long long count = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) {
    return std::nullopt;
  }
  const auto suffix = text.substr(static_cast<std::size_t>(rest - text.data()));
  const auto* unit = std::ranges::find(units, suffix, &Unit::suffix);
  if (unit == units.end() || count <= 0 || count > longest_duration / unit->length) {
    return std::nullopt;
  }
  return count * unit->length;
}

}  // namespace spranga::text
