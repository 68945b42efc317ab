#include "app/guard_command.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "app/exit_code.h"
#include "app/guard_plan.h"
#include "app/output.h"
#include "app/parse_arguments.h"
#include "base/fd.h"
#include "plan/plan.h"
#include "process/spawn.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

struct GuardSettings {
  GuardRequest request;
  bool foreground{false};
  bool background{false};
  bool dry_run{false};
  bool quiet{false};  // does not say that it is ready
};

Apply store_for_server(GuardSettings& settings, const std::string& name) {
  return [&settings, name](const std::string& value) {
    settings.request.server[name] = value;
    return Result<void>();
  };
}

// clang-format off
std::vector<Option> bind_guard(GuardSettings& settings) {
  constexpr auto group = Word::group_configuration;
  constexpr auto running = Word::group_running;
  return {
      {"--foreground", "-f", Word::none, "", Word::option_guard_foreground, running, {}, raise(settings.foreground)},
      {"--background", "-b", Word::none, "", Word::option_guard_background, running, {}, raise(settings.background)},
      {"--dry-run", "", Word::none, "", Word::option_guard_dry_run, running, {}, raise(settings.dry_run)},
      {"--conf", "-c", Word::argument_folder, "", Word::option_conf, group, {}, store(settings.request.folder)},
      {"--compat", "", Word::argument_level, "", Word::option_compat, group, {"1.0", "1.1", "auto"}, store(settings.request.compat)},
      {"--socket", "-s", Word::argument_file, "", Word::option_guard_socket, group, {}, store_for_server(settings, "socket")},
      {"--pidfile", "-p", Word::argument_file, "", Word::option_guard_pidfile, group, {}, store_for_server(settings, "pidfile")},
      {"--loglevel", "", Word::argument_level, "", Word::option_guard_loglevel, group, {}, store_for_server(settings, "loglevel")},
      {"--logtarget", "", Word::argument_file, "", Word::option_guard_logtarget, group, {}, store_for_server(settings, "logtarget")},
      {"--syslogsocket", "", Word::argument_file, "", Word::option_syslogsocket, group, {}, store_for_server(settings, "syslogsocket")},
      {"--dbfile", "", Word::argument_file, "", Word::option_guard_dbfile, group, {}, store_for_server(settings, "dbfile")},
  };
}

// clang-format on

/// The arguments with which a child reads the same configuration.
std::vector<std::string> reading_arguments(std::span<const std::string> arguments) {
  std::vector<std::string> out;
  for (const auto& argument : arguments) {
    if (argument != "-f" && argument != "--foreground" && argument != "-b" &&
        argument != "--background" && argument != "--dry-run") {
      out.push_back(argument);
    }
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

int become_warden(std::vector<std::string> argv) {
  const auto raw = pointers(argv);
  ::execv(argv[0].c_str(), raw.data());
  tell(argv[0] + ": " + std::strerror(errno));  // NOLINT(concurrency-mt-unsafe): one thread
  return exit_fail2ban_failed;
}

/// A daemon holds none of its caller's descriptors, or who reads its output would wait for ever.
/// What it complains of until it is at work goes into memory, and later nowhere: it has a log.
bool let_go_of_caller(int memory) {
  const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::setsid();
  return nothing && ::dup2(nothing.get(), STDIN_FILENO) >= 0 &&
         ::dup2(memory, STDOUT_FILENO) >= 0 && ::dup2(memory, STDERR_FILENO) >= 0 &&
         ::chdir("/") == 0;
}

/// Until the daemon is at work, or has given up.
int wait_until_ready(Fd readable, int memory, bool quiet) {
  std::array<char, 8> word{};
  ssize_t size = 0;
  do {
    size = ::read(readable.get(), word.data(), word.size());
  } while (size < 0 && errno == EINTR);
  const auto sealed = plan::seal(memory);  // nothing is written there any more
  const auto said = plan::bytes_of_sealed(memory);
  if (said) {
    static_cast<void>(!::write(STDERR_FILENO, said->data(), said->size()));
  }
  if (!sealed || size <= 0) {
    tell(sealed ? say(Word::guard_not_started) : sealed.error().detail);
    return exit_fail2ban_failed;
  }
  return quiet ? 0 : print("Server ready\n");
}

int go_to_background(std::vector<std::string> argv, bool quiet) {
  std::array<int, 2> ends{};
  const auto memory = plan::unsealed("spranga-said");
  if (!memory || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return usage_error(std::strerror(errno));  // NOLINT(concurrency-mt-unsafe): one thread
  }
  Fd readable(ends[0]);
  Fd writable(ends[1]);
  const auto child = ::fork();
  if (child < 0) {
    return usage_error(std::strerror(errno));  // NOLINT(concurrency-mt-unsafe): one thread
  }
  if (child > 0) {
    writable.reset();
    return wait_until_ready(std::move(readable), memory->get(), quiet);
  }
  if (!let_go_of_caller(memory->get())) {
    return exit_fail2ban_failed;
  }
  ::fcntl(writable.get(), F_SETFD, 0);
  argv.insert(argv.begin() + 1, {"--ready-fd", std::to_string(writable.get())});
  return become_warden(std::move(argv));
}

int start(const GuardSettings& settings, std::span<const std::string> arguments) {
  const auto warden = process::program_beside("spranga-warden");
  const auto self = process::program_beside("spranga");
  if (!warden || !self) {
    tell(warden ? self.error().detail : warden.error().detail);
    return exit_fail2ban_failed;
  }
  std::vector<std::string> argv{*warden, "--program", *self};
  if (settings.dry_run) {
    argv.emplace_back("--dry-run");
  }
  argv.emplace_back("--");
  const auto reading = reading_arguments(arguments);
  argv.insert(argv.end(), reading.begin(), reading.end());
  return settings.foreground ? become_warden(std::move(argv))
                             : go_to_background(std::move(argv), settings.quiet);
}

}  // namespace

std::vector<Option> guard_command_options() {
  static GuardSettings unused;
  return bind_guard(unused);
}

int start_guard(std::span<const std::string> arguments, bool quiet) {
  GuardSettings settings;
  settings.quiet = quiet;
  const auto rest = parse_arguments(bind_guard(settings), arguments);
  return rest ? start(settings, arguments) : usage_error(rest.error().detail, "spranga help guard");
}

int guard_command(std::span<const std::string> arguments) {
  GuardSettings settings;
  const bool is_reader = !arguments.empty() && arguments.front() == "--write-plan";
  const auto typed = is_reader ? arguments.subspan(1) : arguments;
  const auto rest = parse_arguments(bind_guard(settings), typed);
  if (!rest) {
    return usage_error(rest.error().detail, "spranga help guard");
  }
  if (!rest->empty()) {
    return usage_error(say(Word::app_too_many_arguments, {rest->front()}), "spranga help guard");
  }
  return is_reader ? write_plans(settings.request) : start(settings, typed);
}

}  // namespace spranga::app
