#include "app/client_configuration.h"

#include <algorithm>
#include <utility>

#include "app/jail_trial.h"
#include "app/output.h"
#include "app/problem_text.h"
#include "guard/config/compat.h"
#include "guard/config/configuration.h"

namespace spranga::app {

namespace {

using guard::config::Problem;

/// fail2ban-client's reading warns of jails without logs or actions: only who asks is told.
void quieten(std::vector<Problem>& problems, int verbosity) {
  if (verbosity <= 0) {
    std::erase_if(problems,
                  [](const Problem& p) { return p.severity == Problem::Severity::warning; });
  }
}

void tell_problems(const std::vector<Problem>& problems, int verbosity) {
  for (const auto& problem : problems) {
    if (problem.severity == Problem::Severity::error || verbosity >= 0) {
      tell(problem_text(problem));
    }
  }
}

}  // namespace

std::string folder_of(const ClientSettings& settings) {
  return settings.folder.empty() ? guard::config::default_folder().string() : settings.folder;
}

guard::config::Dump read_dump(const ClientSettings& settings,
                              const guard::config::DumpOptions& options) {
  auto dump = guard::config::dump(folder_of(settings), options);
  quieten(dump.problems, settings.verbosity);
  if (dump.early_error.empty()) {
    JailTrial trial;
    trial.compat = options.compat;
    trial.build = settings.test;
    add_new(dump.problems, try_jails(folder_of(settings), trial));
  }
  tell_problems(dump.problems, settings.verbosity);
  return dump;
}

Result<guard::config::Commands> read_commands(const ClientSettings& settings,
                                              const std::string& jail) {
  guard::config::DumpOptions options;
  options.compat = guard::config::parse_compat(settings.compat);
  options.client = settings.server;
  options.test = settings.test;
  options.jail = jail;
  auto dump = guard::config::dump(folder_of(settings), options);
  quieten(dump.problems, settings.verbosity);
  tell_problems(dump.problems, settings.verbosity);
  if (!dump.early_error.empty() || !dump.good || !dump.commands) {
    return fail(Errc::malformed, dump.early_error);
  }
  return std::move(*dump.commands);
}

Result<void> complete(ClientSettings& settings) {
  std::vector<Problem> problems;
  auto options = guard::config::client_options(folder_of(settings), settings.server, problems);
  quieten(problems, settings.verbosity);
  if (!options) {
    tell_problems(problems, settings.verbosity);
    return Failure(options.error());
  }
  settings.server = std::move(*options);
  return {};
}

}  // namespace spranga::app
