// What fail2ban-regex prints at the end: hits of each expression, date templates, lines by fate.
#pragma once

#include <chrono>
#include <string>

#include "ban/jail_spec.h"
#include "guard/dates/zone.h"
#include "replay/regex_trial.h"

namespace spranga::replay {

struct SummarySettings {
  bool verbose{false};
  bool verbose_date{false};
  bool dates{true};  // no: the journal has no date templates
  bool print_all_matched{false};
  bool print_all_missed{false};
  bool print_all_ignored{false};
  bool print_no_missed{false};
  bool print_no_ignored{false};
  std::size_t most_lines{20};
  guard::Zone local{guard::Zone::system()};
  ban::Instant now{};
  std::chrono::duration<double> elapsed{0};
};

/// Standard output of fail2ban-regex from "Results" on.
[[nodiscard]] std::string summary_of(const RegexTrial& trial,
                                     const ban::FilterSpec& filter,
                                     const SummarySettings& settings);

}  // namespace spranga::replay
