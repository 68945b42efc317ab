// An outsider's place on this very machine: a private network namespace, joined to the machine by a
// veth pair with documentation addresses (RFC 5737, 3849). A server asked from there sees a
// stranger, not itself. Needs root and iproute2. All of it ends with the object, or with the
// process however that ends: the kernel takes the namespace and both ends of the veth away when the
// last descriptor closes.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "net/address.h"

namespace spranga::vantage {

class PrivateNetwork {
public:
  /// Errc::denied without the rights, not_found without `ip`, with words for a person.
  [[nodiscard]] static Result<PrivateNetwork> make();

  PrivateNetwork(const PrivateNetwork&) = delete;
  PrivateNetwork& operator=(const PrivateNetwork&) = delete;
  PrivateNetwork(PrivateNetwork&& other) noexcept;
  PrivateNetwork& operator=(PrivateNetwork&&) = delete;
  ~PrivateNetwork();

  /// Descriptor of the namespace, for net::DialerOptions; valid as long as this object.
  [[nodiscard]] int descriptor() const { return namespace_.get(); }

  struct Ends {
    net::Address outside;  // the stranger
    net::Address machine;  // this machine as the stranger reaches it
  };

  [[nodiscard]] const Ends& ipv4() const { return ipv4_; }

  [[nodiscard]] const Ends& ipv6() const { return ipv6_; }

private:
  PrivateNetwork() = default;

  Fd namespace_;
  std::string link_;  // our end of the veth
  Ends ipv4_;
  Ends ipv6_;
};

}  // namespace spranga::vantage
