// DateFields: the values of strptime's fields that a line has.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "guard/dates/date_template.h"

namespace spranga::guard {

enum class FieldProblem {
  none,
  impossible,
  trips,  // something that fail2ban did not reckon with: it loses the line
};

struct DateFields {
  std::optional<std::int64_t> year;
  std::optional<std::int64_t> month;
  std::optional<std::int64_t> day;
  std::int64_t hour{0};
  std::int64_t minute{0};
  std::int64_t second{0};
  std::optional<int> zone_minutes;
  std::optional<std::int64_t> weekday;  // Monday is 0
  std::optional<std::int64_t> day_of_year;
  std::optional<std::int64_t> week;
  bool week_begins_on_monday{false};

  [[nodiscard]] FieldProblem read(const CompiledTemplate& compiled, const Match& match);

private:
  [[nodiscard]] FieldProblem read_one(char letter, std::string_view text);
  [[nodiscard]] FieldProblem read_number(char letter, std::string_view text);
  [[nodiscard]] FieldProblem read_zone(std::string_view text);
  [[nodiscard]] FieldProblem read_half_day(const CompiledTemplate& compiled, const Match& match);
};

}  // namespace spranga::guard
