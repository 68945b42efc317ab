#include "process/channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace spranga::process {

namespace {

/// Room for the descriptors of one message, aligned as the kernel wants it.
struct ControlSpace {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(Channel::most_fds * sizeof(int))> bytes{};
};

bool is_gone(int error) {
  return error == EPIPE || error == ECONNRESET || error == ENOTCONN;
}

std::string text_of(int error) {
  return std::strerror(error);  // NOLINT(concurrency-mt-unsafe): glibc's is
}

std::vector<Fd> take_fds(msghdr& header) {
  std::vector<Fd> out;
  for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const auto count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int raw = -1;
      std::memcpy(&raw, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      out.emplace_back(raw);
    }
  }
  return out;
}

}  // namespace

Channel::Channel(Fd fd) : fd_(std::move(fd)) {
  const int flags = ::fcntl(fd_.get(), F_GETFL);
  ::fcntl(fd_.get(), F_SETFL, flags | O_NONBLOCK);
}

Result<std::pair<Fd, Fd>> Channel::pair() {
  std::array<int, 2> raw{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, raw.data()) != 0) {
    return fail(Errc::io, "socketpair: " + text_of(errno));
  }
  return std::pair(Fd(raw[0]), Fd(raw[1]));
}

Result<Channel::Sent> Channel::try_send(std::string_view bytes, const std::vector<Fd>& fds) {
  iovec data{const_cast<char*>(bytes.data()), bytes.size()};  // NOLINT(*-const-cast): sendmsg reads
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  ControlSpace space;
  if (!fds.empty()) {
    header.msg_control = space.bytes.data();
    header.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
    auto* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    for (std::size_t i = 0; i < fds.size(); ++i) {
      const int raw = fds[i].get();
      std::memcpy(CMSG_DATA(part) + i * sizeof(int), &raw, sizeof(int));
    }
  }
  while (::sendmsg(fd_.get(), &header, MSG_NOSIGNAL) < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
      return Sent::later;
    }
    if (errno != EINTR) {
      return fail(is_gone(errno) ? Errc::closed : Errc::io, "sendmsg: " + text_of(errno));
    }
  }
  return Sent::whole;
}

Result<void> Channel::send(std::string_view bytes, std::vector<Fd> fds) {
  if (bytes.empty() || bytes.size() > largest_message || fds.size() > most_fds) {
    return fail(Errc::too_large, "a message of " + std::to_string(bytes.size()) + " bytes");
  }
  if (waiting_.empty()) {
    SPRANGA_TRY(const auto sent, try_send(bytes, fds));
    if (sent == Sent::whole) {
      return {};
    }
  }
  if (waiting_.size() >= most_waiting || waiting_bytes_ + bytes.size() > most_waiting_bytes) {
    return fail(Errc::too_large, "too many messages wait");
  }
  waiting_bytes_ += bytes.size();
  waiting_.push_back({std::string(bytes), std::move(fds)});
  return {};
}

Result<bool> Channel::flush() {
  while (!waiting_.empty()) {
    SPRANGA_TRY(const auto sent, try_send(waiting_.front().bytes, waiting_.front().fds));
    if (sent == Sent::later) {
      return false;
    }
    waiting_bytes_ -= waiting_.front().bytes.size();
    waiting_.pop_front();
  }
  return true;
}

Result<std::optional<Message>> Channel::receive() {
  if (buffer_.size() == 0) {
    buffer_ = RawBuffer(largest_message + 1);
  }
  iovec data{buffer_.data(), buffer_.size()};
  ControlSpace space;
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = space.bytes.data();
  header.msg_controllen = space.bytes.size();
  const auto size = ::recvmsg(fd_.get(), &header, MSG_CMSG_CLOEXEC);
  if (size < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
      return std::optional<Message>();
    }
    return fail(is_gone(errno) ? Errc::closed : Errc::io, "recvmsg: " + text_of(errno));
  }
  auto fds = take_fds(header);
  if (size == 0) {
    return fail(Errc::closed, "the other end is gone");
  }
  if ((static_cast<unsigned>(header.msg_flags) & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return fail(Errc::malformed, "a message was cut");
  }
  return Message{std::string(buffer_.data(), static_cast<std::size_t>(size)), std::move(fds)};
}

Result<Message> Channel::wait(int timeout_ms) {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    SPRANGA_TRY(auto message, receive());
    if (message) {
      return *std::move(message);
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now()).count();
    if (left <= 0) {
      return fail(Errc::timeout, "no answer");
    }
    pollfd ready{fd_.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(left)) < 0 && errno != EINTR) {
      return fail(Errc::io, "poll: " + text_of(errno));
    }
  }
}

}  // namespace spranga::process
