#include "guard/dates/zone.h"

#include <cctz/time_zone.h>
#include <fmt/core.h>

#include <algorithm>
#include <ctime>

#include "text/escape.h"

namespace spranga::guard {

struct Zone::Rules {
  Rules() = default;
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;
  Rules(Rules&&) = delete;
  Rules& operator=(Rules&&) = delete;
  virtual ~Rules() = default;

  [[nodiscard]] virtual ZoneOffset at(std::int64_t epoch) const = 0;

  struct System;
  struct Fixed;
  struct Named;
};

struct Zone::Rules::System final : Zone::Rules {
  [[nodiscard]] ZoneOffset at(std::int64_t epoch) const override {
    const std::time_t when = epoch;
    std::tm local{};
    if (localtime_r(&when, &local) == nullptr) {
      return {};
    }
    return {static_cast<std::int32_t>(local.tm_gmtoff), local.tm_isdst > 0};
  }
};

struct Zone::Rules::Fixed final : Zone::Rules {
  explicit Fixed(std::int32_t east) : seconds(east) {}

  [[nodiscard]] ZoneOffset at(std::int64_t /*epoch*/) const override { return {seconds, false}; }

  std::int32_t seconds;
};

struct Zone::Rules::Named final : Zone::Rules {
  [[nodiscard]] ZoneOffset at(std::int64_t epoch) const override {
    const auto found = zone.lookup(cctz::time_point<cctz::seconds>(cctz::seconds(epoch)));
    return {found.offset, found.is_dst};
  }

  cctz::time_zone zone;
};

Zone Zone::system() {
  return Zone(std::make_shared<Rules::System>());
}

Zone Zone::fixed(std::int32_t seconds) {
  return Zone(std::make_shared<Rules::Fixed>(seconds));
}

Result<Zone> Zone::named(const std::string& name) {
  const bool plausible =
      !name.empty() && name.front() != '/' && name.find("..") == std::string::npos &&
      std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '_' || c == '-' || c == '+';
      });
  auto rules = std::make_shared<Rules::Named>();
  if (!plausible || !cctz::load_time_zone(name, &rules->zone)) {
    return fail(Errc::not_found, fmt::format("no time zone \"{}\"", text::escape(name)));
  }
  return Zone(std::move(rules));
}

ZoneOffset Zone::at(std::int64_t epoch) const {
  return rules_->at(epoch);
}

}  // namespace spranga::guard
