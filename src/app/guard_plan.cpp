#include "app/guard_plan.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "action_runner/request.h"
#include "app/exit_code.h"
#include "app/jail_trial.h"
#include "app/output.h"
#include "app/problem_text.h"
#include "guard/config/compat.h"
#include "guard/config/jail_reader.h"
#include "guard/mail/settings.h"
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

/// The shell actions of each jail; scripts are not run.
action_runner::RunnerPlan runner_plan_of(const guard::config::Configuration& configuration) {
  action_runner::RunnerPlan out;
  for (const auto& jail : configuration.jails) {
    auto& plan = out.jails.emplace_back();
    plan.name = jail.name;
    plan.bantime = jail.bantime;
    plan.ignorecommand = jail.ignorecommand;
    std::ranges::copy_if(jail.actions, std::back_inserter(plan.actions), [](const auto& action) {
      return !action.is_script;
    });
  }
  return out;
}

/// The guard may not read the file itself.
void add_mail_password(plan::GuardPlan& guard) {
  const auto& path = guard.own["mail_password_file"];
  if (path.empty()) {
    return;
  }
  if (auto password = guard::mail::read_password_file(path)) {
    guard.own["mail_password"] = *std::move(password);
  } else {
    guard.warnings.push_back("mail_password_file: " + password.error().detail);
    tell(guard.warnings.back());
  }
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
  out.runner = action_runner::pack(runner_plan_of(configuration));
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
  auto plan = plan_of(*configuration);
  add_mail_password(plan.guard);
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
