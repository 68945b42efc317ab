// Network: an address with a prefix length, as ignoreip and <SUBNET> write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/address.h"

namespace spranga::guard {

class Network {
public:
  /// "192.0.2.0/24", "192.0.2.0/255.255.255.0", "2001:db8::/32", or an address alone. Bits behind
  /// the prefix are cleared. nullopt where it is none of these.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);

  /// The network of `address` with that prefix length (cut to what the family has).
  [[nodiscard]] static Network of(const net::Address& address, int prefix);

  [[nodiscard]] bool contains(const net::Address& address) const;

  /// Whether some address is in both.
  [[nodiscard]] bool overlaps(const Network& other) const;

  [[nodiscard]] bool is_single() const;

  [[nodiscard]] const net::Address& base() const { return base_; }

  [[nodiscard]] int prefix() const { return prefix_; }

  /// "192.0.2.0/24"; a single address without a prefix.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool operator==(const Network&) const = default;

private:
  Network(net::Address base, int prefix) : base_(base), prefix_(prefix) {}

  net::Address base_;
  int prefix_{0};
};

}  // namespace spranga::guard
