#include "guard/match/iso_time.h"

#include <fmt/format.h>

#include <array>

namespace spranga::guard {

namespace {

std::string text_of(std::chrono::sys_seconds whole, const Zone& zone) {
  const auto local =
      whole + std::chrono::seconds(zone.at(whole.time_since_epoch().count()).seconds);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(local - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()),
                     time.hours().count(),
                     time.minutes().count(),
                     time.seconds().count());
}

}  // namespace

void IsoTime::write(ban::Instant at, const Zone& zone, std::string& out) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(at);
  if (text_.empty() || whole != second_) {
    second_ = whole;
    text_ = text_of(whole, zone);
  }
  out = text_;
  if (auto rest = (at - whole).count(); rest != 0) {
    std::array<char, 7> fraction{'.'};
    for (auto place = fraction.size() - 1; place > 0; --place, rest /= 10) {
      fraction.at(place) = static_cast<char>('0' + rest % 10);
    }
    out.append(fraction.data(), fraction.size());
  }
}

}  // namespace spranga::guard
