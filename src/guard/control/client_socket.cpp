#include "guard/control/client_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "guard/control/frames.h"
#include "guard/pickle/pickle.h"
#include "guard/pickle/unpickle.h"

namespace spranga::guard::control {

namespace {

Errc code_of(int error) {
  switch (error) {
    case ENOENT:
      return Errc::not_found;
    case EACCES:
    case EPERM:
      return Errc::denied;
    case ECONNREFUSED:
      return Errc::refused;
    case ECONNRESET:
    case EPIPE:
      return Errc::reset;
    default:
      return Errc::io;
  }
}

Failure fail_with(int error) {
  return fail(code_of(error), errno_text(error));
}

/// Until the descriptor is ready.
Result<void> wait_for(int fd, short events, std::optional<Milliseconds> limit) {
  pollfd one{fd, events, 0};
  const int timeout = limit ? static_cast<int>(limit->count()) : -1;
  while (true) {
    const int ready = ::poll(&one, 1, timeout);
    if (ready > 0) {
      return {};
    }
    if (ready == 0) {
      return fail(Errc::timeout, "timed out");
    }
    if (errno != EINTR) {
      return fail_with(errno);
    }
  }
}

Result<void> connect_to(int fd, const sockaddr_un& address, std::optional<Milliseconds> limit) {
  while (::connect(fd,
                   reinterpret_cast<const sockaddr*>(&address),  // NOLINT(*-reinterpret-cast)
                   sizeof address) != 0) {
    if (errno == EINTR) {
      continue;
    }
    // A full backlog: a server that is busy. Only with a limit does Python not wait.
    if (errno != EAGAIN || limit) {
      return fail_with(errno);
    }
    ::poll(nullptr, 0, 10);
  }
  return {};
}

}  // namespace

std::string errno_text(int error) {
  return "[Errno " + std::to_string(error) + "] " +
         std::strerror(error);  // NOLINT(concurrency-mt-unsafe): glibc's is
}

Result<ClientSocket> ClientSocket::connect(const std::string& path,
                                           std::optional<Milliseconds> limit) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(Errc::io, "AF_UNIX path too long");
  }
  std::ranges::copy(path, address.sun_path);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) {
    return fail_with(errno);
  }
  SPRANGA_CHECK(connect_to(fd.get(), address, limit));
  return ClientSocket(std::move(fd));
}

ClientSocket::~ClientSocket() {
  if (fd_) {
    const auto goodbye = std::string(close_marker) + std::string(end_marker);
    static_cast<void>(::send(fd_.get(), goodbye.data(), goodbye.size(), MSG_NOSIGNAL));
  }
}

Result<void> ClientSocket::send_all(std::string_view bytes, std::optional<Milliseconds> limit) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      SPRANGA_CHECK(wait_for(fd_.get(), POLLOUT, limit));
    } else if (errno != EINTR) {
      return fail_with(errno);
    }
  }
  return {};
}

Result<void> ClientSocket::receive(ReplyFrame& frame, std::optional<Milliseconds> limit) {
  std::array<char, 32768> chunk{};
  const auto count = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
  if (count > 0) {
    return frame.feed({chunk.data(), static_cast<std::size_t>(count)});
  }
  if (count == 0) {
    return fail_with(ECONNRESET);
  }
  if (errno == EAGAIN) {
    return wait_for(fd_.get(), POLLIN, limit);
  }
  return errno == EINTR ? Result<void>() : fail_with(errno);
}

Result<pickle::Value> ClientSocket::ask(const pickle::Value& command,
                                        std::optional<Milliseconds> limit) {
  SPRANGA_CHECK(send_all(pickle::to_pickle(command) + std::string(end_marker), limit));
  ReplyFrame frame(pickle::reply_limits.bytes);
  while (!frame.is_whole()) {
    SPRANGA_CHECK(receive(frame, limit));
  }
  return pickle::unpickle(frame.reply(), pickle::reply_limits);
}

}  // namespace spranga::guard::control
