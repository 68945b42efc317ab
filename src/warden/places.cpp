#include "warden/places.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <string_view>
#include <thread>

#include "plan/log_target.h"

namespace spranga::warden {

namespace {

Failure failed(const std::string& what) {
  const int error = errno;
  return fail(error == EACCES || error == EPERM ? Errc::denied : Errc::io,
              what + ": " + std::strerror(error));  // NOLINT(concurrency-mt-unsafe): one thread
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes a folder and those above it; one that is there is left as it is.
Result<void> make_folders(const std::string& path, mode_t mode) {
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at == path.size() || path[at] == '/') {
      if (::mkdir(path.substr(0, at).c_str(), mode) != 0 && errno != EEXIST) {
        return failed(path.substr(0, at));
      }
    }
  }
  return {};
}

Result<sockaddr_un> socket_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Errc::too_large, "the socket's path is too long: " + path);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* plain(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);  // NOLINT(*-reinterpret-cast): sockets' way
}

Result<Fd> connected_datagram(const std::string& path) {
  SPRANGA_TRY(const auto address, socket_address(path));
  Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), plain(address), sizeof address) != 0) {
    return failed(path);
  }
  return fd;
}

Result<LogTarget> open_file(const std::string& path) {
  SPRANGA_CHECK(make_folders(folder_of(path), 0755));
  LogTarget out;
  out.kind = "file";
  // Never through a link, never into what is no file.
  out.fd = Fd(::open(
      path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));

  struct stat facts {};

  if (!out.fd || ::fstat(out.fd.get(), &facts) != 0) {
    return failed("the log " + path);
  }
  if (!S_ISREG(facts.st_mode) && !S_ISCHR(facts.st_mode)) {
    return fail(Errc::denied, "the log " + path + ": is no file");
  }
  return out;
}

/// Who called listen() there; 0: nobody listens.
pid_t listener_at(const sockaddr_un& address) {
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!probe || ::connect(probe.get(), plain(address), sizeof address) != 0) {
    return 0;
  }
  ucred who{};
  socklen_t size = sizeof who;
  const bool known = ::getsockopt(probe.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) == 0;
  return known && who.pid > 0 ? who.pid : ::getpid();
}

