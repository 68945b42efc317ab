// Native or as written: whether a firewall action is one of fail2ban's stock ones, with another
// name, port, protocol, chain or blocktype at most. Such a one is not run: the firewall's own
// backends do what it means. Whatever else was changed runs as it is written.
//
// A stock action is known by its resolved commands: where the five values stand in them, and a
// hash of the rest (stock_actions.inc). Its file's name says nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ban/action_spec.h"
#include "base/result.h"
#include "firewall/firewall.h"

namespace spranga::guard::actions {

struct Native {
  firewall::Backend backend{firewall::Backend::nftables};
  std::string name;                        // of the jail, as the action's sets and chains carry it
  std::vector<firewall::PortRange> ports;  // sorted, apart from one another; none: every port
  firewall::Protocols protocols{firewall::Protocols::tcp};
  std::string chain;  // that iptables' rules hang in: INPUT, DOCKER-USER
  firewall::Verdict verdict{firewall::Verdict::standard};
};

struct Way {
  std::optional<Native> native;
  /// Why it runs as written, for a person; "" = it is native, or no firewall action at all.
  std::string why;
};

/// The number of a service's port, "smtp" → 25.
using ServicePort = std::function<std::optional<std::uint16_t>(std::string_view name)>;

[[nodiscard]] Way way_of(const ban::ActionSpec& spec, const ServicePort& service);

/// "ssh,80,1000:1010": names, numbers and ranges. Empty: every port (0:65535). The error says what
/// is wrong.
[[nodiscard]] Result<std::vector<firewall::PortRange>> parse_ports(std::string_view text,
                                                                   const ServicePort& service);

/// The ports of /etc/services, from its text.
[[nodiscard]] ServicePort service_ports(std::string_view text);

}  // namespace spranga::guard::actions
