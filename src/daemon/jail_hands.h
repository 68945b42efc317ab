// JailHands: what each jail's actions are, and who carries them out: the firewall through a door,
// the owner's mail, or the action runner, or both a door and the runner: the rules over an ipset
// door's sets are an action of the runner's, made when the door is open and gone before it closes.
// Where either cannot be, the jail's action runs as it is written.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "action_runner/request.h"
#include "ban/jail_spec.h"
#include "daemon/ban_tags.h"
#include "daemon/doors.h"
#include "daemon/mailer.h"
#include "daemon/runner_link.h"
#include "guard/live/hands.h"
#include "guard/live/log.h"

namespace spranga::daemon {

/// How an action is carried out: natively, or as written and why so.
struct AsWritten {
  std::string why;  // "" = nobody expects otherwise
};

using Way = std::variant<firewall::Door, AsWritten, guard::mail::Route>;
using Decide = std::function<Way(const ban::ActionSpec& action)>;

struct HandsSettings {
  bool dry_run{false};  // doors stay open, nothing is run
  bool native{true};    // there is a firewall process
  Decide decide;
  std::function<ban::Instant()> now;
  /// Whom a jail has banned.
  std::function<std::vector<const guard::HeldBan*>(const std::string& jail)> held;
  PastBans past_bans;
  std::function<std::size_t()> most_matches;  // of a target's bans taken together
};

class JailHands : public guard::Hands {
public:
  JailHands(
      Doors& doors, RunnerLink& runner, Mailer& mailer, guard::Log& log, HandsSettings settings)
      : doors_(doors),
        runner_(runner),
        mailer_(mailer),
        log_(log),
        settings_(std::move(settings)) {}

  /// Before the runner gets another plan: actions that the jail will not have any more, or not with
  /// these options, let everybody go. The runner stops those that are gone when it gets that plan.
  void release(const std::string& jail,
               const std::vector<ban::ActionSpec>& wanted,
               const std::vector<const guard::HeldBan*>& held);

  /// Binds the jail's actions: those it has stay, those that are new or changed are started and get
  /// who is banned (`held`), unless they only tell people of bans.
  void bind(const ban::JailSpec& jail,
            const std::vector<const guard::HeldBan*>& held,
            const guard::JailNumbers& numbers);

  /// The jail is gone. `keep`: its doors stay shut.
  void unbind(const std::string& jail, bool keep);

  void ban(const std::string& jail,
           const guard::HeldBan& held,
           const guard::JailNumbers& numbers) override;
  void ban_ahead(const std::string& jail,
                 const std::string& target,
                 std::optional<ban::Instant> until) override;
  void prolong(const std::string& jail,
               const guard::HeldBan& held,
               const guard::JailNumbers& numbers) override;
  void unban(const std::string& jail,
             const guard::HeldBan& held,
             const guard::JailNumbers& numbers) override;
  void check(const std::string& jail, const guard::HeldBan& held) override;

  /// A person's word about somebody whom the jail does not hold: Doors::let_stranger_go().
  bool let_stranger_go(const std::string& jail, const std::string& target);
  void flush(const std::string& jail, bool stopping) override;

  /// An action of the runner was made anew, or could not flush: who is banned gets it again.
  void on_reply(const action_runner::Request& request,
                const action_runner::Reply& reply,
                const std::vector<const guard::HeldBan*>& held);

  /// The firewall's answer to some order. True: it told that a door cannot be, and that is dealt
  /// with.
  bool on_outcome(const firewall::Outcome& outcome);

  /// Looks at iptables' rules of all doors, and has them repaired.
  void check_rules();

  /// Some could not be: they are to be looked at again soon. Another program may have been making
  /// all its rules anew meanwhile.
  [[nodiscard]] bool has_broken_rules() const;

  /// Where the jails' bans are told by mail.
  [[nodiscard]] Mailer::Jails mail_routes() const;

  /// Names of the jail's actions, as verbs call them.
  [[nodiscard]] std::vector<std::string> actions_of(const std::string& jail) const;

  /// Actions whose last command failed, as sentences: until one of the same action is well again.
  [[nodiscard]] std::vector<std::string> troubles() const;

  /// Where a jail's bans go: "nftables: tcp 25,465,587", or why an action runs as written.
  [[nodiscard]] std::vector<std::string> ways_of(const std::string& jail) const;

private:
  struct Bound {
    ban::ActionSpec spec;
    std::optional<firewall::DoorId> door;
    std::optional<guard::mail::Route> mail;  // neither: the runner's
    std::set<std::string> tags;              // of the moment, that its commands ask for
    std::string way;
    bool flushed{false};  // its bans are gone already; what follows needs no unban
    std::string rules{};  // the runner's action that makes iptables' rules over the door's sets
    bool rules_made{false};
    bool rules_broken{false};  // the runner gave them up
    std::string trouble{};     // what became of its last command; "" = it is well
  };

  [[nodiscard]] Bound bound(const std::string& jail, const ban::ActionSpec& spec);
  [[nodiscard]] action_runner::Request request(const std::string& jail,
                                               const Bound& bound,
                                               action_runner::Verb verb) const;
  [[nodiscard]] action_runner::Request about(const std::string& jail,
                                             const Bound& bound,
                                             action_runner::Verb verb,
                                             const guard::HeldBan& held,
                                             const guard::JailNumbers& numbers) const;
  [[nodiscard]] bool runs(const Bound& bound) const;
  void let_go(const std::string& jail,
              const Bound& bound,
              const std::vector<const guard::HeldBan*>& held,
              bool is_changed);
  void order(Bound& bound, action_runner::Request request);
  [[nodiscard]] bool open_door(const std::string& jail, Bound& bound, const firewall::Door& door);
  void leave_door(const std::string& jail, const Bound& bound);
  void send_rules(const std::string& jail, const Bound& bound, action_runner::Verb verb);
  void on_rules(const action_runner::Request& request, const action_runner::Reply& reply);
  void fall_back(const std::string& jail, Bound& bound, const std::string& why);
  void say_as_written(const std::string& jail, Bound& bound, const std::string& why);
  [[nodiscard]] bool stays(Bound& bound);
  void tell_by_mail(const std::vector<Bound>& bounds, const guard::HeldBan& held);

  Doors& doors_;
  RunnerLink& runner_;
  Mailer& mailer_;
  guard::Log& log_;
  HandsSettings settings_;
  std::map<std::string, std::vector<Bound>, std::less<>> jails_;
  /// Doors that close when the runner has taken these rules away: by jail and action.
  std::map<std::pair<std::string, std::string>, firewall::DoorId> closing_;
};

}  // namespace spranga::daemon
