#include "app/guard_plan.h"

#include <algorithm>
#include <filesystem>

#include "app/exit_code.h"
#include "app/jail_trial.h"
#include "app/output.h"
#include "app/problem_text.h"
#include "guard/config/compat.h"
#include "guard/config/jail_reader.h"
#include "plan/orders.h"

namespace spranga::app {

namespace {

std::string option(const guard::config::Configuration& from, const std::string& name) {
  const auto found = from.server.find(name);
  return found == from.server.end() || found->second == "None" ? "" : found->second;
}

/// "/var/log/fail2ban.log[format=…]" without what stands in brackets.
std::string without_options(const std::string& target) {
  return target.substr(0, target.find('['));
}

/// State lies beside the database of the configuration, so guards of different folders keep apart.
std::string state_folder(const std::string& dbfile) {
  if (dbfile.empty() || dbfile == ":memory:") {
    return "";
  }
  const std::filesystem::path path(dbfile);
  return (path.parent_path() / (path.stem().string() + ".spranga")).string();
}

std::vector<std::string> log_patterns(const std::vector<ban::JailSpec>& jails) {
  std::vector<std::string> out;
  for (const auto& jail : jails) {
    for (const auto& log : jail.logpath) {
      if (std::ranges::count(out, log.glob) == 0) {
        out.push_back(log.glob);
      }
    }
  }
  return out;
}

}  // namespace

Result<guard::config::Configuration> read_for_guard(const GuardRequest& request) {
  guard::config::LoadOptions options;
  options.compat = guard::config::parse_compat(request.compat);
  options.server = request.server;
  const auto folder =
      request.folder.empty() ? guard::config::default_folder().string() : request.folder;
  return guard::config::load(folder, options);
}

plan::Plan plan_of(const guard::config::Configuration& configuration) {
  plan::Plan out;
  out.warden.socket = option(configuration, "socket");
  out.warden.pidfile = option(configuration, "pidfile");
  out.warden.logtarget = without_options(option(configuration, "logtarget"));
  out.warden.syslogsocket = option(configuration, "syslogsocket");
  const auto dbfile = option(configuration, "dbfile");
  out.warden.dbfile = dbfile == ":memory:" ? "" : dbfile;
  out.warden.state_folder = state_folder(dbfile);
  out.warden.log_patterns = log_patterns(configuration.jails);
  out.guard.folder = configuration.folder.string();
  out.guard.compat = configuration.compat;
  out.guard.version = guard::config::version_of(configuration.compat);
  out.guard.server = configuration.server;
  out.guard.own = configuration.own;
  out.guard.jails = configuration.jails;
  for (const auto& problem : configuration.problems) {
    const bool is_error = problem.severity == guard::config::Problem::Severity::error;
    (is_error ? out.guard.errors : out.guard.warnings).push_back(guard::config::to_text(problem));
  }
  return out;
}

int write_plans(const GuardRequest& request) {
  const auto configuration = read_for_guard(request);
  if (!configuration) {
    tell(configuration.error().detail);
    return exit_fail2ban_failed;
  }
  for (const auto& problem : configuration->problems) {
    tell(problem_text(problem));
  }
  const auto plan = plan_of(*configuration);
  const std::pair<int, std::string> parts[] = {
      {plan::reader_warden_plan, plan::pack(plan.warden)},
      {plan::reader_guard_plan, plan::pack(plan.guard)},
      {plan::reader_runner_plan, plan.runner},
  };
  for (const auto& [fd, bytes] : parts) {
    if (const auto written = plan::write_all(fd, bytes); !written) {
      tell(written.error().detail);
      return exit_fail2ban_failed;
    }
  }
  return 0;
}

}  // namespace spranga::app
