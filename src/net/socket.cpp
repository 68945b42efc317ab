#include "net/socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace spranga::net {

namespace {

/// Enters a network namespace for as long as it lives; sockets made meanwhile belong to it.
class NamespaceVisit {
public:
  explicit NamespaceVisit(int target) {
    if (target < 0) {
      return;
    }
    home_ = Fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    ok_ = home_ && setns(target, CLONE_NEWNET) == 0;
  }

  NamespaceVisit(const NamespaceVisit&) = delete;
  NamespaceVisit& operator=(const NamespaceVisit&) = delete;
  NamespaceVisit(NamespaceVisit&&) = delete;
  NamespaceVisit& operator=(NamespaceVisit&&) = delete;

  ~NamespaceVisit() {
    if (home_ && setns(home_.get(), CLONE_NEWNET) != 0) {
      std::terminate();  // this thread would go on in the wrong network
    }
  }

  [[nodiscard]] bool ok() const { return ok_; }

private:
  Fd home_;
  bool ok_{true};
};

struct ErrnoRow {
  int number;
  Errc code;
};

constexpr std::array errno_rows = {
    ErrnoRow{ECONNREFUSED, Errc::refused},
    ErrnoRow{ECONNRESET, Errc::reset},
    ErrnoRow{EPIPE, Errc::reset},
    ErrnoRow{ETIMEDOUT, Errc::timeout},
    ErrnoRow{ENETUNREACH, Errc::unreachable},
    ErrnoRow{EHOSTUNREACH, Errc::unreachable},
    ErrnoRow{EAFNOSUPPORT, Errc::unreachable},
    ErrnoRow{EADDRNOTAVAIL, Errc::unreachable},
    ErrnoRow{EACCES, Errc::denied},
    ErrnoRow{EPERM, Errc::denied},
};

Result<void> finish_connect(int fd, SteadyTime deadline) {
  SPRANGA_CHECK(wait_for(fd, Wait::writable, deadline));
  int error_number = 0;
  socklen_t length = sizeof error_number;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &length) != 0) {
    return socket_failure(errno);
  }
  if (error_number != 0) {
    return socket_failure(error_number);
  }
  return {};
}

}  // namespace

Failure socket_failure(int error_number) {
  auto code = Errc::io;
  for (const auto& row : errno_rows) {
    if (row.number == error_number) {
      code = row.code;
    }
  }
  return fail(code, std::system_category().message(error_number));
}

Result<void> wait_for(int fd, Wait what, SteadyTime deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wish{fd, static_cast<short>(what == Wait::readable ? POLLIN : POLLOUT), 0};
    const int ready = poll(&wish, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
    if (ready > 0) {
      return {};
    }
    if (ready == 0) {
      return fail(Errc::timeout, "no answer in time");
    }
    if (errno != EINTR) {
      return socket_failure(errno);
    }
  }
}

void hurry_acknowledgements(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

Result<Fd> connect_socket(const Endpoint& to, const DialerOptions& options, SteadyTime deadline) {
  const NamespaceVisit visit(options.network_namespace);
  if (!visit.ok()) {
    return socket_failure(errno);
  }
  const bool v4 = to.address.family() == Family::ipv4;
  Fd fd(socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) {
    return socket_failure(errno);
  }
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (options.source && options.source->family() == to.address.family()) {
    const auto own = options.source->to_sockaddr(0);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&own.storage), own.length) != 0) {
      return socket_failure(errno);
    }
  }
  const auto peer = to.address.to_sockaddr(to.port);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own idiom
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&peer.storage), peer.length) != 0) {
    if (errno != EINPROGRESS) {
      return socket_failure(errno);
    }
    SPRANGA_CHECK(finish_connect(fd.get(), deadline));
  }
  hurry_acknowledgements(fd.get());
  return fd;
}

}  // namespace spranga::net
