#include "firewall/netlink.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/filter.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace spranga::firewall {

namespace {

constexpr std::size_t receive_size = 256UL * 1024;
constexpr int events_buffer = 4 << 20;  // bytes
constexpr int dump_attempts = 5;
constexpr int answer_deadline_ms = 10'000;

KernelError failed(int number) {
  return {number, std::system_category().message(number)};
}

Errc code_of(int number) {
  switch (number) {
    case ENFILE:
    case ENOSPC:
    case EMSGSIZE:
      return Errc::too_large;
    case ENOENT:
      return Errc::not_found;
    case EPERM:
    case EACCES:
      return Errc::denied;
    case EBUSY:
    case EEXIST:
      return Errc::conflict;
    default:
      return Errc::io;
  }
}

/// The body of NLMSG_ERROR.
KernelAnswer answer_of(const nlmsghdr& message) {
  if (message.nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr))) {
    return failed(EBADMSG);
  }
  const auto* body = static_cast<const nlmsgerr*>(::mnl_nlmsg_get_payload(&message));
  if (body->error == 0) {
    return std::nullopt;
  }
  auto out = failed(-body->error);
  if ((message.nlmsg_flags & NLM_F_ACK_TLVS) != 0) {
    std::size_t skipped = sizeof(nlmsgerr);
    if ((message.nlmsg_flags & NLM_F_CAPPED) == 0) {
      skipped += body->msg.nlmsg_len - sizeof(nlmsghdr);
    }
    for_each_attribute(message, skipped, [&](const nlattr& attribute) {
      if (::mnl_attr_get_type(&attribute) == NLMSGERR_ATTR_MSG) {
        out.text += fmt::format(" ({})", text_of(attribute));
      }
    });
  }
  return out;
}

NetlinkMessage batch_mark(std::uint16_t type, std::uint16_t subsystem) {
  NetlinkMessage out(type, NLM_F_REQUEST);
  nfgenmsg header{};
  header.nfgen_family = AF_UNSPEC;
  header.version = NFNETLINK_V0;
  header.res_id = htons(subsystem);
  out.structure(header);
  return out;
}

template <class Each>
bool walk(std::string_view bytes, const Each& each) {
  auto left = static_cast<int>(bytes.size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the buffer is aligned for it
  const auto* message = reinterpret_cast<const nlmsghdr*>(bytes.data());
  for (; ::mnl_nlmsg_ok(message, left); message = ::mnl_nlmsg_next(message, &left)) {
    if (!each(*message)) {
      return false;
    }
  }
  return true;
}

/// A message of a dump. False: it was the last.
bool take_dumped(const nlmsghdr& message, const NetlinkSocket::Each& each, KernelAnswer& refusal) {
  if (message.nlmsg_type == NLMSG_ERROR) {
    refusal = answer_of(message);
    return false;
  }
  if (message.nlmsg_type == NLMSG_DONE) {
    return false;
  }
  each(message);
  return (message.nlmsg_flags & NLM_F_MULTI) != 0;
}

void walk_attributes(std::string_view bytes, const std::function<void(const nlattr&)>& into) {
  while (bytes.size() >= sizeof(nlattr)) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): aligned as netlink has it
    const auto* attribute = reinterpret_cast<const nlattr*>(bytes.data());
    if (!::mnl_attr_ok(attribute, static_cast<int>(bytes.size()))) {
      return;
    }
    into(*attribute);
    bytes.remove_prefix(std::min<std::size_t>(bytes.size(), NLA_ALIGN(attribute->nla_len)));
  }
}

}  // namespace

Error KernelError::as(std::string_view what) const {
  if (number == ENFILE) {
    return {Errc::too_large, fmt::format("{}: the set is full", what)};
  }
  return {code_of(number), fmt::format("{}: {}", what, text)};
}

Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
  NetlinkSocket out;
  out.socket_.reset(::mnl_socket_open2(protocol, SOCK_CLOEXEC));
  if (!out.socket_ || ::mnl_socket_bind(out.socket_.get(), 0, MNL_SOCKET_AUTOPID) < 0) {
    return Failure(failed(errno).as("a netlink socket"));
  }
  int on = 1;
  // Kernels without them answer less in detail.
  ::mnl_socket_setsockopt(out.socket_.get(), NETLINK_EXT_ACK, &on, sizeof(on));
  ::mnl_socket_setsockopt(out.socket_.get(), NETLINK_CAP_ACK, &on, sizeof(on));
  out.buffer_ = RawBuffer(receive_size);
  return out;
}

