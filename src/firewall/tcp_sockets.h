// TcpSockets: this host's TCP sockets as the kernel tells of them (sock_diag), and the end of one.
//
// Two questions are known to kernels. The older (TCPDIAG_GETSOCK) is about both families in one
// walk; where it is refused, as some sandboxes do (gVisor), the newer (SOCK_DIAG_BY_FAMILY) is
// asked, once a family. What is not answered at all is left to the rules.
#pragma once

#include <linux/inet_diag.h>

#include <cstdint>
#include <memory>
#include <string>

#include "firewall/netlink.h"

namespace spranga::firewall {

/// Whom sock_diag is asked of: the kernel; in tests, one that knows less.
class SockDiag {
public:
  virtual ~SockDiag() = default;

  [[nodiscard]] virtual KernelAnswer dump(NetlinkMessage question,
                                          const NetlinkSocket::Each& each) = 0;
  [[nodiscard]] virtual KernelAnswer request(NetlinkMessage order) = 0;
};

/// A kernel without such sockets refuses whatever is asked.
[[nodiscard]] std::unique_ptr<SockDiag> open_sock_diag();

struct TcpSocket {
  std::uint8_t family{0};
  inet_diag_sockid id{};
};

class TcpSockets {
public:
  explicit TcpSockets(std::unique_ptr<SockDiag> kernel) : kernel_(std::move(kernel)) {}

  /// What this kernel refuses to do, in words for a person: "" = nothing. It is asked, so that it
  /// is known before a socket is to end.
  [[nodiscard]] std::string lacking();

  using Each = std::function<void(const TcpSocket&)>;

  /// All that are in one of these states (bits), and that `filter` lets through ("": all; see
  /// inet_diag_bc_op). An error: those that `each` was not told of are not known.
  KernelAnswer walk(std::uint32_t states, const std::string& filter, const Each& each);

  /// The error is ENOENT for one that is no longer there.
  KernelAnswer destroy(const TcpSocket& socket);

private:
  [[nodiscard]] KernelAnswer walk_by_family(std::uint32_t states,
                                            const std::string& filter,
                                            const NetlinkSocket::Each& each);

  std::unique_ptr<SockDiag> kernel_;
  bool knows_older_{true};
};

}  // namespace spranga::firewall
