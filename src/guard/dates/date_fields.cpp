#include "guard/dates/date_fields.h"

#include <algorithm>
#include <array>

#include "guard/dates/decimal.h"
#include "guard/dates/zone_names.h"
#include "text/ascii.h"

namespace spranga::guard {

namespace {

constexpr std::array<std::string_view, 12> month_names = {"january",
                                                          "february",
                                                          "march",
                                                          "april",
                                                          "may",
                                                          "june",
                                                          "july",
                                                          "august",
                                                          "september",
                                                          "october",
                                                          "november",
                                                          "december"};
constexpr std::array<std::string_view, 7> day_names = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::size_t short_name = 3;

template <std::size_t Size>
std::optional<std::int64_t> index_of(const std::array<std::string_view, Size>& names,
                                     std::string_view text,
                                     bool whole) {
  for (std::size_t i = 0; i < Size; ++i) {
    if (text::equal_ignoring_case(whole ? names[i] : names[i].substr(0, short_name), text)) {
      return static_cast<std::int64_t>(i);
    }
  }
  return std::nullopt;
}

FieldProblem set_or_refuse(std::optional<std::int64_t>& field,
                           std::optional<std::int64_t> value,
                           std::int64_t offset) {
  if (!value) {
    return FieldProblem::impossible;
  }
  field = *value + offset;
  return FieldProblem::none;
}

/// Of two-digit years: always in this century.
std::int64_t whole_year(std::int64_t year) {
  constexpr std::int64_t century = 2000;
  return year <= century ? year + century : year;
}

}  // namespace

FieldProblem DateFields::read_zone(std::string_view text) {
  const auto offset = read_zone_name(text);
  if (offset.problem != ZoneNameProblem::none) {
    return offset.problem == ZoneNameProblem::unknown ? FieldProblem::trips
                                                      : FieldProblem::impossible;
  }
  zone_minutes = offset.minutes;
  return FieldProblem::none;
}

FieldProblem DateFields::read_number(char letter, std::string_view text) {
  constexpr std::string_view number_letters = "yYmdHMSIjwUW";
  if (number_letters.find(letter) == std::string_view::npos) {
    return FieldProblem::none;  // %f is dropped; %u %G %V say nothing that is asked
  }
  const auto number = read_integer(text);
  if (!number) {
    return FieldProblem::impossible;
  }
  constexpr std::int64_t sunday = 6;
  switch (letter) {
    case 'y':
      year = whole_year(*number);
      break;
    case 'Y':
      year = *number;
      break;
    case 'm':
      month = *number;
      break;
    case 'd':
      day = *number;
      break;
    case 'H':
    case 'I':
      hour = *number;
      break;
    case 'M':
      minute = *number;
      break;
    case 'S':
      second = *number;
      break;
    case 'j':
      day_of_year = *number;
      break;
    case 'w':
      weekday = *number < 1 ? sunday : *number - 1;
      break;
    default:  // U, W
      week = *number;
      week_begins_on_monday = letter == 'W';
      break;
  }
  return FieldProblem::none;
}

FieldProblem DateFields::read_one(char letter, std::string_view text) {
  switch (letter) {
    case 'b':
      return set_or_refuse(month, index_of(month_names, text, false), 1);
    case 'B':
      return set_or_refuse(month, index_of(month_names, text, true), 1);
    case 'a':
      return set_or_refuse(weekday, index_of(day_names, text, false), 0);
    case 'A':
      return set_or_refuse(weekday, index_of(day_names, text, true), 0);
    case 'z':
    case 'Z':
      return read_zone(text);
    default:
      return read_number(letter, text);
  }
}

FieldProblem DateFields::read_half_day(const CompiledTemplate& compiled, const Match& match) {
  constexpr std::int64_t noon = 12;
  const auto half = std::ranges::find(compiled.fields, 'p', &CompiledTemplate::Field::letter);
  std::string_view text;
  if (half != compiled.fields.end()) {
    if (!match.has(half->group)) {
      return FieldProblem::trips;
    }
    text = *match.group(half->group);
  }
  if ((text.empty() || text::equal_ignoring_case(text, "am")) && hour == noon) {
    hour = 0;
  } else if (text::equal_ignoring_case(text, "pm") && hour != noon) {
    hour += noon;
  }
  return FieldProblem::none;
}

FieldProblem DateFields::read(const CompiledTemplate& compiled, const Match& match) {
  for (const auto& [group, letter] : compiled.fields) {
    if (!match.has(group)) {
      continue;
    }
    auto problem = read_one(letter, *match.group(group));
    if (problem == FieldProblem::none && letter == 'I') {
      problem = read_half_day(compiled, match);
    }
    if (problem != FieldProblem::none) {
      return problem;
    }
  }
  return FieldProblem::none;
}

}  // namespace spranga::guard
