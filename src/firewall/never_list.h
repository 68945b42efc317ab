// NeverList: who is never banned, whatever the guard orders: loopback, what is no single peer, and
// the list that the guard gave (own addresses, gateway, resolver, …).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firewall/firewall.h"
#include "firewall/network.h"

namespace spranga::firewall {

class NeverList {
public:
  void set(std::vector<Network> networks) { networks_ = std::move(networks); }

  [[nodiscard]] const std::vector<Network>& networks() const { return networks_; }

  /// Why the entry must not be banned. A network around somebody on the list is refused where the
  /// backend cannot spare him; our nftables rules can.
  [[nodiscard]] std::optional<std::string> objection(const Entry& entry, Backend backend) const;

private:
  std::vector<Network> networks_;
};

}  // namespace spranga::firewall
