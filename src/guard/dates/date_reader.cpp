#include "guard/dates/date_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "guard/dates/date_fields.h"
#include "guard/dates/decimal.h"

namespace spranga::guard {

namespace {

using std::chrono::microseconds;

constexpr double micros = 1'000'000.0;
// What an Instant can hold, with room for a day's arithmetic.
constexpr double farthest_second = 9'000'000'000'000.0;

ban::Instant instant_of(double seconds) {
  const auto bounded = std::clamp(seconds, -farthest_second, farthest_second);
  return ban::Instant(microseconds(std::llround(bounded * micros)));
}

ban::Instant instant_of(std::int64_t seconds) {
  return ban::Instant(std::chrono::seconds(seconds));
}

std::int64_t whole_seconds(ban::Instant time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// Seconds since 1970; of long ones milli- or microseconds where they have so many digits.
std::optional<ban::Instant> read_epoch(std::string_view text, bool long_form) {
  constexpr std::size_t milli_length = 13;
  constexpr std::size_t micro_length = 16;
  const auto plain = plain_number(text);
  if (!plain) {
    return std::nullopt;
  }
  double value = 0;
  std::from_chars(plain->data(), plain->data() + plain->size(), value);
  if (long_form && plain->size() >= milli_length) {
    const bool micro = plain->size() >= micro_length && plain->find('.') == std::string::npos;
    value /= micro ? micros : 1000.0;
  }
  return instant_of(value);
}

/// "@400000004…": TAI64 counts from 2^62, and fail2ban leaves the ten seconds and more out that
/// atomic time is ahead.
std::optional<ban::Instant> read_tai64n(std::string_view text) {
  constexpr std::size_t from = 2;
  constexpr std::size_t digits = 15;
  std::uint64_t value = 0;
  const auto hex = text.substr(std::min(from, text.size()), digits);
  std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  return instant_of(static_cast<double>(value));
}

/// The day of the year from a week (counted from Sunday or Monday) and a day of the week, as
/// Python's strptime reckons it.
std::int64_t day_of_year_from_week(const DateFields& fields, std::int64_t year) {
  constexpr std::int64_t week_days = 7;
  constexpr std::int64_t thursday = 3;  // 1 January 1970
  const auto days = days_since_1970(year, 1, 1);
  auto first_weekday = (((days + thursday) % week_days) + week_days) % week_days;
  auto weekday = *fields.weekday;
  if (!fields.week_begins_on_monday) {
    first_weekday = (first_weekday + 1) % week_days;
    weekday = (weekday + 1) % week_days;
  }
  if (*fields.week == 0) {
    return 1 + weekday - first_weekday;
  }
  const auto before_first_week = (week_days - first_weekday) % week_days;
  return 1 + before_first_week + week_days * (*fields.week - 1) + weekday;
}

/// Month and day from a day of the year, or from week and weekday. False = there is no such day.
bool complete_day(DateFields& fields, std::int64_t year) {
  if (fields.month && fields.day) {
    return true;
  }
  if (!fields.day_of_year && fields.week && fields.weekday) {
    if (!is_possible({year, 1, 1})) {
      return false;
    }
    fields.day_of_year = day_of_year_from_week(fields, year);
  }
  if (!fields.day_of_year) {
    return true;
  }
  if (!is_possible({year, 1, 1})) {
    return false;
  }
  const auto found =
      civil_time((days_since_1970(year, 1, 1) + *fields.day_of_year - 1) * seconds_a_day);
  if (!found) {
    return false;
  }
  fields.year = found->year;
  fields.month = found->month;
  fields.day = found->day;
  return true;
}

ReadDate problem_date(FieldProblem problem) {
  return {std::nullopt, problem == FieldProblem::trips};
}

}  // namespace

ReadDate read_number_date(const DateTemplate& form, const Match& match) {
  using Kind = DateTemplate::Kind;
  const auto text = match.group(form.value_group);
  if (!text) {
    return problem_date(FieldProblem::trips);
  }
  ReadDate out;
  out.is_integer = form.kind == Kind::tai64n;
  out.time = out.is_integer ? read_tai64n(*text) : read_epoch(*text, form.kind == Kind::long_epoch);
  return out;
}

/// `now` as a local time, in seconds since 1970: dates are compared by the clock on the wall.
std::int64_t DateReader::local_now(ban::Instant now) {
  const auto seconds = whole_seconds(now);
  const auto minute = std::chrono::floor<std::chrono::minutes>(now).time_since_epoch().count();
  if (minute != now_minute_) {
    now_minute_ = minute;
    now_offset_ = local_.zone().at(seconds).seconds;
  }
  return seconds + now_offset_;
}

ReadDate DateReader::complete(DateFields fields, ban::Instant now) {
  const bool no_year = !fields.year;
  const auto now_local = local_now(now);
  const bool asks_today = no_year || !fields.month || !fields.day;
  const auto today = asks_today ? civil_time(now_local).value_or(CivilTime{}) : CivilTime{};
  const auto year = fields.year.value_or(today.year);
  fields.year = year;
  if (!complete_day(fields, year)) {
    return problem_date(FieldProblem::impossible);
  }
  const bool no_day = !fields.month && !fields.day;
  if (no_day) {
    fields.month = today.month;
    fields.day = today.day;
  }
  if (!fields.month || !fields.day) {
    return problem_date(FieldProblem::trips);
  }
  const CivilTime written{
      *fields.year, *fields.month, *fields.day, fields.hour, fields.minute, fields.second};
  if (!is_possible(written)) {
    return problem_date(FieldProblem::impossible);
  }
  const auto offset = fields.zone_minutes ? fields.zone_minutes : minutes_;
  auto date = seconds_since_1970(written) - offset.value_or(0) * std::int64_t{60};
  if (offset && !civil_time(date)) {
    return problem_date(FieldProblem::trips);
  }
  if (no_day && date > now_local) {
    date -= seconds_a_day;
  }
  if (no_year && date > now_local + seconds_a_day) {
    auto last_year = *civil_time(date);
    last_year.year = *fields.year - 1;
    last_year.month = *fields.month;
    last_year.day = *fields.day;
    if (!is_possible(last_year)) {
      return problem_date(FieldProblem::impossible);
    }
    date = seconds_since_1970(last_year);
  }
  const auto seconds = offset ? std::optional(date) : local_.convert(date);
  ReadDate out;
  out.time = seconds ? std::optional(instant_of(*seconds)) : std::nullopt;
  out.is_integer = offset.has_value();
  return out;
}

}  // namespace spranga::guard
