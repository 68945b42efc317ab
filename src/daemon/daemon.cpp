#include "daemon/daemon.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <random>
#include <system_error>
#include <utility>

#include "daemon/own_options.h"
#include "guard/actions/native.h"
#include "plan/orders.h"
#include "text/ascii.h"

namespace spranga::daemon {

namespace {

using namespace std::chrono_literals;
using guard::Level;
using plan::Ask;

constexpr auto look_every = 10s;
constexpr auto claim_every = 10s;
constexpr auto purge_every = 30s;
constexpr auto prolong_every = 24h;
constexpr auto rules_at_least_every = 60s;

/// A descriptor that the warden has put there.
Fd inherited(int number) {
  return Fd(number);
}

ban::Instant instant(std::chrono::system_clock::time_point at) {
  return std::chrono::time_point_cast<ban::Instant::duration>(at);
}

double chance() {
  static std::mt19937_64 source{std::random_device{}()};  // one thread
  return std::uniform_real_distribution<double>(0.0, 1.0)(source);
}

}  // namespace

Daemon::Daemon(Options options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      log_(inherited(plan::guard_log), options_.log_kind, options_.warden, clock),
      warden_(inherited(plan::guard_asks)),
      told_(inherited(plan::guard_is_told)),
      files_(warden_, inherited(plan::guard_inotify)),
      news_(log_),
      firewall_(news_),
      doors_(firewall_),
      runner_(
          [this]() -> Result<Fd> {
            SPRANGA_TRY(auto given, warden_.ask({Ask::What::start_actions, "", 0}));
            return given.fds.size() == 1 ? Result<Fd>(std::move(given.fds.front()))
                                         : fail(Errc::malformed, "the warden sent no channel");
          },
          log_,
          [this](const auto& request, const auto& reply) {
            if (request.verb == action_runner::Verb::mail) {
              mailer_.on_reply(request, reply);
            } else {
              hands_.on_reply(request, reply, held_by(request.jail));
            }
          }),
      net_(
          [this]() -> Result<Fd> {
            SPRANGA_TRY(auto given, warden_.ask({Ask::What::start_net, "", 0}));
            return given.fds.size() == 1 ? Result<Fd>(std::move(given.fds.front()))
                                         : fail(Errc::malformed, "the warden sent no channel");
          },
          log_,
          [this](const auto& request, const auto& answer) { on_net_answer(request, answer); }),
      mailer_(net_, runner_, log_, clock, options_.state),
      hands_(doors_,
             runner_,
             mailer_,
             log_,
             {options_.dry_run,
              options_.firewall,
              [this](const ban::ActionSpec& action) { return decide(action); },
              [this] { return now(); },
              [this](const std::string& jail) { return held_by(jail); }}),
      world_(world()),
      guard_(world_),
      desk_(guard_, log_, notes_, clock_),
      face_(*this) {}

Way Daemon::decide(const ban::ActionSpec& action) {
  if (auto route = mailer_.route_of(action)) {
    return *std::move(route);
  }
  const auto way = guard::actions::way_of(action, services_);
  if (!way.native) {
    return AsWritten{way.why};
  }
  firewall::Door door;
  door.backend = way.native->backend;
  if (door.backend == firewall::Backend::ipset) {
    door.name = way.native->name;
  }
  door.protocols = way.native->protocols;
  door.ports = way.native->ports;
  door.verdict = way.native->verdict;
  return door;
}

std::vector<const guard::HeldBan*> Daemon::held_by(const std::string& jail) {
  auto* const found = guard_.find(jail);
  return found == nullptr ? std::vector<const guard::HeldBan*>() : found->bans().all();
}

ban::Instant Daemon::now() const {
  return instant(clock_.wall());
}

void Daemon::say(Level level, std::string_view logger, const std::string& text) {
  log_.write(level, logger, text);
}

guard::LiveWorld Daemon::world() {
  guard::JudgePorts judge;
  judge.history = &history_;
  judge.random = chance;
  judge.files = read_ignore_file;
  judge.names = [this](const std::string& name) { return names_.addresses_of(name); };
  guard::MatchOptions match;
  match.mode = guard::MatchMode::live;
  match.names_later = true;
  return {
      log_,
      hands_,
      notes_,
      [this](const std::string& target) { return surroundings_.why_not(target); },
      std::move(judge),
      [this](const std::string& jail, const ban::Sighting& sighting) {
        return asks_to_ignore(runner_, jail, sighting);
      },
      std::move(match),
      [](ban::Instant at) {
        return local_time(std::chrono::time_point_cast<std::chrono::system_clock::duration>(at));
      },
      [this](const guard::LiveJail& jail, const ban::Sighting& sighting) {
        return names_.keep(jail.name(), sighting, jail.judge().ignored_names(), now());
      }};
}

Result<void> Daemon::start() {
  since_ = now();
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
  news_.on_success = [this](const auto& outcome) {
    if (outcome.order == attaching_ && std::exchange(is_anothers_, false)) {
      say(Level::notice, "actions", "firewall: the table is ours now");
      news_.forget_failures();
    }
    hands_.on_outcome(outcome);
  };
  news_.on_failure = [this](const auto& outcome) {
    return is_anothers_firewall(outcome) || hands_.on_outcome(outcome);
  };
  services_ = guard::actions::service_ports(read_ignore_file("/etc/services").value_or(""));
  never_ = networks_in(plan_.own["never_ban"]);
  look_around();
  SPRANGA_CHECK(open_ledger());
  if (options_.firewall) {
    attach_firewall(inherited(plan::guard_firewall));
  }
  SPRANGA_TRY(const auto memory, ledger_->recall(kept_jails(), now()));
  mailer_.open(plan_);
  make_jails();
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
  note_places();
  SPRANGA_TRY(control_, guard::control::Service::make(inherited(plan::guard_socket)));
  warden_.say(Ask::What::ready);
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
  history_ = guard::MemoryHistory(settings.purge_age);
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
  SPRANGA_TRY(const auto past, ledger_->past_bans(now()));
  for (const auto& ban : past) {
    history_.add(ban);
  }
  return {};
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

/// Counters first, so that a restored ban closes the account that led to it.
void Daemon::remember(const ledger::Memory& memory) {
  const auto at = now();
  for (const auto& seen : memory.seen) {
    if (auto* jail = guard_.find(seen.jail)) {
      jail->recall(seen, at);
    }
  }
  for (const auto& made : memory.bans) {
    if (auto* jail = guard_.find(made.ban.jail)) {
      jail->restore(made, at);
    }
  }
  for (const auto& totals : memory.totals) {
    auto* jail = guard_.find(totals.jail);
    if (jail != nullptr && !memory.clean_stop) {
      jail->set_totals({totals.failed, totals.banned});
    }
  }
}

/// Where reading begins is known before the first line is read: a log that is rotated away after a
/// kill is found again.
void Daemon::note_places() {
  for (const auto* source : sources()) {
    desk_.note_positions(*source);
  }
  write_notes();
}

void Daemon::attach_firewall(Fd channel) {
  firewall::Start setup;
  setup.table = plan_.own["nft_table"];
  setup.owner = static_cast<std::uint32_t>(options_.warden);
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

int Daemon::run() {
  while (!stopping_) {
    turn();
  }
  return status_;
}

void Daemon::turn() {
  std::vector<pollfd> ready;
  const auto add = [&ready](int fd, bool writes) {
    ready.push_back({fd, static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), 0});
  };
  add(told_.fd(), false);
  add(ledger_->health_fd(), false);
  add(firewall_.fd(), firewall_.wants_to_write());
  add(runner_.fd(), runner_.wants_to_write());
  add(net_.fd(), net_.wants_to_write());
  for (const auto* source : sources()) {
    for (const int fd : source->descriptors()) {
      add(fd, false);
    }
  }
  add(control_->fd(), false);
  if (::poll(ready.data(), ready.size(), wait_time()) < 0 && errno != EINTR) {
    say(Level::critical, "server", "poll failed");
    status_ = 1;
    stopping_ = true;
    return;
  }
  read_logs();
  hear_firewall(ready[2].revents);
  if ((ready[3].revents & POLLOUT) != 0) {
    runner_.on_writable();
  }
  if (ready[3].revents != 0) {
    runner_.on_readable();
  }
  if ((ready[4].revents & POLLOUT) != 0) {
    net_.on_writable(clock_.now());
  }
  if (ready[4].revents != 0) {
    net_.on_readable(clock_.now());
  }
  if (ready[1].revents != 0) {
    hear_ledger();
  }
  on_clock();
  hear_programs();
  if (ready[0].revents != 0) {
    hear_warden();
  }
  write_notes();
  if (stop_asked_ && !stopping_) {
    stop();
  }
}

void Daemon::hear_firewall(short events) {
  if ((events & POLLOUT) != 0) {
    static_cast<void>(firewall_.on_writable());  // an error shows at the next reading
  }
  if (firewall_.fd() >= 0 && (events != 0 || firewall_.has_news())) {
    if (const auto heard = firewall_.on_readable(); !heard) {
      say(Level::error, "actions", "the firewall process ended: " + heard.error().detail);
    }
  }
}

void Daemon::read_logs() {
  for (auto* source : sources()) {
    source->turn(clock_.now(), desk_);
    desk_.note_positions(*source);
  }
  if (desk_.take_found()) {
    for (const auto& jail : guard_.jails()) {
      tell_added_logs(*jail);
    }
  }
}

void Daemon::on_clock() {
  guard_.on_clock(now());
  ask_names();
  mailer_.on_clock();
  net_.on_clock(clock_.now());
  resume_sightings();
  if (news_.take_lost()) {
    if (!is_anothers_) {
      say(Level::warning, "actions", "firewall: " + news_.why() + "; everything is made again");
    }
    doors_.refill(now());
  }
  const auto at = clock_.now();
  if (at >= next_look_) {
    look_around();
  }
  look_at_rules(at);
  claim_again(at);
  if (at >= next_prolonging_) {
    next_prolonging_ = at + prolong_every;
    doors_.prolong_longest(now());
  }
  if (at >= next_purge_) {
    next_purge_ = at + purge_every;
    for (const auto& jail : guard_.jails()) {
      jail->judge().purge_accounts(now());
    }
  }
}

/// The kernel tells of rules that are taken out, but for those of the old iptables; and it tells
/// often while another program makes all its rules anew.
void Daemon::look_at_rules(SteadyTime at) {
  const bool broken = hands_.has_broken_rules();
  if (broken) {
    latest_rules_ = std::min(latest_rules_, last_rules_ + rules_retry_);
  } else {
    rules_retry_ = rules_at_most_every;
  }
  if (at < last_rules_ + rules_at_most_every ||
      !(news_.has_touched_rules() || at >= latest_rules_)) {
    return;
  }
  news_.forget_touched_rules();
  last_rules_ = at;
  latest_rules_ = at + rules_at_least_every;
  rules_retry_ = broken
                     ? std::min<std::chrono::milliseconds>(2 * rules_retry_, rules_at_least_every)
                     : rules_retry_;
  hands_.check_rules();
}

/// Addresses come and go; what may never be banned goes with them.
void Daemon::look_around() {
  next_look_ = clock_.now() + look_every;
  auto next = Surroundings::look("", never_);
  if (next == surroundings_) {
    return;
  }
  surroundings_ = std::move(next);
  if (firewall_.fd() >= 0) {
    firewall_.never_ban(firewall_networks(surroundings_.all()));
  }
}

/// With what was counted goes how much it is by now: a crash between the two would lose count.
void Daemon::write_notes() {
  if (notes_.empty()) {
    return;
  }
  for (const auto& jail : guard_.jails()) {
    const auto totals = jail->totals();
    if (auto& noted = noted_totals_[jail->name()]; noted != totals) {
      noted = totals;
      notes_.emplace_back(ledger::Totals{jail->name(), totals.failed, totals.banned});
    }
  }
  ledger_->note(std::exchange(notes_, {}));
}

void Daemon::hear_programs() {
  const auto at = clock_.now();
  for (const auto& request : control_->serve(at)) {
    const auto reply = face_.answer(request.peer, request.command);
    if (!reply.log.empty()) {
      say(Level::error, "transmitter", reply.log);
    }
    control_->reply(request.client, reply.value, at, at + reply.after);
  }
  for (const auto& complaint : control_->take_complaints()) {
    say(Level::error, "asyncserver", "PROTO-error: load message failed: " + complaint);
  }
}

void Daemon::hear_ledger() {
  std::uint64_t count = 0;
  static_cast<void>(!::read(ledger_->health_fd(), &count, sizeof count));
  const auto health = ledger_->health();
  if (health.trouble.empty()) {
    say(Level::notice, "database", "everything is written down again");
  } else {
    say(Level::error, "database", health.trouble);
  }
}

void Daemon::hear_warden() {
  for (;;) {
    auto message = told_.receive();
    if (!message) {
      say(Level::critical, "server", "the warden is gone");
      status_ = 1;
      stop();
      return;
    }
    if (!*message) {
      return;
    }
    const auto tell = plan::read_tell((*message)->bytes);
    if (!tell) {
      continue;
    }
    switch (tell->what) {
      case plan::Tell::What::stop:
        stop();
        return;
      case plan::Tell::What::reload:
        static_cast<void>(reload("--all"));  // the log says what is wrong
        break;
      case plan::Tell::What::flush_logs:
        flush_logs();
        break;
      case plan::Tell::What::ping:
        warden_.say(Ask::What::alive);
        break;
      case plan::Tell::What::firewall:
        if (!(*message)->fds.empty()) {
          attach_firewall(std::move((*message)->fds.front()));
        }
        break;
    }
  }
}

int Daemon::wait_time() const {
  const auto at = clock_.now();
  auto until = at + 1s;
  for (const auto* source : sources()) {
    until = std::min(until, source->next_turn(at));
  }
  if (firewall_.has_news() || net_.has_news()) {
    return 0;
  }
  until = std::min(until,
                   news_.has_touched_rules() ? last_rules_ + rules_at_most_every : latest_rules_);
  if (const auto mail = mailer_.next()) {
    until = std::min(until, at + std::max(ban::Instant::duration(0), *mail - now()));
  }
  if (const auto deadline = control_->next_deadline()) {
    until = std::min(until, *deadline);
  }
  if (const auto end = guard_.next_end()) {
    // A ban is over when its end has passed: one step of the clock later.
    until = std::min(until, at + (*end - now()) + std::chrono::milliseconds(1));
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - at).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000));
}

void Daemon::flush_logs() {
  if (const auto turned = turn_log_to(""); !turned) {
    say(Level::error, "server", turned.error().detail);
    return;
  }
  say(Level::info, "server", "rollover performed on " + plan_.server["logtarget"]);
}

/// "" opens the same one again.
Result<void> Daemon::turn_log_to(const std::string& target) {
  SPRANGA_TRY(auto given, warden_.ask({Ask::What::open_log_target, target, 0}));
  if (given.fds.size() != 1) {
    return fail(Errc::malformed, "the warden sent no log");
  }
  log_.turn_to(std::move(given.fds.front()), given.answer.text);
  if (!target.empty()) {
    plan_.server["logtarget"] = target;
  }
  return {};
}

void Daemon::stop() {
  stopping_ = true;
  warden_.say(Ask::What::goodbye);
  say(Level::info, "server", "Shutdown in progress...");
  say(Level::info, "observer", "Observer stop ... try to end queue 5 seconds");
  write_notes();
  say(Level::info, "observer", "Observer stopped, 0 events remaining.");
  say(Level::info, "server", "Stopping all jails");
  if (!options_.dry_run) {
    mailer_.tell_stop(hands_.mail_routes());
  }
  const bool keep = plan_.own["on_stop"] == "keep";
  for (const auto& jail : guard_.jails()) {
    tell_removed_logs(jail->name());
  }
  for (const auto& jail : guard_.jails()) {
    jail->close(keep);
    hands_.unbind(jail->name(), keep);
  }
  for (const auto& jail : guard_.jails()) {
    say(Level::info, "jail", "Jail '" + jail->name() + "' stopped");
  }
  drain(runner_, firewall_);
  notes_.emplace_back(ledger::CleanStop{now()});
  write_notes();
  if (const auto written = ledger_->flush(5s); !written) {
    say(Level::error, "database", written.error().detail);
  }
  mailer_.finish(2s);
  if (!options_.database.empty()) {
    say(Level::info, "database", "Connection to database closed.");
  }
  say(Level::info, "server", "Exiting Fail2ban");
}

}  // namespace spranga::daemon
