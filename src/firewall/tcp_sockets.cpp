#include "firewall/tcp_sockets.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace spranga::firewall {

namespace {

class OfThisHost : public SockDiag {
public:
  explicit OfThisHost(Result<NetlinkSocket> socket) : socket_(std::move(socket)) {}

  KernelAnswer dump(NetlinkMessage question, const NetlinkSocket::Each& each) override {
    return socket_ ? socket_->dump(
                         std::move(question), [] {}, each)
                   : none();
  }

  KernelAnswer request(NetlinkMessage order) override {
    return socket_ ? socket_->request(std::move(order)) : none();
  }

private:
  [[nodiscard]] KernelAnswer none() const {
    return KernelError{EPROTONOSUPPORT, socket_.error().detail};
  }

  Result<NetlinkSocket> socket_;
};

/// In contrast to a failure that is over the next time.
bool is_refusal(const KernelAnswer& answer) {
  constexpr std::array passing{EBUSY, ENOBUFS, ENOMEM, EAGAIN, EINTR, ETIMEDOUT};
  return answer && std::ranges::find(passing, answer->number) == passing.end();
}

template <class Body>
NetlinkMessage question(std::uint16_t type, const Body& body, const std::string& filter) {
  NetlinkMessage out(type, NLM_F_REQUEST | NLM_F_DUMP);
  out.structure(body);
  if (!filter.empty()) {
    out.attribute(INET_DIAG_REQ_BYTECODE, filter);
  }
  return out;
}

NetlinkMessage older_question(std::uint32_t states, const std::string& filter) {
  inet_diag_req body{};
  body.idiag_family = AF_INET;
  body.idiag_states = states;
  return question(TCPDIAG_GETSOCK, body, filter);
}

NetlinkMessage newer_question(int family, std::uint32_t states, const std::string& filter) {
  inet_diag_req_v2 body{};
  body.sdiag_family = static_cast<std::uint8_t>(family);
  body.sdiag_protocol = IPPROTO_TCP;
  body.idiag_states = states;
  return question(SOCK_DIAG_BY_FAMILY, body, filter);
}

/// Nobody listens on port 0.
TcpSocket no_socket() {
  TcpSocket out{AF_INET, {}};
  std::ranges::fill(out.id.idiag_cookie, static_cast<std::uint32_t>(INET_DIAG_NOCOOKIE));
  return out;
}

}  // namespace

std::unique_ptr<SockDiag> open_sock_diag() {
  return std::make_unique<OfThisHost>(NetlinkSocket::open(NETLINK_SOCK_DIAG));
}

std::string TcpSockets::lacking() {
  const auto told = walk(1U << static_cast<unsigned>(TCP_LISTEN), "", [](const TcpSocket&) {});
  if (is_refusal(told)) {
    return "does not tell of open sessions: " + told->text;
  }
  const auto ended = destroy(no_socket());
  return is_refusal(ended) && ended->number != ENOENT ? "does not end open sessions: " + ended->text
                                                      : "";
}

KernelAnswer TcpSockets::walk(std::uint32_t states, const std::string& filter, const Each& each) {
  const auto take = [&each](const nlmsghdr& message) {
    if (message.nlmsg_len >= NLMSG_LENGTH(sizeof(inet_diag_msg))) {
      const auto* body = static_cast<const inet_diag_msg*>(::mnl_nlmsg_get_payload(&message));
      each({body->idiag_family, body->id});
    }
  };
  if (knows_older_) {
    auto answer = kernel_->dump(older_question(states, filter), take);
    if (!is_refusal(answer)) {
      return answer;
    }
    knows_older_ = false;
  }
  return walk_by_family(states, filter, take);
}

/// One of the two may be all that this kernel has.
KernelAnswer TcpSockets::walk_by_family(std::uint32_t states,
                                        const std::string& filter,
                                        const NetlinkSocket::Each& each) {
  auto ipv4 = kernel_->dump(newer_question(AF_INET, states, filter), each);
  auto ipv6 = kernel_->dump(newer_question(AF_INET6, states, filter), each);
  if (is_refusal(ipv4) != is_refusal(ipv6)) {
    return is_refusal(ipv4) ? ipv6 : ipv4;
  }
  return ipv4 ? ipv4 : ipv6;
}

KernelAnswer TcpSockets::destroy(const TcpSocket& socket) {
  NetlinkMessage order(SOCK_DESTROY, NLM_F_REQUEST);
  inet_diag_req_v2 body{};
  body.sdiag_family = socket.family;
  body.sdiag_protocol = IPPROTO_TCP;
  body.idiag_states = ~0U;
  body.id = socket.id;
  order.structure(body);
  return kernel_->request(std::move(order));
}

}  // namespace spranga::firewall
