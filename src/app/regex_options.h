// The options of `spranga regex`: fail2ban-regex's, and a few of our own.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/option.h"
#include "base/result.h"

namespace spranga::app {

struct RegexOptions {
  std::string config;  // "": the default folder
  std::optional<std::string> datepattern;
  std::optional<std::string> timezone;
  std::string encoding{"UTF-8"};
  bool raw{false};
  std::string usedns{"warn"};
  int maxlines{0};  // 0: the filter's
  std::optional<std::string> journalmatch;
  int verbose{0};
  bool verbose_date{false};
  bool check_all{true};
  bool all_rows{false};
  std::string out;  // -o; "": the summary
  bool json{false};
  bool explain{false};
  std::optional<double> now;
  bool print_no_missed{false};
  bool print_no_ignored{false};
  bool print_all_matched{false};
  bool print_all_missed{false};
  bool print_all_ignored{false};
  bool show_version{false};

  [[nodiscard]] bool for_rows() const { return json || !out.empty(); }
};

/// The rows, bound to `options`.
[[nodiscard]] std::vector<Option> bind_regex_options(RegexOptions& options);

/// Bound to nothing: for help, man page and completion.
[[nodiscard]] std::vector<Option> regex_command_options();

/// As Python's optparse reads them, which fail2ban-regex uses: short options in one word (-vv,
/// -orow), long ones shortened as far as they are clear, options and arguments in any order. Gives
/// back the arguments.
[[nodiscard]] Result<std::vector<std::string>> read_regex_arguments(
    RegexOptions& options, std::span<const std::string> given);

}  // namespace spranga::app
