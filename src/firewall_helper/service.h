// Service: the firewall process at work: orders from the guard, events from the kernel, until the
// guard is gone. One thread, and one more that ends sessions; the sockets were opened before the
// rights went.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firewall/doorkeeper.h"
#include "firewall/ipset.h"
#include "firewall/netlink.h"
#include "firewall/nftables.h"
#include "firewall/open_sessions.h"
#include "firewall_helper/table_claim.h"
#include "process/channel.h"

namespace spranga::firewall_helper {

/// What needs rights to be opened.
struct Sockets {
  firewall::NetlinkSocket nftables;
  firewall::NetlinkSocket ipset;
  firewall::NetlinkSocket events;
  std::unique_ptr<firewall::SockDiag> sessions;
};

[[nodiscard]] Result<Sockets> open_sockets();

class Service {
public:
  /// `claim`: to the one table that it may be set up with; an error is told for whatever is
  /// ordered.
  Service(process::Channel channel, Sockets sockets, Result<TableClaim> claim);

  /// Until the guard closes its end. An error: the channel cannot be trusted any more.
  [[nodiscard]] Result<void> run();

private:
  [[nodiscard]] Result<std::unique_ptr<firewall::KernelBackend>> make(firewall::Backend which,
                                                                      const firewall::Start& setup);
  /// Waits for the next thing. False: the guard is gone.
  [[nodiscard]] Result<bool> turn();
  [[nodiscard]] Result<bool> take_orders();
  void take_events();
  void look_at_sets();
  void tell_lost(const std::string& why, const Result<void>& repaired);
  void answer(const firewall::Answer& answer);
  void tell_lacking();
  void banned(const firewall::Door& door, const firewall::Entry& entry);

  process::Channel channel_;
  Sockets sockets_;
  Result<TableClaim> claim_;
  firewall::Nftables* nftables_{nullptr};  // both owned by doors_
  firewall::Ipset* ipset_{nullptr};
  std::chrono::steady_clock::time_point next_look_{};  // at the sets
  std::optional<Error> unsent_;
  std::vector<firewall::Condemned> condemned_;  // by the order that is carried out
  firewall::DoorPorts ports_;                   // of the last one
  firewall::OpenSessions sessions_;
  firewall::Doorkeeper doors_;
};

}  // namespace spranga::firewall_helper
