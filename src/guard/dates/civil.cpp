#include "guard/dates/civil.h"

namespace spranga::guard {

namespace {

constexpr std::int64_t last_year = 9999;

constexpr bool is_leap_year(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr std::int64_t days_in_month(std::int64_t year, std::int64_t month) {
  if (month == 2) {
    return is_leap_year(year) ? 29 : 28;
  }
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace

bool is_possible(const CivilTime& time) {
  return time.year >= 1 && time.year <= last_year && time.month >= 1 && time.month <= 12 &&
         time.day >= 1 && time.day <= days_in_month(time.year, time.month) && time.hour >= 0 &&
         time.hour <= 23 && time.minute >= 0 && time.minute <= 59 && time.second >= 0 &&
         time.second <= 59;
}

std::int64_t days_since_1970(std::int64_t year, std::int64_t month, std::int64_t day) {
  // The year begins in March here, so that the leap day is its last; eras are of 400 years.
  year -= month <= 2 ? 1 : 0;
  const auto era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = year - era * 400;
  const auto day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const auto day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

std::int64_t seconds_since_1970(const CivilTime& time) {
  return days_since_1970(time.year, time.month, time.day) * seconds_a_day + time.hour * 3600 +
         time.minute * 60 + time.second;
}

std::optional<CivilTime> civil_time(std::int64_t seconds) {
  auto days = seconds / seconds_a_day;
  auto rest = seconds % seconds_a_day;
  if (rest < 0) {
    rest += seconds_a_day;
    --days;
  }
  days += 719'468;
  const auto era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto day_of_era = days - era * 146'097;
  const auto year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const auto day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const auto shifted_month = (5 * day_of_year + 2) / 153;
  CivilTime out;
  out.month = shifted_month + (shifted_month < 10 ? 3 : -9);
  out.year = year_of_era + era * 400 + (out.month <= 2 ? 1 : 0);
  out.day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  out.hour = rest / 3600;
  out.minute = rest / 60 % 60;
  out.second = rest % 60;
  if (out.year < 1 || out.year > last_year) {
    return std::nullopt;
  }
  return out;
}

std::optional<std::int64_t> LocalToUtc::probe(std::int64_t local) const {
  // Guess, look how far off the local time there is, guess again. In a gap the guesses go to and
  // fro between its two sides: then the side with summer time is taken.
  constexpr int most_probes = 6;
  auto guess = local + shift_;
  auto one_before = guess;
  auto two_before = guess;
  bool summer_before = false;
  for (int probes = 1;; ++probes) {
    const auto offset = zone_.at(guess);
    const auto off_by = local - (guess + offset.seconds);
    if (off_by == 0) {
      return guess;
    }
    const bool oscillates = guess == two_before && guess != one_before;
    if (oscillates && (!summer_before || offset.summer)) {
      return guess;
    }
    if (probes == most_probes) {
      return std::nullopt;
    }
    two_before = one_before;
    one_before = guess;
    guess += off_by;
    summer_before = offset.summer;
  }
}

std::optional<std::int64_t> LocalToUtc::convert(std::int64_t local) {
  const auto minute = (local - ((local % 60) + 60) % 60) / 60;
  if (minute == minute_) {
    return local + shift_;
  }
  const auto found = probe(local);
  if (found) {
    shift_ = *found - local;
    minute_ = minute;
  }
  return found;
}

}  // namespace spranga::guard
