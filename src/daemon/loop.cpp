// The loop: lines first, then what the other processes have to say, then the clock.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <thread>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/own_options.h"
#include "plan/orders.h"

namespace spranga::daemon {

namespace {

using namespace std::chrono_literals;
using guard::Level;
using plan::Ask;

constexpr auto look_every = 10s;
constexpr auto places_every = 1s;
constexpr auto purge_every = 30s;
constexpr auto prolong_every = 24h;
constexpr auto rules_at_least_every = 60s;

}  // namespace

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
  if (restoring_ && !doors_.is_busy()) {
    add(restoring_->fd(), false);
  }
  refill_if_lost();
  doors_.send(now());
  log_.flush();
  const auto wait = wait_time();
  if (::ppoll(ready.data(), ready.size(), &wait, nullptr) < 0 && errno != EINTR) {
    say(Level::critical, "server", "poll failed");
    status_ = 1;
    stopping_ = true;
    return;
  }
  read_logs();
  if (doors_.send(now())) {
    std::this_thread::yield();  // on one processor: bans go in before they are noted
  }
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
  restore_some({});
  let_strangers_go();
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
  }
  if (desk_.take_found()) {
    for (const auto& jail : guard_.jails()) {
      tell_added_logs(*jail);
    }
  }
}

/// Before anything else goes out.
void Daemon::refill_if_lost() {
  if (news_.take_lost()) {
    if (!is_anothers_) {
      say(Level::warning, "actions", "firewall: " + news_.why() + "; everything is made again");
    }
    doors_.refill(now());
  }
}

void Daemon::on_clock() {
  guard_.on_clock(now());
  ask_names();
  mailer_.on_clock();
  net_.on_clock(clock_.now());
  resume_sightings();
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
    for (const auto& notice : ledger_->take_notices()) {
      say(Level::error, "database", notice);
    }
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

/// With what was counted goes how much it is by now: a crash between the two would lose count. In a
/// flood they wait a little (guard::NoteBook).
void Daemon::write_notes(bool at_once) {
  const auto at = clock_.now();
  const bool all = at >= next_places_;
  if (all) {
    next_places_ = at + places_every;
  }
  for (const auto* source : sources()) {
    desk_.note_positions(*source, all);
  }
  if (notes_.empty() || (!at_once && notes_.waits_until(now()))) {
    return;
  }
  for (const auto& jail : guard_.jails()) {
    const auto totals = jail->totals();
    if (auto& noted = noted_totals_[jail->name()]; noted != totals) {
      noted = totals;
      notes_.add(ledger::Totals{jail->name(), totals.failed, totals.banned});
    }
  }
  ledger_->note(notes_.take());
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
      break_off();
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

/// To the nanosecond: a journal that is asked every 3 ms is not to be asked every 4.
timespec Daemon::wait_time() const {
  const auto at = clock_.now();
  auto until = at + 1s;
  for (const auto* source : sources()) {
    until = std::min(until, source->next_turn(at));
  }
  if (firewall_.has_news() || net_.has_news()) {
    return {};
  }
  until = std::min(until,
                   news_.has_touched_rules() ? last_rules_ + rules_at_most_every : latest_rules_);
  if (const auto mail = mailer_.next()) {
    until = std::min(until, at + std::max(ban::Instant::duration(0), *mail - now()));
  }
  if (const auto deadline = control_->next_deadline()) {
    until = std::min(until, *deadline);
  }
  if (const auto due = notes_.waits_until(now())) {
    until = std::min(until, at + (*due - now()) + std::chrono::milliseconds(1));
  }
  if (const auto end = guard_.next_end()) {
    // A ban is over when its end has passed: one step of the clock later.
    until = std::min(until, at + (*end - now()) + std::chrono::milliseconds(1));
  }
  const auto left = std::clamp<std::chrono::nanoseconds>(until - at, 0s, 1s);
  const auto whole = std::chrono::floor<std::chrono::seconds>(left);
  return {whole.count(), (left - whole).count()};
}

}  // namespace spranga::daemon
