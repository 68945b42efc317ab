// One run of `spranga regex`: its options, the filter that it finds, the trial, what is printed.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/regex_log.h"
#include "app/regex_options.h"
#include "app/regex_screen.h"
#include "ban/instant.h"
#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/config/configuration.h"
#include "replay/regex_rows.h"
#include "replay/regex_summary.h"
#include "replay/regex_trial.h"

namespace spranga::app {

/// Which fail2ban the configuration in `folder` asks for.
[[nodiscard]] ban::Compat imitated(const std::string& folder);

/// An error that is a line for standard output, as fail2ban-regex has it.
[[nodiscard]] Failure refused(const std::string& why);

/// One run of the command.
class RegexRun {
public:
  RegexRun(RegexOptions options, std::vector<std::string> arguments)
      : options_(std::move(options)), arguments_(std::move(arguments)) {}

  /// An error is lines for standard output, as fail2ban-regex prints them.
  Result<void> run();

  Screen& screen() { return screen_; }

private:
  void tell(const std::string& line) {
    if (!options_.for_rows()) {
      screen_.add(line + "\n");
    }
  }

  void tell(const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
      tell(line);
    }
  }

  void read_options();
  Result<void> use_options();
  Result<void> use_datepattern(const std::string& pattern);
  Result<void> find_filter();
  Result<bool> use_jail(const std::string& name);
  Result<void> use_filter(const guard::config::FilterFile& file,
                          const guard::config::FilterOptions& how);
  Result<void> use_settings_of(const std::string& name);
  void take_line(std::string_view text, std::vector<ban::Expression>& into, const char* what);
  Result<void> use_ignoreregex();
  Result<void> prepare(const RegexLog& log);
  [[nodiscard]] Failure refuse_expression(const Error& error) const;
  void tell_log(const RegexLog& log);
  void tell_stopped() const;

  [[nodiscard]] bool is_verbose() const { return options_.verbose != 0; }

  [[nodiscard]] std::size_t most_lines() const {
    return options_.maxlines > 0 ? static_cast<std::size_t>(options_.maxlines) : 20;
  }

  [[nodiscard]] std::vector<std::string> journalmatch() const;
  [[nodiscard]] replay::TrialSettings trial_settings(const RegexLog& log);
  [[nodiscard]] replay::SummarySettings summary_settings(const RegexLog& log) const;

  RegexOptions options_;
  std::vector<std::string> arguments_;
  ban::Instant now_{};
  ban::Compat compat_{ban::Compat::v1_0};
  ban::FilterSpec filter_;
  bool one_client_sessions_{false};
  std::unique_ptr<replay::RegexTrial> trial_;
  replay::RowFormat rows_;
  std::chrono::duration<double> elapsed_{0};
  Screen screen_;
};

}  // namespace spranga::app
