// DateReader: what a template caught → a point in time.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ban/instant.h"
#include "guard/dates/civil.h"
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
  bool depends_on_now{false};        // year or day were missing
  bool trips_fail2ban{false};
};

class DateReader {
public:
  explicit DateReader(DefaultZone default_zone)
      : minutes_(default_zone.minutes), local_(std::move(default_zone.zone)) {}

  [[nodiscard]] ReadDate read(const DateTemplate& form,
                              const CompiledTemplate& compiled,
                              const Match& match,
                              ban::Instant now);

private:
  [[nodiscard]] ReadDate read_fields(const CompiledTemplate& compiled,
                                     const Match& match,
                                     ban::Instant now);

  std::optional<int> minutes_;
  LocalToUtc local_;
};

}  // namespace spranga::guard
