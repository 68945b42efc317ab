// TARGET → the hosts to test: a host, host:port, an address, or a mail domain with its MX and SRV
// hosts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "check/audit.h"
#include "check/settings.h"

namespace spranga::check {

/// What was typed. Exactly one of `host` and `address` is set.
struct TargetName {
  std::string host;  // normal form
  std::optional<net::Address> address;
  std::optional<int> port;
};

/// "mail.example.org", "mail.example.org:587", "192.0.2.1", "192.0.2.1:25", "2001:db8::1",
/// "[2001:db8::1]:465". Errc::malformed with the reason.
[[nodiscard]] Result<TargetName> parse_target(std::string_view typed);

/// One host to test.
struct HostPlan {
  std::string host;  // "" for a bare address
  Role role{Role::mail_server};
  std::vector<int> ports;
  std::vector<int> implicit_tls_ports;
  std::vector<net::Address> addresses;  // IPv4 first; filtered by -4/-6
};

struct TargetPlan {
  std::vector<HostPlan> hosts;
  std::string domain;                  // DOMAIN of mail addresses (Q18); "" where none is known
  std::vector<words::Phrase> remarks;  // e.g. MX could not be asked
};

/// Asks DNS. An error where no host has an address.
[[nodiscard]] Result<TargetPlan> plan_target(const TargetName& target,
                                             const CheckSettings& settings,
                                             const World& world,
                                             SteadyTime deadline);

}  // namespace spranga::check
