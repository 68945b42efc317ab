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
#include "plan/log_target.h"
#include "plan/orders.h"
#include "text/ascii.h"

namespace spranga::daemon {

namespace {

using namespace std::chrono_literals;
using guard::Level;
using plan::Ask;

/// A descriptor that the warden has put there.
Fd inherited(int number) {
  return Fd(number);
}

ban::Instant instant(std::chrono::system_clock::time_point at) {
  return std::chrono::time_point_cast<ban::Instant::duration>(at);
}

constexpr std::size_t bans_at_once = 64;

guard::Secret drawn_secret() {
  std::random_device source;
  const auto word = [&source] { return std::uint64_t{source()} << 32U | source(); };
  return {word(), word()};
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
      secret_(drawn_secret()),
      notes_(secret_),
      news_(log_),
      firewall_(news_),
      doors_(firewall_, bans_at_once, drawn_secret()),
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
              [this](const std::string& jail) { return held_by(jail); },
              [this](const std::string& target) { return past_bans(target); },
              [this] { return ledger_options(plan_.server).matches; }}),
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

/// For actions that want to know; where the ledger cannot tell, they hear of the ban at hand alone.
std::vector<ledger::BanStory> Daemon::past_bans(const std::string& target) {
  constexpr std::int64_t most = 1000;
  auto known = ledger_->bans_of(target, most);
  if (!known) {
    log_.write(Level::warning,
               "actions",
               "what " + target + " was banned for before is not known: " + known.error().detail);
    return {};
  }
  return *std::move(known);
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
  judge.lines = &lines_;
  judge.secret = secret_;
  judge.random = chance;
  judge.own_addresses = [this] { return &surroundings_.own(); };
  judge.files = read_ignore_file;
  judge.names = [this](const std::string& name) { return names_.addresses_of(name); };
  guard::MatchOptions match;
  match.mode = guard::MatchMode::live;
  match.names_later = true;
  return {log_,
          hands_,
          notes_,
          [this](const std::string& target) { return surroundings_.why_not(target); },
          std::move(judge),
          [this](const guard::LiveJail& jail, const ban::Sighting& sighting) {
            return asks_to_ignore(
                runner_,
                ignore_question(
                    jail.spec(),
                    sighting,
                    jail.numbers(),
                    [this](const std::string& target) { return past_bans(target); },
                    ledger_options(plan_.server).matches,
                    now()));
          },
          std::move(match),
          [clock = SecondClock()](ban::Instant at) mutable -> std::string {
            return std::string(clock.text(std::chrono::floor<std::chrono::seconds>(at)));
          },
          [this](const guard::LiveJail& jail, const ban::Sighting& sighting) {
            return names_.keep(jail.name(), sighting, jail.judge().ignored_names(), now());
          }};
}

void Daemon::flush_logs() {
  if (const auto turned = turn_log_to(""); !turned) {
    say(Level::error, "server", turned.error().detail);
    return;
  }
  say(Level::info, "server", "rollover performed on " + plan_.server["logtarget"]);
}

/// "" opens the same one again.
Result<void> Daemon::turn_log_to(const std::string& written) {
  const auto target = plan::without_options(written);
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

/// The end of one whom nobody stopped: doors stay shut, and the next life goes on from here as it
/// does after a crash.
void Daemon::break_off() {
  stopping_ = true;
  restoring_.reset();
  write_notes(true);
  if (const auto written = ledger_->flush(5s); !written) {
    say(Level::error, "database", written.error().detail);
  }
}

void Daemon::stop() {
  stopping_ = true;
  warden_.say(Ask::What::goodbye);
  say(Level::info, "server", "Shutdown in progress...");
  say(Level::info, "observer", "Observer stop ... try to end queue 5 seconds");
  note_places();
  say(Level::info, "observer", "Observer stopped, 0 events remaining.");
  say(Level::info, "server", "Stopping all jails");
  if (!options_.dry_run) {
    mailer_.tell_stop(hands_.mail_routes());
  }
  const bool keep = plan_.own["on_stop"] == "keep";
  if (keep) {
    restore_all();  // the kernel has nobody else's
  }
  restoring_.reset();
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
  doors_.send_all(now());
  drain(runner_, firewall_);
  notes_.add(ledger::CleanStop{now()});
  write_notes(true);
  if (const auto written = ledger_->flush(5s); !written) {
    say(Level::error, "database", written.error().detail);
  }
  mailer_.finish(2s);
  if (!options_.database.empty()) {
    say(Level::info, "database", "Connection to database closed.");
  }
  say(Level::info, "server", "Exiting Fail2ban");
  log_.flush();
}

}  // namespace spranga::daemon