/// Messages of one transaction come together, and all name the socket that sent it.
Result<void> NetlinkSocket::join(int group, std::uint32_t but) {
  constexpr std::uint32_t everything = 0xffffffff;
  std::array<sock_filter, 4> program = {
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(nlmsghdr, nlmsg_pid)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(but), 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, 0),
      sock_filter BPF_STMT(BPF_RET | BPF_K, everything)};
  const sock_fprog filter{program.size(), program.data()};
  if (::setsockopt(fd(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) != 0) {
    return Failure(failed(errno).as("hearing the kernel's events"));
  }
  ::setsockopt(fd(), SOL_SOCKET, SO_RCVBUFFORCE, &events_buffer, sizeof(events_buffer));
  if (::mnl_socket_setsockopt(socket_.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0) {
    return Failure(failed(errno).as("hearing the kernel's events"));
  }
  return {};
}

bool NetlinkSocket::hear(int group, bool wanted) {
  const int what = wanted ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP;
  return ::mnl_socket_setsockopt(socket_.get(), what, &group, sizeof(group)) == 0;
}

KernelAnswer NetlinkSocket::send(const std::string& bytes) {
  // A message must fit into the buffer as a whole, with what the kernel counts beside it.
  const auto wanted = 2 * bytes.size() + 65'536;
  if (wanted > send_buffer_) {
    const int size = static_cast<int>(std::min<std::size_t>(wanted, 1UL << 30U));
    ::setsockopt(fd(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
    send_buffer_ = wanted;
  }
  while (::mnl_socket_sendto(socket_.get(), bytes.data(), bytes.size()) < 0) {
    if (errno != EINTR) {
      return failed(errno);
    }
  }
  return std::nullopt;
}

KernelAnswer NetlinkSocket::read_acknowledgements() {
  pollfd ready{fd(), POLLIN, 0};
  if (::poll(&ready, 1, answer_deadline_ms) <= 0) {
    return failed(ETIMEDOUT);
  }
  KernelAnswer first;
  bool any = false;
  for (;;) {
    const auto size = ::recv(fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      // ENOBUFS: so many refusals that not all were kept; the first is there.
      const bool all_read = errno == EAGAIN && any;
      return first || all_read ? first : failed(errno);
    }
    walk({buffer_.data(), static_cast<std::size_t>(size)}, [&](const nlmsghdr& message) {
      if (message.nlmsg_type == NLMSG_ERROR) {
        any = true;
        if (const auto answer = answer_of(message); answer && !first) {
          first = answer;
        }
      }
      return true;
    });
  }
}

KernelAnswer NetlinkSocket::commit(std::vector<NetlinkMessage>& batch, std::uint16_t subsystem) {
  if (batch.empty()) {
    return std::nullopt;
  }
  std::string bytes = batch_mark(NFNL_MSG_BATCH_BEGIN, subsystem).finish(++sequence_, false);
  for (auto& message : batch) {
    bytes += message.finish(++sequence_, &message == &batch.back());
  }
  bytes += batch_mark(NFNL_MSG_BATCH_END, subsystem).finish(++sequence_, false);
  if (auto unsent = send(bytes)) {
    return unsent;
  }
  return read_acknowledgements();
}

KernelAnswer NetlinkSocket::request(NetlinkMessage message) {
  if (auto unsent = send(message.finish(++sequence_, true))) {
    return unsent;
  }
  return read_acknowledgements();
}

KernelAnswer NetlinkSocket::read_dump(std::uint32_t sequence, const Each& each, Dumped& how) {
  KernelAnswer out;
  bool more = true;
  bool interrupted = false;
  while (more) {
    const auto size = ::recv(fd(), buffer_.data(), buffer_.size(), 0);
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size <= 0) {
      return failed(size < 0 ? errno : EIO);
    }
    walk({buffer_.data(), static_cast<std::size_t>(size)}, [&](const nlmsghdr& message) {
      if (message.nlmsg_seq == sequence) {
        interrupted = interrupted || (message.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        more = take_dumped(message, each, out);
      }
      return more;
    });
  }
  how = interrupted ? Dumped::mixed_up : Dumped::whole;
  return out;
}

KernelAnswer NetlinkSocket::dump(NetlinkMessage message,
                                 const std::function<void()>& begin,
                                 const Each& each) {
  for (int attempt = 0; attempt < dump_attempts; ++attempt) {
    begin();
    if (auto unsent = send(message.finish(++sequence_, false))) {
      return unsent;
    }
    Dumped how{};
    if (auto answer = read_dump(sequence_, each, how); answer || how == Dumped::whole) {
      return answer;
    }
  }
  return failed(EBUSY);
}

bool NetlinkSocket::drain(const Each& each) {
  bool whole = true;
  for (;;) {
    const auto size = ::recv(fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && errno == ENOBUFS) {
      whole = false;
      continue;
    }
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size <= 0) {
      return whole && (size == 0 || errno == EAGAIN);
    }
    walk({buffer_.data(), static_cast<std::size_t>(size)}, [&](const nlmsghdr& message) {
      each(message);
      return true;
    });
  }
}

void for_each_attribute(const nlmsghdr& message,
                        std::size_t header,
                        const std::function<void(const nlattr&)>& into) {
  const std::size_t skipped = NLMSG_ALIGN(NLMSG_LENGTH(header));
  if (message.nlmsg_len > skipped) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the message as bytes
    const std::string_view bytes(reinterpret_cast<const char*>(&message), message.nlmsg_len);
    walk_attributes(bytes.substr(skipped), into);
  }
}

void for_each_attribute(const nlattr& holder, const std::function<void(const nlattr&)>& into) {
  walk_attributes(bytes_of(holder), into);
}

std::string_view bytes_of(const nlattr& attribute) {
  return {static_cast<const char*>(::mnl_attr_get_payload(&attribute)),
          ::mnl_attr_get_payload_len(&attribute)};
}

std::string_view text_of(const nlattr& attribute) {
  const auto bytes = bytes_of(attribute);
  return bytes.substr(0, bytes.find('\0'));
}

std::uint64_t number_of(const nlattr& attribute) {
  std::uint64_t out = 0;
  for (const char byte : bytes_of(attribute).substr(0, sizeof(out))) {
    out = out << 8U | static_cast<unsigned char>(byte);
  }
  return out;
}

}  // namespace spranga::firewall
