// Mailer: the owner's mail in the daemon: guard/mail's Post with its settings, its state file, and
// who carries the letters: the net helper by SMTP, or the action runner with sendmail.
//
// It never waits, but at the end of the process, and then for a few seconds at most.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "daemon/net_link.h"
#include "daemon/runner_link.h"
#include "daemon/state_file.h"
#include "guard/live/ban_list.h"
#include "guard/live/log.h"
#include "guard/mail/country.h"
#include "guard/mail/mail_action.h"
#include "guard/mail/post.h"
#include "plan/plan.h"

namespace spranga::daemon {

class Mailer {
public:
  using Route = guard::mail::Route;
  /// Whom which jails write to.
  using Jails = std::map<Route, std::vector<std::string>>;

  /// `folder`: of the state; "" keeps nothing over a restart.
  Mailer(NetLink& net,
         RunnerLink& runner,
         guard::Log& log,
         const Clock& clock,
         const std::string& folder);

  /// Settings of the plan, and what an earlier life left.
  void open(const plan::GuardPlan& plan);

  /// Another plan. What waits for its time goes at once: somebody may have mended what was wrong.
  void change(const plan::GuardPlan& plan);

  /// Where the action's mail goes, if this stands in for it; nullopt: it is none of ours.
  [[nodiscard]] std::optional<Route> route_of(const ban::ActionSpec& action);

  /// Where bans are told that no action of their jail tells; nullptr: nowhere.
  [[nodiscard]] const Route* usual() const;

  void on_ban(const Route& route, const guard::HeldBan& held);

  void tell_start(const Jails& jails);
  void tell_stop(const Jails& jails);

  /// Hands over what is due, logs, and keeps the state.
  void on_clock();

  /// Of a mail that was given to the net helper, or to the runner.
  void on_answer(const net_helper::Request& request, const net_helper::Answer& answer);
  void on_reply(const action_runner::Request& request, const action_runner::Reply& reply);

  /// When on_clock() has something to do; none: nothing is planned.
  [[nodiscard]] std::optional<ban::Instant> next() const { return post().next(); }

  /// What is gathered goes, and the state is written; at most for `time`.
  void finish(std::chrono::milliseconds time);

  /// "" = all goes well.
  [[nodiscard]] std::string trouble() const;

private:
  [[nodiscard]] guard::mail::Post& post() { return *post_; }

  [[nodiscard]] const guard::mail::Post& post() const { return *post_; }

  [[nodiscard]] ban::Instant now() const;
  [[nodiscard]] guard::mail::Settings settings_of(const plan::GuardPlan& plan);
  [[nodiscard]] std::vector<guard::mail::Server> servers_of(const plan::GuardPlan& plan);
  void open_countries();
  void hand_over(const guard::mail::Letter& letter);
  void on_outcome(std::uint64_t letter, const guard::mail::Outcome& outcome);
  void write_log();
  void keep_state(bool at_once);

  NetLink& net_;
  RunnerLink& runner_;
  guard::Log& log_;
  const Clock& clock_;
  StateFile file_;
  std::string host_{"localhost"};
  std::string geoip_{"none"};
  guard::mail::Country country_;
  std::optional<guard::mail::Post> post_;
  SteadyTime next_save_{};
  std::string trouble_;
};

/// How guard/mail's letter is asked of the net helper.
[[nodiscard]] net_helper::Mail mail_of(const guard::mail::Letter& letter, const std::string& host);

/// What became of it.
[[nodiscard]] guard::mail::Outcome outcome_of(const net_helper::Answer& answer);
[[nodiscard]] guard::mail::Outcome outcome_of(const action_runner::Reply& reply);

}  // namespace spranga::daemon
