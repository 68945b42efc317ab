#include "warden/warden.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "process/notify.h"
#include "text/escape.h"

namespace spranga::warden {

namespace {

using namespace std::chrono_literals;
using plan::Ask;
using plan::Tell;

constexpr auto time_to_stop = 30s;

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

Fd copy_of(int fd) {
  return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

}  // namespace

void complain(const std::string& what) {
  const auto text = "spranga guard: " + text::escape(what) + "\n";
  static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
}

Warden::Warden(Options options, Accounts accounts, guard::LogFiles& files)
    : options_(std::move(options)),
      accounts_(std::move(accounts)),
      files_(files),
      logs_(files),
      children_(accounts_),
      helpers_(children_) {}

Result<void> Warden::open() {
  SPRANGA_TRY(plans_, read_configuration(options_));
  SPRANGA_TRY(signals_, Signals::open());
  SPRANGA_TRY(socket_, listen_at(plans_.warden.socket));
  opened_ = true;
  logs_.allow(plans_.warden.log_patterns);
  SPRANGA_CHECK(make_state(plans_.warden, accounts_.guard, accounts_.rights));
  SPRANGA_TRY(state_lock_, lock_state(plans_.warden.state_folder));
  SPRANGA_CHECK(log_.open(plans_.warden));
  // Others look there; the guard itself can do without, and a full disk is no reason to be none.
  if (const auto written = write_pidfile(plans_.warden.pidfile); !written) {
    complain(written.error().detail);
  }
  if (accounts_.rights && !options_.dry_run) {
    SPRANGA_TRY(firewall_channel_, helpers_.start_firewall(plans_.warden.nft_table));
  }
  return start_guard();
}

Result<void> Warden::start_guard() {
  SPRANGA_TRY(auto asks, process::Channel::pair());
  SPRANGA_TRY(auto tells, process::Channel::pair());
  std::vector<std::pair<int, int>> descriptors{{asks.second.get(), plan::guard_asks},
                                               {tells.second.get(), plan::guard_is_told},
                                               {socket_.get(), plan::guard_socket},
                                               {files_.events(), plan::guard_inotify},
                                               {plans_.guard.get(), plan::guard_plan},
                                               {log_.now().fd.get(), plan::guard_log}};
  std::vector<std::string> arguments{"--log-kind",
                                     log_.now().kind,
                                     "--state",
                                     plans_.warden.state_folder,
                                     "--database",
                                     plans_.warden.dbfile,
                                     "--warden",
                                     std::to_string(::getpid())};
  if (firewall_channel_) {
    descriptors.emplace_back(firewall_channel_.get(), plan::guard_firewall);
    arguments.emplace_back("--firewall");
  }
  if (options_.dry_run) {
    arguments.emplace_back("--dry-run");
  }
  if (ready_) {
    arguments.emplace_back("--again");
  }
  if (!plans_.warden.geoip.empty()) {
    arguments.insert(arguments.end(), {"--geoip", plans_.warden.geoip});
  }
  if (options_.ready_fd >= 0) {
    arguments.emplace_back("--background");
  }
  SPRANGA_CHECK(children_.start(Role::guard, descriptors, arguments));
  asked_.emplace(std::move(asks.first));
  told_.emplace(std::move(tells.first));
  pulse_.heard(now());
  firewall_channel_.reset();
  return {};
}

int Warden::run() {
  while (!done_) {
    std::array<pollfd, 3> ready{
        pollfd{signals_.fd(), POLLIN, 0},
        pollfd{asked_ ? asked_->fd() : -1, POLLIN, 0},
        pollfd{told_ && told_->wants_to_write() ? told_->fd() : -1, POLLOUT, 0}};
    const int count = ::poll(ready.data(), ready.size(), wait_time(now()));
    if (count < 0 && errno != EINTR) {
      complain(std::string("poll: ") + std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
      status_ = 1;
      break;
    }
    // What the guard said comes before its death: it may have said goodbye.
    if (ready[1].revents != 0) {
      on_ask();
    }
    if (ready[0].revents != 0) {
      on_signal();
    }
    if (ready[2].revents != 0 && told_ && !told_->flush()) {
      told_.reset();  // its death is told by a signal
    }
    start_what_is_due();
    watch_over_guard(now());
  }
  clean_up();
  return status_;
}

void Warden::on_signal() {
  const auto told = signals_.take();
  if (told.reload) {
    tell(Tell::What::reload);
  }
  if (told.flush_logs) {
    tell(Tell::What::flush_logs);
  }
  if (told.stop) {
    stop(now());
  }
  if (told.deaths) {
    for (const auto& death : children_.buried()) {
      on_death(death);
    }
  }
}

/// Whether it was to stop: nobody waits for an answer any more.
void Warden::hear_last_words() {
  while (asked_) {
    const auto message = asked_->receive();
    if (!message || !*message) {
      return;
    }
    const auto ask = plan::read_ask((*message)->bytes);
    if (ask && ask->what == Ask::What::goodbye && !stop_by_) {
      stop_by_ = now() + time_to_stop;
    }
  }
}

void Warden::on_death(const Children::Death& death) {
  if (death.role == Role::guard) {
    hear_last_words();
    asked_.reset();
    told_.reset();
    if (stop_by_ || !ready_) {
      // It was told to stop, or never came to work: whoever started this has to know.
      status_ = stop_by_ && death.clean ? 0 : 1;
      done_ = true;
      return;
    }
  }
  if (stop_by_) {
    return;
  }
  // Started at first use, and at the next one again.
  if (death.role == Role::actions || death.role == Role::net) {
    complain(std::string(program_of(death.role)) + " ended: " + death.how);
    if (death.role == Role::actions) {
      helpers_.lost_actions();
    }
    return;
  }
  complain(std::string(program_of(death.role)) + " ended: " + death.how + "; it is started again");
  due_.emplace_back(death.role, now() + children_.pause_before(death.role, now()));
}

void Warden::start_what_is_due() {
  const auto at = now();
  // The firewall first: a guard that starts with it needs no second word.
  std::ranges::stable_sort(
      due_, {}, [](const auto& entry) { return entry.first != Role::firewall; });
  for (const auto& [role, when] : std::exchange(due_, {})) {
    if (when > at) {
      due_.emplace_back(role, when);
    } else if (role == Role::firewall) {
      firewall_is_due(at);
    } else {
      guard_is_due(at);
    }
  }
}

void Warden::firewall_is_due(SteadyTime at) {
  if (children_.runs(Role::firewall)) {
    return;  // it was started with the guard
  }
  auto channel = helpers_.start_firewall(plans_.warden.nft_table);
  if (!channel) {
    complain(channel.error().detail);
    due_.emplace_back(Role::firewall, at + children_.pause_before(Role::firewall, at) + 1s);
  } else if (told_) {
    std::vector<Fd> fds;
    fds.push_back(std::move(*channel));
    tell(Tell::What::firewall, std::move(fds));
  } else {
    firewall_channel_ = std::move(*channel);
  }
}

// The channel of the firewall went with the guard that died: both begin anew.
void Warden::guard_is_due(SteadyTime at) {
  if (accounts_.rights && !options_.dry_run && !firewall_channel_) {
    if (children_.runs(Role::firewall)) {
      children_.send(Role::firewall, SIGTERM);
      due_.emplace_back(Role::guard, at + 20ms);
      return;
    }
    if (auto channel = helpers_.start_firewall(plans_.warden.nft_table)) {
      firewall_channel_ = std::move(*channel);
    } else {
      complain(channel.error().detail);
    }
  }
  if (const auto started = start_guard(); !started) {
    complain(started.error().detail);
    due_.emplace_back(Role::guard, at + children_.pause_before(Role::guard, at) + 1s);
  }
}

void Warden::on_ask() {
  // One at a time: the guard waits for each answer.
  const auto message = asked_->receive();
  if (!message) {
    asked_.reset();
    return;
  }
  if (!*message) {
    return;
  }
  const auto ask = plan::read_ask((*message)->bytes);
  if (!ask) {
    complain("the guard sent nonsense, and is stopped: " + ask.error().detail);
    children_.send(Role::guard, SIGKILL);
    asked_.reset();
    return;
  }
  switch (ask->what) {
    case Ask::What::alive:
      pulse_.heard(now());
      return;
    case Ask::What::ready:
      became_ready();
      return;
    case Ask::What::goodbye:
      if (!stop_by_) {
        stop_by_ = now() + time_to_stop;
      }
      return;
    default:
      break;
  }
  std::vector<Fd> fds;
  const auto reply = answer(*ask, fds);
  if (const auto sent = asked_->send(plan::pack(reply), std::move(fds)); !sent) {
    complain("answering the guard: " + sent.error().detail);
    asked_.reset();
  }
}

plan::Answer Warden::answer(const Ask& ask, std::vector<Fd>& fds) {
  const auto channel = [&](Result<Fd> started) {
    plan::Answer out;
    if (started) {
      fds.push_back(std::move(*started));
    } else {
      out.code = started.error().code;
      out.error = started.error().detail;
    }
    return out;
  };
  switch (ask.what) {
    case Ask::What::start_actions:
      return channel(helpers_.start_actions(plans_.runner.get()));
    case Ask::What::new_plan:
      return new_plan(fds);
    case Ask::What::keep_plan:
      if (before_) {
        plans_ = *std::exchange(before_, std::nullopt);
        logs_.allow(plans_.warden.log_patterns);
      }
      return {};
    case Ask::What::open_log_target:
      return log_.turn_to(ask.text, fds);
    case Ask::What::start_net:
      return channel(helpers_.start_net());
    default:
      return logs_.answer(ask, fds);
  }
}

plan::Answer Warden::new_plan(std::vector<Fd>& fds) {
  plan::Answer out;
  auto plans = read_configuration(options_);
  if (!plans) {
    out.code = plans.error().code;
    out.error = plans.error().detail;
    return out;
  }
  // Where things are stays as it is until a restart.
  before_ = Plans{plans_.warden, std::move(plans_.guard), std::move(plans_.runner)};
  plans_.guard = std::move(plans->guard);
  plans_.runner = std::move(plans->runner);
  plans_.warden.log_patterns = plans->warden.log_patterns;
  logs_.allow(plans_.warden.log_patterns);
  fds.push_back(copy_of(plans_.guard.get()));
  fds.push_back(copy_of(plans_.runner.get()));
  return out;
}

void Warden::tell(Tell::What what, std::vector<Fd> fds) {
  if (told_ && !told_->send(plan::pack(Tell{what}), std::move(fds))) {
    told_.reset();
  }
}

void Warden::became_ready() {
  pulse_.heard(now());
  if (ready_) {
    return;
  }
  ready_ = true;
  process::notify("READY=1");
  if (options_.ready_fd >= 0) {
    static_cast<void>(!::write(options_.ready_fd, "ready", 5));
    ::close(options_.ready_fd);
    options_.ready_fd = -1;
  }
}

/// systemd's watchdog is fed only as long as the guard answers.
void Warden::watch_over_guard(SteadyTime at) {
  if (stop_by_ && at >= *stop_by_) {
    complain("the guard did not stop in time, and is killed");
    children_.send(Role::guard, SIGKILL);
    stop_by_ = at + time_to_stop;
  }
  if (!ready_ || !told_ || stop_by_) {
    return;
  }
  const auto beat = pulse_.beat(at);
  if (beat.ping) {
    tell(Tell::What::ping);
  }
  if (beat.feed) {
    process::notify("WATCHDOG=1");
  }
  if (beat.hangs) {
    complain("the guard does not answer, and is killed");
    children_.send(Role::guard, SIGKILL);
  }
}

void Warden::stop(SteadyTime at) {
  if (stop_by_) {
    return;
  }
  process::notify("STOPPING=1");
  stop_by_ = at + time_to_stop;
  if (!children_.runs(Role::guard)) {
    done_ = true;
    return;
  }
  tell(Tell::What::stop);
}

int Warden::wait_time(SteadyTime at) const {
  auto until = at + Pulse::ping_every;
  if (stop_by_) {
    until = std::min(until, *stop_by_);
  }
  for (const auto& [role, when] : due_) {
    until = std::min(until, when);
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - at).count();
  return static_cast<int>(std::max<std::int64_t>(0, left));
}

void Warden::clean_up() {
  if (!opened_) {
    return;
  }
  helpers_.end_actions(signals_, now() + time_to_stop);
  ::unlink(plans_.warden.socket.c_str());
  remove_pidfile(plans_.warden.pidfile);
}

}  // namespace spranga::warden
