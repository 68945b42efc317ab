// DateReader: what a template caught → a point in time.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ban/instant.h"
#include "guard/dates/civil.h"
#include "guard/dates/date_fields.h"
#include "guard/dates/date_template.h"
#include "guard/dates/zone.h"

namespace spranga::guard {

/// Of dates without an offset of their own.
struct DefaultZone {
  std::optional<int> minutes;  // a fixed offset (logtimezone); none: the zone below
  Zone zone;                   // the system's, or a logtimezone with rules
};

struct ReadDate {
  std::optional<ban::Instant> time;  // none: impossible
  bool trips_fail2ban{false};
  bool is_integer{false};  // a Python int: its offset was known
};

class DateReader {
public:
  explicit DateReader(DefaultZone default_zone)
      : minutes_(default_zone.minutes), local_(std::move(default_zone.zone)) {}

  /// Of a template with fields.
  [[nodiscard]] ReadDate complete(DateFields fields, ban::Instant now);

private:
  [[nodiscard]] std::int64_t local_now(ban::Instant now);

  std::optional<int> minutes_;
  LocalToUtc local_;
  std::int64_t now_minute_{INT64_MIN};  // of the last local_now()
  std::int64_t now_offset_{0};
};

/// Of a template without fields: an epoch, TAI64N.
[[nodiscard]] ReadDate read_number_date(const DateTemplate& form, const Match& match);

}  // namespace spranga::guard
