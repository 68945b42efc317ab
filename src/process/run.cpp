#include "process/run.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/fd.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX asks for it

namespace spranga::process {

namespace {

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(Errc::io, std::system_category().message(errno));
  }
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line(*entry);
    if (!added.contains(line.substr(0, line.find('=')))) {
      out.push_back(line);
    }
  }
  for (const auto& [name, value] : added) {
    out.push_back(std::string(name).append("=").append(value));
  }
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (auto& string : strings) {
    out.push_back(string.data());
  }
  out.push_back(nullptr);
  return out;
}

/// Takes what is there; false at the end of the stream.
bool drain(const Fd& from, std::string& into) {
  std::array<char, 65'536> buffer{};
  const auto got = read(from.get(), buffer.data(), buffer.size());
  if (got <= 0) {
    return got < 0 && errno == EINTR;
  }
  const auto room = max_output - std::min(into.size(), max_output);
  into.append(buffer.data(), std::min<std::size_t>(static_cast<std::size_t>(got), room));
  return true;
}

void collect(Fd& out, Fd& err, Finished& finished) {
  while (out || err) {
    std::array<pollfd, 2> wishes{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
    if (poll(wishes.data(), wishes.size(), -1) < 0 && errno != EINTR) {
      return;
    }
    if (out && wishes[0].revents != 0 && !drain(out, finished.output)) {
      out.reset();
    }
    if (err && wishes[1].revents != 0 && !drain(err, finished.errors)) {
      err.reset();
    }
  }
}

int wait_for_end(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  constexpr int signal_base = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : signal_base + WTERMSIG(status);
}

}  // namespace

Result<Finished> run_program(const std::vector<std::string>& argv, const RunOptions& options) {
  SPRANGA_TRY(auto out, make_pipe());
  SPRANGA_TRY(auto err, make_pipe());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), STDERR_FILENO);
  if (!options.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  }
  auto arguments = argv;
  auto environment = environment_with(options.environment);
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid,
                                  arguments.front().c_str(),
                                  &actions,
                                  nullptr,
                                  pointers_to(arguments).data(),
                                  pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return fail(Errc::not_found, argv.front() + ": " + std::system_category().message(failed));
  }
  out.write.reset();
  err.write.reset();
  Finished finished;
  collect(out.read, err.read, finished);
  finished.exit_code = wait_for_end(pid);
  return finished;
}

}  // namespace spranga::process
