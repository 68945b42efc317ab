// Zone: what offset from UTC applies when. The system's zone, a fixed offset, or one of IANA's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spranga::guard {

struct ZoneOffset {
  std::int32_t seconds{0};  // east of Greenwich
  bool summer{false};

  [[nodiscard]] bool operator==(const ZoneOffset&) const = default;
};

/// A value, cheap to copy.
class Zone {
public:
  /// The system's zone as the C library sees it: the variable TZ, else /etc/localtime.
  [[nodiscard]] static Zone system();

  /// East of Greenwich, never summer.
  [[nodiscard]] static Zone fixed(std::int32_t seconds);

  /// One of IANA's, e.g. "Europe/Zurich". Errc::not_found where the system does not know it.
  [[nodiscard]] static Result<Zone> named(const std::string& name);

  [[nodiscard]] ZoneOffset at(std::int64_t epoch) const;

private:
  struct Rules;

  explicit Zone(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

  std::shared_ptr<const Rules> rules_;
};

}  // namespace spranga::guard
