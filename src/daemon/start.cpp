// From the plan to the first look at the logs; and whose the firewall is.
#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/own_options.h"
#include "plan/orders.h"

namespace spranga::daemon {

namespace {

using namespace std::chrono_literals;
using guard::Level;

constexpr auto claim_every = 10s;
constexpr auto first_patience = 200ms;
constexpr auto places_patience = 500ms;
constexpr auto strangers_stay = 60s;

}  // namespace

/// What comes of its answers.
void Daemon::hear_firewall() {
  news_.on_success = [this](const auto& outcome) {
    doors_.done(outcome.order);
    if (outcome.order == attaching_ && std::exchange(is_first_, false)) {
      doors_.look();
    }
    if (outcome.order == attaching_ && std::exchange(is_anothers_, false)) {
      say(Level::notice, "actions", "firewall: the table is ours now");
      news_.forget_failures();
    }
    hands_.on_outcome(outcome);
  };
  news_.on_holding = [this](std::uint64_t /*order*/, firewall::Holding holding) {
    if (knows_all_bans_) {
      doors_.found(std::move(holding));
    }
  };
  news_.on_failure = [this](const auto& outcome) {
    doors_.failed(outcome.order);
    return is_anothers_firewall(outcome) || hands_.on_outcome(outcome);
  };
}

Result<void> Daemon::start() {
  since_ = now();
  strangers_go_at_ = clock_.now() + strangers_stay;
  SPRANGA_TRY(const auto bytes, plan::bytes_of_sealed(plan::guard_plan));
  SPRANGA_TRY(plan_, plan::read_guard_plan(bytes));
  log_.show_from(level_of(plan_.server["loglevel"]).value_or(Level::info));
  say(Level::info, "server", std::string(50, '-'));
  say(Level::info, "server", "Starting Fail2ban v" + plan_.version);
  if (options_.background) {
    say(Level::info, "server", "Daemon started");
  }
  say(Level::info, "observer", "Observer start...");
  for (const auto& error : plan_.errors) {
    say(Level::error, "configreader", error);
  }
  for (const auto& warning : plan_.warnings) {
    say(Level::warning, "configreader", warning);
  }
  hear_firewall();
  services_ = guard::actions::service_ports(read_ignore_file("/etc/services").value_or(""));
  never_ = networks_in(plan_.own["never_ban"]);
  look_around();
  SPRANGA_CHECK(open_ledger());
  SPRANGA_TRY(restoring_, ledger_->running_bans(now()));  // read ahead while all else is made
  SPRANGA_TRY(const auto memory, ledger_->recall_without_bans(kept_jails(), now()));
  mailer_.open(plan_);
  if (options_.firewall) {
    doors_.gather();
  }
  make_jails();
  if (options_.firewall) {
    attach_firewall(Fd(plan::guard_firewall));  // put there by the warden
    doors_.begin();
  }
  follow_names();
  if (!options_.again && !options_.dry_run) {
    mailer_.tell_start(hands_.mail_routes());
  }
  follow_logs(memory.positions);
  for (const auto& jail : guard_.jails()) {
    introduce(*jail, true);
  }
  for (const auto& jail : guard_.jails()) {
    say(Level::info, "jail", "Jail '" + jail->name() + "' started");
  }
  remember(memory);
  restore_some(first_patience);  // few are here before anybody asks
  note_places();
  wait_for_first_places(memory.positions);
  SPRANGA_TRY(control_, guard::control::Service::make(Fd(plan::guard_socket)));
  warden_.say(plan::Ask::What::ready);
  doors_.send(now());
  log_.flush();
  return {};
}

Result<void> Daemon::open_ledger() {
  const auto settings = ledger_options(plan_.server);
  ledger::LedgerFiles files;
  files.own = options_.state.empty() ? "" : options_.state + "/ledger.sqlite3";
  files.fail2ban = options_.database;
  std::error_code none;
  const bool is_new =
      !files.fail2ban.empty() && std::filesystem::file_size(files.fail2ban, none) == 0;
  SPRANGA_TRY(ledger_, ledger::Ledger::open(files, settings, clock_));
  history_ = guard::MemoryHistory(settings.purge_age, world_.judge.secret);
  ledger_->set_jails(kept_jails());
  for (const auto& notice : ledger_->take_notices()) {
    say(Level::error, "database", notice);
  }
  if (!options_.database.empty()) {
    say(Level::info,
        "database",
        "Connected to fail2ban persistent database '" + options_.database + "'");
  }
  if (is_new) {
    say(Level::warning, "database", "New database created. Version '4'");
  }
  remember_past_bans();
  return {};
}

/// Only where bans grow by what was before, since there may be a million.
void Daemon::remember_past_bans() {
  const bool wanted =
      std::ranges::any_of(plan_.jails, [](const auto& jail) { return jail.increment.enabled; });
  if (!wanted || knows_past_) {
    return;
  }
  const auto past = ledger_->past_bans(now());
  if (!past) {
    say(Level::error, "database", past.error().detail);
    return;
  }
  for (const auto& ban : *past) {
    history_.add(ban);
  }
  knows_past_ = true;
}

std::vector<ledger::KeptJail> Daemon::kept_jails() const {
  std::vector<ledger::KeptJail> out;
  for (const auto& jail : plan_.jails) {
    out.push_back({jail.name, jail.findtime});
  }
  return out;
}

void Daemon::make_jails() {
  for (const auto& spec : plan_.jails) {
    make_jail(spec);
  }
  guard_.feed_with_bans(fed_by_bans(plan_));
}

void Daemon::make_jail(const ban::JailSpec& spec) {
  const auto made = guard_.add(spec, now());
  if (!made) {
    say(Level::error, "jail", "Jail '" + spec.name + "' is left out: " + made.error().detail);
    bad_jails_.push_back(spec.name + ": " + made.error().detail);
    return;
  }
  hands_.bind(spec, {}, {});
}

/// Counters first, so that a restored ban closes the account that led to it. The bans come later
/// (restore_some).
void Daemon::remember(const ledger::Memory& memory) {
  const auto at = now();
  for (const auto& seen : memory.seen) {
    if (auto* jail = guard_.find(seen.jail)) {
      jail->recall(seen, at);
    }
  }
  for (const auto& jail : guard_.jails()) {
    jail->begin_restoring();
  }
  counts_restored_ = memory.clean_stop;
  for (const auto& totals : memory.totals) {
    auto* jail = guard_.find(totals.jail);
    if (jail != nullptr && !memory.clean_stop) {
      jail->set_totals({totals.failed, totals.banned});
    }
  }
}

/// A portion of them, while the firewall process has time for it.
void Daemon::restore_some(std::chrono::milliseconds patience) {
  if (!restoring_ || doors_.is_busy()) {
    return;
  }
  const auto at = now();
  auto portion = restoring_->take(patience);
  for (const auto& ban : portion.ahead) {
    if (auto* jail = guard_.find(ban.jail)) {
      jail->restore_ahead(ban, at);
    }
  }
  for (auto& made : portion.bans) {
    if (auto* jail = guard_.find(made.ban.jail)) {
      jail->restore(std::move(made), at, counts_restored_);
    }
  }
  if (!restoring_->is_done()) {
    return;
  }
  if (const auto trouble = restoring_->trouble(); !trouble.empty()) {
    say(Level::error, "database", trouble);
    knows_all_bans_ = false;
    doors_.end_ahead(at, Doors::Rest::kept);
  } else {
    doors_.end_ahead(at);
  }
  restoring_.reset();
  for (const auto& jail : guard_.jails()) {
    jail->end_restoring();
  }
}

/// Whom the kernel alone remembers. Some may have been banned just before a kill, so that the
/// ledger did not hear of it: their lines are read again first, and they are banned again.
void Daemon::let_strangers_go() {
  if (doors_.has_found() && !restoring_ &&
      (desk_.has_caught_up(followed_) || clock_.now() >= strangers_go_at_)) {
    doors_.let_strangers_go(now());
  }
}

/// Before somebody lets go one of them, or all.
void Daemon::restore_all() {
  while (restoring_) {
    doors_.send(now());
    if (doors_.is_busy()) {
      doors_.send_all(now());
    }
    restore_some(std::chrono::seconds(1));
  }
}

/// Where reading begins is known before the first line is read: a log that is rotated away after a
/// kill is found again.
void Daemon::note_places() {
  next_places_ = {};
  write_notes(true);
}

/// Of a log that was never read before nothing else tells that. Not for long: a disk may take
/// nothing.
void Daemon::wait_for_first_places(const std::vector<ledger::Position>& kept) {
  const auto is_first = [&](const guard::JailPlace& read) {
    return std::ranges::none_of(kept, [&](const ledger::Position& known) {
      return known.path == read.place.path && known.jail == desk_.name_of(read.jail);
    });
  };
  if (std::ranges::any_of(file_watch_->positions(), is_first)) {
    static_cast<void>(ledger_->flush(places_patience));  // health() tells what kept it from that
  }
}

void Daemon::attach_firewall(Fd channel) {
  firewall::Start setup;
  setup.table = plan_.own["nft_table"];
  setup.never = firewall_networks(surroundings_.all());
  setup.doors = doors_.all();
  attaching_ = firewall_.attach(std::move(channel), std::move(setup));
}

/// Told once; until the table is free, nothing can be ordered, and everything is then.
bool Daemon::is_anothers_firewall(const firewall::Outcome& outcome) {
  if (outcome.code != Errc::taken) {
    return false;
  }
  next_claim_ = clock_.now() + claim_every;
  return std::exchange(is_anothers_, true);
}

/// The firewall process ends with its channel; the warden starts another, which asks anew.
void Daemon::claim_again(SteadyTime at) {
  if (is_anothers_ && at >= next_claim_ && firewall_.fd() >= 0) {
    next_claim_ = at + claim_every;
    firewall_.detach();
  }
}

}  // namespace spranga::daemon
