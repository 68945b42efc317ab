#include "app/server_program.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/fd.h"

namespace spranga::app {

namespace {

constexpr std::string_view server_name = "fail2ban-server";

/// The path by which this program was started, its links not followed.
std::filesystem::path started_as() {
  const auto at = ::getauxval(AT_EXECFN);
  const auto* const path =
      reinterpret_cast<const char*>(at);  // NOLINT(*-reinterpret-cast,performance-no-int-to-ptr)
  return at != 0 ? std::filesystem::path(path) : std::filesystem::path();
}

std::string this_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::string reason(int error) {
  return std::error_code(error, std::generic_category()).message();
}

}  // namespace

ServerProgram server_program(const ClientSettings& settings) {
  const auto beside = started_as().parent_path() / server_name;
  std::error_code error;
  const bool there = std::filesystem::is_regular_file(beside, error);
  ServerProgram out;
  out.path = there ? std::filesystem::absolute(beside, error).string() : this_program();
  // As fail2ban-client calls it: it reads no configuration, the client sends it one.
  out.arguments = {std::string(server_name),
                   "--async",
                   settings.foreground ? "-f" : "-b",
                   "-s",
                   settings.server.at("socket"),
                   "-p",
                   settings.server.at("pidfile")};
  if (!settings.folder.empty()) {
    out.arguments.insert(out.arguments.end(), {"-c", settings.folder});
  }
  if (settings.force) {
    out.arguments.emplace_back("-x");
  }
  if (settings.verbosity > 1) {
    out.arguments.push_back("-" +
                            std::string(static_cast<std::size_t>(settings.verbosity - 1), 'v'));
  }
  for (const auto* const option : {"loglevel", "logtarget", "syslogsocket"}) {
    out.arguments.push_back("--" + std::string(option));
    out.arguments.push_back(settings.server.at(option));
  }
  return out;
}

Failure become_program(const ServerProgram& program) {
  std::vector<char*> argv;
  for (const auto& argument : program.arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));  // NOLINT(*-const-cast): exec only reads
  }
  argv.push_back(nullptr);
  ::execv(program.path.c_str(), argv.data());
  return fail(Errc::io, program.path + ": " + reason(errno));
}

Result<pid_t> start_program(const ServerProgram& program) {
  // The pipe closes itself when the program runs; else the child sends why it does not.
  std::array<int, 2> raw{};
  if (::pipe2(raw.data(), O_CLOEXEC) != 0) {
    return fail(Errc::io, reason(errno));
  }
  Fd from(raw[0]);
  Fd to(raw[1]);
  const auto child = ::fork();
  if (child < 0) {
    return fail(Errc::io, reason(errno));
  }
  if (child == 0) {
    static_cast<void>(become_program(program));
    const int why = errno;
    [[maybe_unused]] const auto told = ::write(to.get(), &why, sizeof why);
    ::_exit(127);
  }
  to.reset();
  int why = 0;
  if (::read(from.get(), &why, sizeof why) == sizeof why) {
    ::waitpid(child, nullptr, 0);
    return fail(Errc::io, program.path + ": " + reason(why));
  }
  return child;
}

bool has_failed(pid_t child) {
  int status = 0;
  return child > 0 && ::waitpid(child, &status, WNOHANG) == child &&
         !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace spranga::app