/// A guard whose warden was killed holds the socket a moment longer than it lives.
bool somebody_answers(const sockaddr_un& address) {
  constexpr auto time_to_die = std::chrono::seconds(2);
  const auto end = std::chrono::steady_clock::now() + time_to_die;
  for (;;) {
    const auto listener = listener_at(address);
    if (listener == 0) {
      return false;
    }
    const bool is_alive = ::kill(listener, 0) == 0 || errno != ESRCH;
    if (is_alive || std::chrono::steady_clock::now() > end) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

Result<Fd> listen_at(const std::string& path) {
  SPRANGA_TRY(const auto address, socket_address(path));
  SPRANGA_CHECK(make_folders(folder_of(path), 0755));
  if (somebody_answers(address)) {
    return fail(Errc::conflict,
                "a guard or fail2ban is already running: somebody answers on " + path);
  }

  struct stat facts {};

  if (::lstat(path.c_str(), &facts) == 0) {
    if (!S_ISSOCK(facts.st_mode)) {
      return fail(Errc::conflict, path + " is there, and is no socket");
    }
    ::unlink(path.c_str());
  }
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto old = ::umask(0177);
  const bool bound = fd && ::bind(fd.get(), plain(address), sizeof address) == 0;
  const int error = errno;
  ::umask(old);
  errno = error;
  constexpr int backlog = 128;
  if (!bound || ::listen(fd.get(), backlog) != 0) {
    return failed("the socket " + path);
  }
  return fd;
}

bool may_log_to(const std::string& target, const std::string& configured) {
  if (target == configured || !plan::stream_of(target).empty()) {
    return true;
  }
  if (!target.starts_with('/')) {
    return false;
  }
  const auto folder = folder_of(target);
  const bool is_plain = (target + "/").find("/../") == std::string::npos;
  const bool known = (configured.starts_with('/') && folder == folder_of(configured)) ||
                     (folder + "/").starts_with("/var/log/");
  return is_plain && known && ::access(folder.c_str(), F_OK) == 0;
}

Result<void> write_pidfile(const std::string& path) {
  if (path.empty()) {
    return {};
  }
  SPRANGA_CHECK(make_folders(folder_of(path), 0755));
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  const auto text = std::to_string(::getpid()) + "\n";
  if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return failed("the pidfile " + path);
  }
  return {};
}

void remove_pidfile(const std::string& path) {
  pid_t pid = 0;
  if (std::ifstream(path) >> pid && pid == ::getpid()) {
    ::unlink(path.c_str());
  }
}

Result<LogTarget> open_log_target(const std::string& target, const std::string& syslogsocket) {
  const auto stream = plan::stream_of(target);
  if (stream == "STDOUT" || stream == "SYSOUT" || stream == "STDERR" || stream == "INHERITED") {
    const bool is_error = stream == "STDERR";
    return LogTarget{Fd(::fcntl(is_error ? STDERR_FILENO : STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)),
                     is_error ? "stderr" : "stdout"};
  }
  if (stream == "SYSLOG") {
    const bool is_auto = syslogsocket.empty() || syslogsocket == "auto";
    SPRANGA_TRY(auto fd, connected_datagram(is_auto ? "/dev/log" : syslogsocket));
    return LogTarget{std::move(fd), "syslog"};
  }
  if (stream == "SYSTEMD-JOURNAL") {
    SPRANGA_TRY(auto fd, connected_datagram("/run/systemd/journal/socket"));
    return LogTarget{std::move(fd), "journal"};
  }
  return open_file(target);
}

namespace {

/// All the way from the root: a folder that is there stays as its owner made it.
Result<void> check_way(const std::string& path, const process::Identity& owner) {
  for (auto folder = folder_of(path); folder.size() > 1; folder = folder_of(folder)) {
    struct stat facts {};

    if (::stat(folder.c_str(), &facts) != 0) {
      return failed("the folder " + folder);
    }
    const auto needed = facts.st_uid == owner.uid   ? S_IXUSR
                        : facts.st_gid == owner.gid ? S_IXGRP
                                                    : S_IXOTH;
    if ((facts.st_mode & needed) == 0) {
      std::string what("the guard, user ");
      what.append(std::to_string(owner.uid)).append(", cannot enter the folder ").append(folder);
      what.append(" where its database is to be: chmod o+x ").append(folder);
      return fail(Errc::denied, std::move(what));
    }
  }
  return {};
}

Result<void> make_state_folder(const std::string& path,
                               const process::Identity& owner,
                               bool rights) {
  SPRANGA_CHECK(make_folders(folder_of(path), 0755));
  if (rights) {
    SPRANGA_CHECK(check_way(path, owner));
  }
  SPRANGA_CHECK(make_folders(path, 0700));
  const Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder || (rights && ::fchown(folder.get(), owner.uid, owner.gid) != 0) ||
      ::fchmod(folder.get(), 0700) != 0) {
    return failed("the folder " + path);
  }
  return {};
}

Result<void> make_database(const std::string& path, const process::Identity& owner, bool rights) {
  SPRANGA_CHECK(make_folders(folder_of(path), 0755));
  if (rights) {
    SPRANGA_CHECK(check_way(path, owner));
  }
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file || (rights && ::fchown(file.get(), owner.uid, owner.gid) != 0)) {
    return failed("the database " + path);
  }
  return {};
}

}  // namespace

Result<void> make_state(const plan::WardenPlan& plan, const process::Identity& owner, bool rights) {
  if (!plan.state_folder.empty()) {
    SPRANGA_CHECK(make_state_folder(plan.state_folder, owner, rights));
  }
  return plan.dbfile.empty() ? Result<void>() : make_database(plan.dbfile, owner, rights);
}

Result<Fd> lock_state(const std::string& folder) {
  if (folder.empty()) {
    return Fd();
  }
  const auto path = folder + "/lock";
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) {
    return failed("the lock " + path);
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::conflict, "a guard is already running: its state is in " + folder);
  }
  return file;
}

}  // namespace spranga::warden
