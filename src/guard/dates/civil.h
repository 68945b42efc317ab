// Calendar arithmetic (proleptic Gregorian, years 1 to 9999 as Python's datetime), and local time
// to UTC as the C library's mktime does it.
#pragma once

#include <cstdint>
#include <optional>

#include "guard/dates/zone.h"

namespace spranga::guard {

constexpr std::int64_t seconds_a_day = 86'400;

struct CivilTime {
  std::int64_t year{1970};
  std::int64_t month{1};
  std::int64_t day{1};
  std::int64_t hour{0};
  std::int64_t minute{0};
  std::int64_t second{0};

  [[nodiscard]] bool operator==(const CivilTime&) const = default;
};

[[nodiscard]] bool is_possible(const CivilTime& time);

/// Days since 1 January 1970.
[[nodiscard]] std::int64_t days_since_1970(std::int64_t year, std::int64_t month, std::int64_t day);

/// As if the time were UTC. Only for possible times.
[[nodiscard]] std::int64_t seconds_since_1970(const CivilTime& time);

/// The other way round; nullopt = before year 1 or after 9999.
[[nodiscard]] std::optional<CivilTime> civil_time(std::int64_t seconds);

/// Local time → UTC. Where clocks went back a time means two instants, where they went forward
/// none: mktime then decides by the offset that its last answer had, so this remembers it too.
class LocalToUtc {
public:
  explicit LocalToUtc(Zone zone) : zone_(std::move(zone)) {}

  /// `local`: seconds since 1970 as if the local time were UTC. nullopt = mktime gives up.
  [[nodiscard]] std::optional<std::int64_t> convert(std::int64_t local);

  [[nodiscard]] const Zone& zone() const { return zone_; }

private:
  [[nodiscard]] std::optional<std::int64_t> probe(std::int64_t local) const;

  Zone zone_;
  std::int64_t shift_{0};           // UTC − local of the last answer
  std::int64_t minute_{INT64_MIN};  // local minute of the last answer
};

}  // namespace spranga::guard
