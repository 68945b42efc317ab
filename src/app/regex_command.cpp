// `spranga regex`: reads the command line, finds the filter and the log, and prints what the trial
// tells, in fail2ban-regex's words where it prints any.
#include "app/regex_command.h"

#include "app/output.h"
#include "app/regex_options.h"
#include "app/regex_run.h"
#include "guard/config/compat.h"
#include "guard/config/configuration.h"
#include "guard/config/jail_reader.h"
#include "words/phrase.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

constexpr int exit_failed = 255;
constexpr int exit_wrong_option = 2;

/// As Python's optparse ends where an option is wrong; fail2ban-regex itself ends with 255.
int wrong_usage(const std::string& message, int code) {
  static_cast<void>(usage_error(message, "spranga help regex"));
  return code;
}

std::string exclusion(const RegexOptions& options) {
  if (options.print_no_missed && options.print_all_missed) {
    return say(Word::regex_exclude, {"--print-no-missed", "--print-all-missed"});
  }
  if (options.print_no_ignored && options.print_all_ignored) {
    return say(Word::regex_exclude, {"--print-no-ignored", "--print-all-ignored"});
  }
  return options.json && !options.out.empty() ? say(Word::regex_exclude, {"--json", "--out"}) : "";
}

}  // namespace

int regex_command(std::span<const std::string> arguments) {
  RegexOptions options;
  auto rest = read_regex_arguments(options, arguments);
  if (!rest) {
    return wrong_usage(rest.error().detail, exit_wrong_option);
  }
  if (options.show_version) {
    const auto folder =
        options.config.empty() ? guard::config::default_folder().string() : options.config;
    return print(guard::config::version_of(imitated(folder)) + "\n");
  }
  if (const auto excluded = exclusion(options); !excluded.empty()) {
    return wrong_usage(excluded, exit_failed);
  }
  if (rest->size() < 2 || rest->size() > 3) {
    return wrong_usage(say(Word::regex_two_arguments), exit_failed);
  }
  RegexRun run(std::move(options), *std::move(rest));
  const auto done = run.run();
  if (!done) {
    run.screen().add(done.error().detail + "\n");
    run.screen().flush();
    return exit_failed;
  }
  return run.screen().broken() ? exit_failed : 0;
}

}  // namespace spranga::app
