// The % fields of a datepattern: what each one matches and how fail2ban calls it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace spranga::guard {

struct ExpandedPattern {
  std::string regex;  // in Python's dialect
  std::string name;   // in fail2ban's words: "ExYear-Month-Day"
};

/// `this_year` decides which years %ExY takes. Errc::malformed: a % that is none of the fields.
[[nodiscard]] Result<ExpandedPattern> expand_fields(std::string_view pattern,
                                                    std::int64_t this_year);

/// What %ExY matches before the last digit: the decades from 2000 to last year's and to that of the
/// year after next but one, as fail2ban reckons them: "20[012]".
[[nodiscard]] std::string decades_until(std::int64_t this_year);

/// Whether a pattern has names in it (%a %A %b %B %p %c), which are written in either case.
[[nodiscard]] bool has_names(std::string_view pattern);

}  // namespace spranga::guard
