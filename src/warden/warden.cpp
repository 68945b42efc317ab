#include "warden/warden.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "action_runner/request.h"
#include "process/notify.h"
#include "process/spawn.h"
#include "text/escape.h"

namespace spranga::warden {

namespace {

using namespace std::chrono_literals;
using plan::Ask;
using plan::Tell;

constexpr auto ping_every = 5s;
constexpr auto silence_allowed = 60s;  // longer: the guard hangs, and is killed
constexpr auto time_to_stop = 30s;
constexpr int time_to_read_ms = 60'000;

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

Result<Fd> signal_descriptor() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD}) {
    ::sigaddset(&wanted, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  Fd fd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  return fd ? Result<Fd>(std::move(fd)) : fail(Errc::io, "signalfd failed");
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
      children_(accounts_) {}

Result<void> Warden::open() {
  SPRANGA_TRY(plans_, read_configuration());
  SPRANGA_TRY(signals_, signal_descriptor());
  SPRANGA_TRY(socket_, listen_at(plans_.warden.socket));
  opened_ = true;
  logs_.allow(plans_.warden.log_patterns);
  SPRANGA_CHECK(make_state(plans_.warden, accounts_.guard, accounts_.rights));
  configured_log_ = plans_.warden.logtarget;
  SPRANGA_TRY(log_, open_log_target(plans_.warden.logtarget, plans_.warden.syslogsocket));
  SPRANGA_CHECK(write_pidfile(plans_.warden.pidfile));
  if (accounts_.rights && !options_.dry_run) {
    SPRANGA_TRY(firewall_channel_, start_firewall());
  }
  return start_guard();
}

/// A child reads it and ends: nobody who stays has a parser.
Result<Warden::Plans> Warden::read_configuration() {
  std::array<Fd, 3> memory;
  std::vector<std::pair<int, int>> descriptors;
  for (std::size_t i = 0; i < memory.size(); ++i) {
    SPRANGA_TRY(memory.at(i), plan::unsealed("spranga-plan"));
    descriptors.emplace_back(memory.at(i).get(), plan::reader_warden_plan + static_cast<int>(i));
  }
  std::vector<std::string> argv{options_.program, "guard", "--write-plan"};
  argv.insert(argv.end(), options_.reading.begin(), options_.reading.end());
  process::SpawnOptions how;
  how.descriptors = descriptors;
  SPRANGA_TRY(const auto child, process::spawn(argv, how));
  SPRANGA_TRY(const bool good, process::wait_for(child, time_to_read_ms));
  if (!good) {
    return fail(Errc::malformed, "the configuration could not be read");
  }
  for (const auto& fd : memory) {
    SPRANGA_CHECK(plan::seal(fd.get()));
  }
  Plans out;
  SPRANGA_TRY(const auto bytes, plan::bytes_of_sealed(memory[0].get()));
  SPRANGA_TRY(out.warden, plan::read_warden_plan(bytes));
  out.guard = std::move(memory[1]);
  out.runner = std::move(memory[2]);
  return out;
}

Result<Fd> Warden::start_firewall() {
  SPRANGA_TRY(auto ends, process::Channel::pair());
  SPRANGA_CHECK(children_.start(Role::firewall, {{ends.second.get(), plan::helper_channel}}));
  return std::move(ends.first);
}

/// A runner outlives its guard: the next one goes on with it.
Result<Fd> Warden::start_actions() {
  using action_runner::WardenWord;
  SPRANGA_TRY(auto ends, process::Channel::pair());
  if (children_.runs(Role::actions) && runner_) {
    std::vector<Fd> fds;
    fds.push_back(std::move(ends.second));
    SPRANGA_CHECK(runner_->send(action_runner::pack(WardenWord::guard), std::move(fds)));
    return std::move(ends.first);
  }
  SPRANGA_TRY(auto words, process::Channel::pair());
  SPRANGA_CHECK(children_.start(Role::actions,
                                {{ends.second.get(), plan::helper_channel},
                                 {plans_.runner.get(), plan::runner_plan},
                                 {words.second.get(), plan::runner_is_told}}));
  runner_.emplace(std::move(words.first));
  return std::move(ends.first);
}

/// One of an earlier guard, or one that hangs, makes room.
Result<Fd> Warden::start_net() {
  SPRANGA_TRY(auto ends, process::Channel::pair());
  children_.send(Role::net, SIGKILL);
  SPRANGA_CHECK(children_.start(Role::net, {{ends.second.get(), plan::helper_channel}}));
  return std::move(ends.first);
}

Result<void> Warden::start_guard() {
  SPRANGA_TRY(auto asks, process::Channel::pair());
  SPRANGA_TRY(auto tells, process::Channel::pair());
  std::vector<std::pair<int, int>> descriptors{{asks.second.get(), plan::guard_asks},
                                               {tells.second.get(), plan::guard_is_told},
                                               {socket_.get(), plan::guard_socket},
                                               {files_.events(), plan::guard_inotify},
                                               {plans_.guard.get(), plan::guard_plan},
                                               {log_.fd.get(), plan::guard_log}};
  std::vector<std::string> arguments{"--log-kind",
                                     log_.kind,
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
  last_alive_ = now();
  firewall_channel_.reset();
  return {};
}

int Warden::run() {
  while (!done_) {
    std::array<pollfd, 3> ready{
        pollfd{signals_.get(), POLLIN, 0},
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
  signalfd_siginfo info{};
  bool deaths = false;
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    switch (info.ssi_signo) {
      case SIGCHLD:
        deaths = true;
        break;
      case SIGHUP:
        tell(Tell::What::reload);
        break;
      case SIGUSR1:
        tell(Tell::What::flush_logs);
        break;
      default:
        stop(now());
    }
  }
  if (deaths) {
    on_deaths();
  }
}

void Warden::on_deaths() {
  for (const auto& death : children_.buried()) {
    on_death(death);
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
      runner_.reset();
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
  auto channel = start_firewall();
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
    if (auto channel = start_firewall()) {
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
      last_alive_ = now();
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
      return channel(start_actions());
    case Ask::What::new_plan:
      return new_plan(fds);
    case Ask::What::open_log_target:
      return open_target(ask.text, fds);
    case Ask::What::start_net:
      return channel(start_net());
    default:
      return logs_.answer(ask, fds);
  }
}

plan::Answer Warden::new_plan(std::vector<Fd>& fds) {
  plan::Answer out;
  auto plans = read_configuration();
  if (!plans) {
    out.code = plans.error().code;
    out.error = plans.error().detail;
    return out;
  }
  // Where things are stays as it is until a restart.
  plans_.guard = std::move(plans->guard);
  plans_.runner = std::move(plans->runner);
  plans_.warden.log_patterns = plans->warden.log_patterns;
  logs_.allow(plans_.warden.log_patterns);
  fds.push_back(copy_of(plans_.guard.get()));
  fds.push_back(copy_of(plans_.runner.get()));
  return out;
}

plan::Answer Warden::open_target(const std::string& target, std::vector<Fd>& fds) {
  plan::Answer out;
  const auto& wanted = target.empty() ? plans_.warden.logtarget : target;
  if (!may_log_to(wanted, configured_log_)) {
    out.code = Errc::denied;
    out.error = wanted + ": a log may be below /var/log, or where the configuration has its own";
    return out;
  }
  auto opened = open_log_target(wanted, plans_.warden.syslogsocket);
  if (!opened) {
    out.code = opened.error().code;
    out.error = opened.error().detail;
    return out;
  }
  plans_.warden.logtarget = wanted;
  log_ = {copy_of(opened->fd.get()), opened->kind};
  out.text = opened->kind;
  fds.push_back(std::move(opened->fd));
  return out;
}

void Warden::tell(Tell::What what, std::vector<Fd> fds) {
  if (told_ && !told_->send(plan::pack(Tell{what}), std::move(fds))) {
    told_.reset();
  }
}

void Warden::became_ready() {
  last_alive_ = now();
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
  if (at >= next_ping_) {
    next_ping_ = at + ping_every;
    tell(Tell::What::ping);
    if (at - last_alive_ < 2 * ping_every) {
      process::notify("WATCHDOG=1");
    }
  }
  if (at - last_alive_ > silence_allowed) {
    complain("the guard does not answer, and is killed");
    last_alive_ = at;
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
  auto until = at + ping_every;
  if (stop_by_) {
    until = std::min(until, *stop_by_);
  }
  for (const auto& [role, when] : due_) {
    until = std::min(until, when);
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - at).count();
  return static_cast<int>(std::max<std::int64_t>(0, left));
}

/// It finishes what waits: an actionstop may take its time.
void Warden::end_runner() {
  if (!runner_ || !runner_->send(action_runner::pack(action_runner::WardenWord::quit))) {
    return;
  }
  const auto until = now() + time_to_stop;
  while (children_.runs(Role::actions) && now() < until) {
    pollfd ready{signals_.get(), POLLIN, 0};
    if (::poll(&ready, 1, 1000) < 0 && errno != EINTR) {
      return;
    }
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    }
    static_cast<void>(children_.buried());
  }
}

void Warden::clean_up() {
  if (!opened_) {
    return;
  }
  end_runner();
  ::unlink(plans_.warden.socket.c_str());
  if (!plans_.warden.pidfile.empty()) {
    ::unlink(plans_.warden.pidfile.c_str());
  }
}

}  // namespace spranga::warden
