// spranga-actions: started by the warden with the guard's channel (3), its plan in sealed memory
// (4) and the warden's channel (5; without one the plan stays as it is).
#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "action_runner/host_name.h"
#include "action_runner/runner.h"
#include "plan/plan.h"

namespace {

constexpr int guard_fd = 3;
constexpr int plan_fd = 4;
constexpr int warden_fd = 5;

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

/// Commands get none of these.
spranga::Fd taken(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return spranga::Fd(fd);
}

bool is_socket(int fd) {
  struct stat info {};

  return ::fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode);
}

/// "" where it cannot be read.
std::string text_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int refuse(const std::string& why) {
  std::fputs(("spranga-actions: " + why + "\n").c_str(), stderr);
  return 1;
}

}  // namespace

int main() {
  using namespace spranga;
  if (!is_socket(guard_fd) || !is_open(plan_fd)) {
    return refuse("started by the guard's warden, not by hand");
  }
  std::signal(SIGPIPE, SIG_IGN);
  ::umask(S_IRWXG | S_IRWXO);  // as fail2ban's: what commands write is for their user alone
  auto guard = taken(guard_fd);
  auto warden = is_socket(warden_fd) ? taken(warden_fd) : Fd();
  auto sealed = taken(plan_fd);
  const auto bytes = plan::bytes_of_sealed(sealed.get());
  if (!bytes) {
    return refuse("its plan: " + bytes.error().detail);
  }
  auto read = action_runner::read_runner_plan(*bytes);
  if (!read) {
    return refuse(read.error().detail);
  }
  sealed.reset();
  action_runner::Runner runner(std::move(*read),
                               std::move(guard),
                               std::move(warden),
                               action_runner::host_name_finder(),
                               guard::actions::service_ports(text_of("/etc/services")));
  const auto done = runner.run();
  return done ? 0 : refuse(done.error().detail);
}
