#include "process/spawn.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

namespace spranga::process {

namespace {

std::string reason_of(int error) {
  return std::strerror(error);  // NOLINT(concurrency-mt-unsafe): glibc's is
}

constexpr auto usual_path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::vector<std::string> clean_environment() {
  std::vector<std::string> out{usual_path};
  constexpr std::array kept = {std::string_view("LANG="),
                               std::string_view("LC_"),
                               std::string_view("TZ="),
                               std::string_view("ASAN_OPTIONS="),
                               std::string_view("NOTIFY_SOCKET="),
                               std::string_view("WATCHDOG_")};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (std::ranges::any_of(kept, [&](auto name) { return text.starts_with(name); })) {
      out.emplace_back(text);
    }
  }
  return out;
}

std::vector<std::string> whole_environment() {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    constexpr std::array own = {std::string_view("NOTIFY_SOCKET="),
                                std::string_view("WATCHDOG_"),
                                std::string_view("SPRANGA_")};
    const bool is_own =
        std::ranges::any_of(own, [&](std::string_view name) { return text.starts_with(name); });
    if (!is_own && text != "PATH=") {
      out.emplace_back(text);
    }
  }
  if (std::ranges::none_of(out, [](const auto& text) { return text.starts_with("PATH="); })) {
    out.emplace_back(usual_path);
  }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (auto& text : texts) {
    out.push_back(text.data());
  }
  out.push_back(nullptr);
  return out;
}

/// What the child does between fork and exec: only calls that are safe there.
struct Launch {
  std::vector<std::pair<int, int>> descriptors;
  char** argv;
  char** environment;
  int report;
  bool keep_output;
  bool dies_with_parent;
  pid_t parent;

  [[noreturn]] void give_up() const {
    const int error = errno;
    static_cast<void>(!::write(report, &error, sizeof error));
    ::_exit(127);
  }

  void standard_streams() const {
    const int null = ::open("/dev/null", O_RDWR);
    if (null < 0) {
      give_up();
    }
    ::dup2(null, STDIN_FILENO);
    if (!keep_output) {
      ::dup2(null, STDOUT_FILENO);
      ::dup2(null, STDERR_FILENO);
    }
  }

  /// Their numbers may cross: first all go up, out of the way, then each to its place.
  void place_descriptors() {
    constexpr int out_of_the_way = 100;
    report = ::fcntl(report, F_DUPFD_CLOEXEC, out_of_the_way);
    int last = STDERR_FILENO;
    for (auto& [from, to] : descriptors) {
      from = ::fcntl(from, F_DUPFD_CLOEXEC, out_of_the_way);
      if (from < 0) {
        give_up();
      }
      last = std::max(last, to);
    }
    for (const auto& [from, to] : descriptors) {
      if (::dup2(from, to) < 0) {
        give_up();
      }
    }
    ::syscall(SYS_close_range, static_cast<unsigned>(last + 1), ~0U, CLOSE_RANGE_CLOEXEC);
  }

  [[noreturn]] void run() {
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1}) {
      ::signal(signal, SIG_DFL);
    }
    if (dies_with_parent && (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent)) {
      ::_exit(127);
    }
    standard_streams();
    place_descriptors();
    ::execve(argv[0], argv, environment);
    give_up();
  }
};

}  // namespace

Result<Child> spawn(const std::vector<std::string>& argv, const SpawnOptions& options) {
  auto arguments = argv;
  auto environment = options.whole_environment ? whole_environment() : clean_environment();
  auto argument_pointers = pointers(arguments);
  auto environment_pointers = pointers(environment);
  std::array<int, 2> report{};
  if (::pipe2(report.data(), O_CLOEXEC) != 0) {
    return fail(Errc::io, "pipe: " + reason_of(errno));
  }
  const Fd readable(report[0]);
  Fd writable(report[1]);
  Launch launch{options.descriptors,
                argument_pointers.data(),
                environment_pointers.data(),
                writable.get(),
                options.keep_output,
                options.dies_with_parent,
                ::getpid()};
  Child child;
  child.pid = ::fork();
  if (child.pid < 0) {
    return fail(Errc::io, "fork: " + reason_of(errno));
  }
  if (child.pid == 0) {
    launch.run();
  }
  writable.reset();
  int error = 0;
  if (::read(readable.get(), &error, sizeof error) == sizeof error) {
    ::waitpid(child.pid, nullptr, 0);
    return fail(error == ENOENT ? Errc::not_found : Errc::denied,
                argv[0] + ": " + reason_of(error));
  }
  child.pidfd = Fd(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
  return child;
}

Result<bool> wait_for(const Child& child, int timeout_ms) {
  pollfd ended{child.pidfd.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&ended, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready != 1) {
    ::kill(child.pid, SIGKILL);
  }
  int status = 0;
  ::waitpid(child.pid, &status, 0);
  if (ready != 1) {
    return fail(Errc::timeout, "took too long");
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<Ended> reap() {
  std::vector<Ended> out;
  int status = 0;
  for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0;
       pid = ::waitpid(-1, &status, WNOHANG)) {
    Ended ended{pid, "", false};
    if (WIFSIGNALED(status)) {
      ended.how = "signal " + std::to_string(WTERMSIG(status));
    } else {
      ended.how = "exit status " + std::to_string(WEXITSTATUS(status));
      ended.clean = WEXITSTATUS(status) == 0;
    }
    out.push_back(std::move(ended));
  }
  return out;
}

Result<std::string> program_beside(const std::string& name) {
  std::array<char, PATH_MAX> buffer{};
  const auto size = ::readlink("/proc/self/exe", buffer.data(), buffer.size());
  if (size <= 0) {
    return fail(Errc::io, "/proc/self/exe: " + reason_of(errno));
  }
  const std::string self(buffer.data(), static_cast<std::size_t>(size));
  const auto folder = self.substr(0, self.rfind('/'));
  for (const auto& path : {fmt::format("{}/{}", folder, name),
                           fmt::format("{}/../lib/spranga/{}", folder, name),
                           fmt::format("{}/../../bin/{}", folder, name)}) {
    if (::access(path.c_str(), X_OK) == 0) {
      return path;
    }
  }
  return fail(Errc::not_found, "there is no " + name + " beside " + self);
}

}  // namespace spranga::process
