#include "action_runner/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

#include "action_runner/system_shell.h"

namespace spranga::action_runner {

namespace {

constexpr const char* shell_path = "/bin/sh";

Failure system_failure(int error) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's is
  return fail(Errc::io, "[Errno " + std::to_string(error) + "] " + std::strerror(error));
}

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> raw{};
  if (::pipe2(raw.data(), O_CLOEXEC) != 0) {
    return system_failure(errno);
  }
  ::fcntl(raw[0], F_SETFL, O_NONBLOCK);
  return Pipe{Fd(raw[0]), Fd(raw[1])};
}

/// What the new process does before it becomes the program.
class SpawnPlan {
public:
  /// `in`: -1 is /dev/null.
  SpawnPlan(int in, int out, int err) {
    ::posix_spawn_file_actions_init(&files_);
    if (in < 0) {
      ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    } else {
      ::posix_spawn_file_actions_adddup2(&files_, in, STDIN_FILENO);
    }
    ::posix_spawn_file_actions_adddup2(&files_, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, err, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }

  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  SpawnPlan(SpawnPlan&&) = delete;
  SpawnPlan& operator=(SpawnPlan&&) = delete;

  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// The error number, 0 where it runs.
  [[nodiscard]] int run(pid_t& pid, std::vector<char*>& argv) const {
    return ::posix_spawn(&pid, argv.front(), &files_, &attributes_, argv.data(), environ);
  }

private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<Child> Child::start(const Command& command) {
  std::vector<std::string> words = {shell_path, "-c", command.text};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  return start_program(std::move(words), -1);
}

Result<Child> Child::start_program(std::vector<std::string> words, int input) {
  std::vector<char*> argv;
  for (auto& word : words) {
    if (word.find('\0') != std::string::npos) {
      return fail(Errc::malformed, "embedded null byte");
    }
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  SPRANGA_TRY(auto out, make_pipe());
  SPRANGA_TRY(auto err, make_pipe());
  Child child;
  if (const int error = SpawnPlan(input, out.write.get(), err.write.get()).run(child.pid_, argv);
      error != 0) {
    child.pid_ = -1;
    auto failure = system_failure(error);
    failure.value().detail += ": '" + words.front() + "'";
    return failure;
  }
  child.pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
  child.pipes_ = {std::move(out.read), std::move(err.read)};
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      pipes_(std::move(other.pipes_)),
      output_(std::move(other.output_)),
      exit_code_(other.exit_code_) {}

Child::~Child() {
  if (pid_ > 0 && !exit_code_) {
    signal_group(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

void Child::signal_group(int signal) const {
  ::kill(-pid_, signal);
}

bool Child::collect() {
  int status = 0;
  if (!exit_code_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_code_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  return exit_code_.has_value();
}

void Child::read_from(std::size_t index) {
  std::array<char, 16384> block{};
  auto& out = output_[index];
  for (;;) {
    const auto size = ::read(pipes_[index].get(), block.data(), block.size());
    if (size > 0) {
      const auto fits =
          std::min(static_cast<std::size_t>(size),
                   SystemShell::most_output - std::min(SystemShell::most_output, out.text.size()));
      out.text.append(block.data(), fits);
      out.dropped += static_cast<std::size_t>(size) - fits;
    } else if (size < 0 && errno == EINTR) {
      continue;
    } else {
      if (size == 0 || errno != EAGAIN) {
        pipes_[index].reset();
      }
      return;
    }
  }
}

void Child::read_ready() {
  for (std::size_t i = 0; i < pipes_.size(); ++i) {
    if (pipes_[i]) {
      read_from(i);
    }
  }
}

bool Child::wait(std::chrono::milliseconds time) {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + time;
  // Without a pidfd (an old kernel) it is asked for every few milliseconds.
  constexpr long long without_pidfd = 5;
  constexpr long long longest_sleep = 60'000;
  while (!collect()) {
    const auto now = steady_clock::now();
    if (now >= end) {
      return false;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now).count();
    const auto most = pidfd_ ? longest_sleep : without_pidfd;
    std::array<pollfd, 3> wanted = {pollfd{pidfd_.get(), POLLIN, 0},
                                    pollfd{pipes_[0].get(), POLLIN, 0},
                                    pollfd{pipes_[1].get(), POLLIN, 0}};
    ::poll(wanted.data(), wanted.size(), static_cast<int>(std::min<long long>(left, most)));
    read_ready();
  }
  read_ready();  // what it wrote before it ended is in the pipes
  return true;
}

}  // namespace spranga::action_runner
