// NetlinkSocket: a conversation with the kernel. A request is carried out before send() returns, so
// nothing here waits for more than the kernel's own work.
#pragma once

#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/raw_buffer.h"
#include "base/result.h"
#include "firewall/netlink_message.h"

namespace spranga::firewall {

/// What the kernel refused, in its own words where it has some.
struct KernelError {
  int number{0};  // errno
  std::string text;

  /// The error as ours; `what` was asked for.
  [[nodiscard]] Error as(std::string_view what) const;
};

/// nullopt: done.
using KernelAnswer = std::optional<KernelError>;

class NetlinkSocket {
public:
  /// NETLINK_NETFILTER, NETLINK_SOCK_DIAG.
  [[nodiscard]] static Result<NetlinkSocket> open(int protocol);

  /// Hears what a group is told, but for what the socket with the number `but` did: its own work
  /// could be more than the other events leave room for.
  [[nodiscard]] Result<void> join(int group, std::uint32_t but);

  /// Does not hear that group for a while, and does again. What was heard before can still be read.
  /// False: as before.
  bool hear(int group, bool wanted);

  /// All of them or none (nfnetlink's transaction).
  [[nodiscard]] KernelAnswer commit(std::vector<NetlinkMessage>& batch, std::uint16_t subsystem);

  /// One request outside a transaction.
  [[nodiscard]] KernelAnswer request(NetlinkMessage message);

  using Each = std::function<void(const nlmsghdr&)>;

  /// A request with NLM_F_DUMP, or one that has one answer. `begin` is called before the answers,
  /// again where the kernel says that they were mixed up and all are asked for anew.
  [[nodiscard]] KernelAnswer dump(NetlinkMessage message,
                                  const std::function<void()>& begin,
                                  const Each& each);

  /// What a group was told meanwhile. False: some of it was lost.
  [[nodiscard]] bool drain(const Each& each);

  [[nodiscard]] int fd() const { return ::mnl_socket_get_fd(socket_.get()); }

  /// The number by which the kernel knows this socket.
  [[nodiscard]] std::uint32_t port() const { return ::mnl_socket_get_portid(socket_.get()); }

private:
  struct Close {
    void operator()(mnl_socket* socket) const { ::mnl_socket_close(socket); }
  };

  [[nodiscard]] KernelAnswer send(const std::string& bytes);
  [[nodiscard]] KernelAnswer read_acknowledgements();
  enum class Dumped { whole, mixed_up };
  [[nodiscard]] KernelAnswer read_dump(std::uint32_t sequence, const Each& each, Dumped& how);

  std::unique_ptr<mnl_socket, Close> socket_;
  std::uint32_t sequence_{0};
  std::size_t send_buffer_{0};
  RawBuffer buffer_;  // of what is received
};

/// The attributes of a message or of one that holds others, by type: `into` is told of each.
void for_each_attribute(const nlmsghdr& message,
                        std::size_t header,
                        const std::function<void(const nlattr&)>& into);
void for_each_attribute(const nlattr& holder, const std::function<void(const nlattr&)>& into);

[[nodiscard]] std::string_view bytes_of(const nlattr& attribute);
/// Without the zero at its end.
[[nodiscard]] std::string_view text_of(const nlattr& attribute);
/// Big-endian, of 1 to 8 bytes.
[[nodiscard]] std::uint64_t number_of(const nlattr& attribute);

}  // namespace spranga::firewall
