// Daemon: the guard's process. It wires the core to what the warden has given it, and turns the
// loop: lines first, then what the other processes have to say, then the clock.
#pragma once

#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "daemon/control_face.h"
#include "daemon/doors.h"
#include "daemon/firewall_news.h"
#include "daemon/jail_hands.h"
#include "daemon/log_desk.h"
#include "daemon/log_writer.h"
#include "daemon/mailer.h"
#include "daemon/net_link.h"
#include "daemon/options.h"
#include "daemon/runner_link.h"
#include "daemon/surroundings.h"
#include "daemon/warden_link.h"
#include "firewall/remote_firewall.h"
#include "guard/actions/native.h"
#include "guard/control/service.h"
#include "guard/judge/history.h"
#include "guard/live/guard.h"
#include "guard/live/name_desk.h"
#include "guard/logs/file_watch.h"
#include "guard/logs/journal_watch.h"
#include "ledger/ledger.h"
#include "plan/plan.h"

namespace spranga::daemon {

class Daemon {
public:
  Daemon(Options options, const Clock& clock);

  /// From the plan to the first look at the logs. An error is for the person who starts it.
  [[nodiscard]] Result<void> start();

  /// Until it is told to stop. The exit status.
  [[nodiscard]] int run();

private:
  friend class ControlFace;
  friend class JailFace;
  friend class Reporter;

  struct Journal {
    guard::JournalOptions options;
    std::vector<guard::JournalWish> wishes;
    std::unique_ptr<guard::JournalWatch> watch;
  };

  [[nodiscard]] Result<void> open_ledger();
  void make_jails();
  void make_jail(const ban::JailSpec& spec);
  void remember_past_bans();
  void remember(const ledger::Memory& memory);
  void restore_some(std::chrono::milliseconds patience);
  void restore_all();
  void let_strangers_go();
  void note_places();
  void wait_for_first_places(const std::vector<ledger::Position>& kept);
  void follow_logs(const std::vector<ledger::Position>& kept);
  void hear_firewall();
  void attach_firewall(Fd channel);
  [[nodiscard]] bool is_anothers_firewall(const firewall::Outcome& outcome);
  void claim_again(SteadyTime at);
  [[nodiscard]] guard::LiveWorld world();
  [[nodiscard]] Way decide(const ban::ActionSpec& action);
  [[nodiscard]] std::vector<ledger::KeptJail> kept_jails() const;
  [[nodiscard]] std::vector<const guard::HeldBan*> held_by(const std::string& jail);
  [[nodiscard]] std::vector<ledger::BanStory> past_bans(const std::string& target);

  void turn();
  void hear_programs();
  void read_logs();
  void hear_warden();
  void hear_firewall(short events);
  void hear_ledger();
  void on_net_answer(const net_helper::Request& request, const net_helper::Answer& answer);
  void follow_names();
  void ask_names();
  void resume_sightings();
  void on_clock();
  void refill_if_lost();
  void look_around();
  void look_at_rules(SteadyTime at);
  /// introduce.cpp: what fail2ban logs of a jail before it is at work.
  void introduce(const guard::LiveJail& jail, bool is_new);
  void tell_added_logs(const guard::LiveJail& jail);
  void tell_removed_logs(const std::string& jail);
  /// The files that the jail reads, in the order of its logpath.
  [[nodiscard]] std::vector<guard::LogPlace> files_of(const guard::LiveJail& jail) const;

  /// What the jail reads: paths, or the journal.
  [[nodiscard]] std::vector<std::string> reads_of(const guard::LiveJail& jail) const;
  void write_notes(bool at_once = false);
  [[nodiscard]] timespec wait_time() const;

  [[nodiscard]] Result<void> reload(const std::string& which);
  [[nodiscard]] Result<void> turn_log_to(const std::string& target);

  void stop_soon() { stop_asked_ = true; }

  [[nodiscard]] bool reads_journal(const guard::LiveJail& jail) const;
  void choose_logs(const guard::LiveJail& jail, std::vector<guard::LogWish>& files);
  void open_journals(const std::vector<guard::JailPlace>& places);
  [[nodiscard]] std::vector<guard::LiveSource*> sources() const;
  [[nodiscard]] Result<std::pair<plan::GuardPlan, Fd>> new_plan(const std::string& which);
  [[nodiscard]] std::string lost_to_error(const plan::GuardPlan& next) const;
  void apply(const std::string& which, plan::GuardPlan next, Fd for_runner);
  void release_actions(const plan::GuardPlan& next);
  [[nodiscard]] bool change_jail(const ban::JailSpec& spec);
  void follow_again();
  void bring_back(const std::string& name);
  void remove_jail(const std::string& name);
  void flush_logs();
  void stop();
  void break_off();

  [[nodiscard]] ban::Instant now() const;
  void say(guard::Level level, std::string_view logger, const std::string& text);

  static constexpr std::chrono::milliseconds rules_at_most_every{300};

  Options options_;
  const Clock& clock_;
  plan::GuardPlan plan_;
  LogWriter log_;
  WardenLink warden_;
  process::Channel told_;
  WardenLogFiles files_;
  guard::actions::ServicePort services_;
  Surroundings surroundings_;
  std::vector<guard::Network> never_;
  guard::Secret secret_;
  guard::NoteBook notes_;
  std::vector<ledger::Position>
      kept_places_;  // of jails that come back, until logs are followed again
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<ledger::BanReader> restoring_;  // bans of earlier lives that are still to come
  bool counts_restored_{true};                    // in the totals
  bool knows_all_bans_{true};                     // of earlier lives: the ledger could be read
  guard::MemoryHistory history_;
  bool knows_past_{false};  // history_ has what the ledger knows
  guard::RecentLines lines_;
  FirewallNews news_;
  firewall::RemoteFirewall firewall_;
  std::uint64_t attaching_{0};  // the order whose answer says whether the firewall is ours
  bool is_first_{true};         // none was ours so far
  bool is_anothers_{false};     // another guard has our table
  SteadyTime next_claim_{};
  Doors doors_;
  RunnerLink runner_;
  NetLink net_;
  Mailer mailer_;
  JailHands hands_;
  guard::LiveWorld world_;
  guard::Guard guard_;
  guard::NameDesk names_;
  LogDesk desk_;
  ControlFace face_;
  std::optional<guard::control::Service> control_;
  std::unique_ptr<guard::FileWatch> file_watch_;
  std::vector<Journal> journals_;                              // one for each way to open it
  std::set<std::size_t> followed_;                             // jails that read something
  SteadyTime strangers_go_at_{};                               // at the latest
  std::vector<std::string> bad_jails_;                         // with the reason
  std::map<std::string, std::vector<std::string>> told_logs_;  // by jail: files that were "added"
  ban::Instant since_;                                         // when it started
  SteadyTime next_look_{};
  SteadyTime next_places_{};
  SteadyTime next_purge_{};
  std::map<std::string, guard::JailTotals> noted_totals_;  // as the ledger has them
  SteadyTime next_prolonging_{};
  SteadyTime last_rules_{};  // when iptables' were looked at
  SteadyTime latest_rules_{};
  std::chrono::milliseconds rules_retry_{rules_at_most_every};
  bool stop_asked_{false};  // the reply goes out first
  bool stopping_{false};
  int status_{0};
};

}  // namespace spranga::daemon
