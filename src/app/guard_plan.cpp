#include "app/guard_plan.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>

#include "action_runner/request.h"
#include "app/exit_code.h"
#include "app/jail_trial.h"
#include "app/output.h"
#include "app/problem_text.h"
#include "guard/config/compat.h"
#include "guard/config/jail_reader.h"
#include "guard/mail/mail_action.h"
#include "guard/mail/message.h"
#include "guard/mail/settings.h"
#include "plan/log_target.h"
#include "plan/orders.h"
#include "text/ascii.h"

namespace spranga::app {

namespace {

std::string option(const guard::config::Configuration& from, const std::string& name) {
  const auto found = from.server.find(name);
  return found == from.server.end() || found->second == "None" ? "" : found->second;
}

/// "" for none: it is kept in memory, and gone at the end.
std::string database_of(const guard::config::Configuration& from) {
  const auto written = option(from, "dbfile");
  return text::equal_ignoring_case(written, "none") ? "" : written;
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

/// How mails call this machine: its full name, or what Debian keeps for that.
std::string mail_host() {
  constexpr std::size_t longest = 253;
  std::array<char, longest + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) {
    return "localhost";
  }
  std::string host(name.data());
  if (host.find('.') != std::string::npos) {
    return host;
  }
  const auto mailname = read_first_line("/etc/mailname");
  return mailname && guard::mail::is_mailbox(*mailname) && mailname->size() <= longest ? *mailname
                                                                                       : host;
}

/// The owner's mail as the guard will see it: which actions it stands in for, and what goes by
/// sendmail. What is wrong with an option, the guard says.
class MailOfPlan {
public:
  MailOfPlan(const std::map<std::string, std::string>& own, std::string host)
      : host_(std::move(host)), settings_(guard::mail::read_settings(own, host_, unsaid_)) {
    if (settings_.rhythm != guard::mail::Rhythm::off) {
      allow(settings_.route);
    }
  }

  /// Whether the guard does it itself.
  [[nodiscard]] bool takes(const ban::ActionSpec& action) {
    const auto known = guard::mail::mail_action(action, settings_.route, host_, unsaid_);
    const bool ours =
        known && (known->is_smtp_script || settings_.rhythm != guard::mail::Rhythm::off);
    if (ours) {
      allow(known->route);
    }
    return ours;
  }

  [[nodiscard]] const action_runner::MailPlan& by_sendmail() const { return plan_; }

private:
  void allow(const guard::mail::Route& route) {
    if (!route.server.sendmail) {
      return;
    }
    plan_.senders.push_back(route.sender);
    plan_.recipients.insert(
        plan_.recipients.end(), route.recipients.begin(), route.recipients.end());
  }

  std::string host_;
  std::vector<std::string> unsaid_;
  guard::mail::Settings settings_;
  action_runner::MailPlan plan_;
};

/// The shell actions of each jail; scripts are not run, nor what the guard does itself.
action_runner::RunnerPlan runner_plan_of(const plan::GuardPlan& guard) {
  action_runner::RunnerPlan out;
  MailOfPlan mail(guard.own, guard.own.at("mail_host"));
  for (const auto& jail : guard.jails) {
    auto& plan = out.jails.emplace_back();
    plan.name = jail.name;
    plan.bantime = jail.bantime;
    plan.ignorecommand = jail.ignorecommand;
    for (const auto& action : jail.actions) {
      if (!mail.takes(action) && !action.is_script) {
        plan.actions.push_back(action);
      }
    }
  }
  out.mail = mail.by_sendmail();
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
  out.warden.logtarget = plan::without_options(option(configuration, "logtarget"));
  out.warden.syslogsocket = option(configuration, "syslogsocket");
  const auto dbfile = database_of(configuration);
  out.warden.dbfile = dbfile == ":memory:" ? "" : dbfile;
  out.warden.state_folder = state_folder(dbfile);
  out.warden.log_patterns = log_patterns(configuration.jails);
  out.guard.folder = configuration.folder.string();
  out.guard.compat = configuration.compat;
  out.guard.version = guard::config::version_of(configuration.compat);
  out.guard.server = configuration.server;
  out.guard.server["logtarget"] = out.warden.logtarget;
  out.guard.own = configuration.own;
  out.guard.jails = configuration.jails;
  out.guard.own["mail_host"] = mail_host();
  out.runner = action_runner::pack(runner_plan_of(out.guard));
  const auto geoip = out.guard.own["geoip"];
  out.warden.geoip = geoip.starts_with('/') ? geoip : "";
  out.warden.nft_table = out.guard.own["nft_table"];
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
