// IPv4 and IPv6 addresses as values.
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::net {

enum class Family { ipv4, ipv6 };

class Address {
public:
  /// "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "fe80::1%eth0"; nullopt where it is no address.
  /// IPv4-mapped IPv6 becomes IPv4.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text);

  /// From a socket address; IPv4-mapped IPv6 becomes IPv4.
  [[nodiscard]] static std::optional<Address> from_sockaddr(const sockaddr_storage& raw);

  /// From 4 or 16 bytes in network order; IPv4-mapped IPv6 becomes IPv4.
  [[nodiscard]] static std::optional<Address> from_bytes(std::string_view bytes);

  [[nodiscard]] Family family() const { return family_; }

  /// Canonical text (RFC 5952), zone included, without brackets.
  [[nodiscard]] std::string to_string() const;

  /// SMTP address literal (RFC 5321 §4.1.3): "[192.0.2.1]" or "[IPv6:2001:db8::1]".
  [[nodiscard]] std::string smtp_literal() const;

  /// Name for reverse lookups: "1.2.0.192.in-addr.arpa".
  [[nodiscard]] std::string reverse_name() const;

  [[nodiscard]] bool is_loopback() const;

  /// "0.0.0.0" or "::", which this system takes for itself.
  [[nodiscard]] bool is_unspecified() const;

  /// RFC 1918, RFC 4193, link-local, loopback or shared (100.64/10): not seen as such from far
  /// away.
  [[nodiscard]] bool is_private() const;

  /// 4 or 16 bytes in network order.
  [[nodiscard]] std::string_view bytes() const;

  struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length{0};
  };

  [[nodiscard]] SocketAddress to_sockaddr(std::uint16_t port) const;

  [[nodiscard]] bool operator==(const Address&) const = default;
  [[nodiscard]] auto operator<=>(const Address&) const = default;

private:
  Family family_{Family::ipv4};
  std::array<char, 16> bytes_{};
  std::uint32_t zone_{0};
};

/// The addresses configured on this machine's interfaces (loopback included).
[[nodiscard]] std::vector<Address> own_addresses();

/// The address that this system would send from to reach `to`; no packet is sent. nullopt = no
/// route.
[[nodiscard]] std::optional<Address> route_source(const Address& to);

struct Endpoint {
  Address address;
  std::uint16_t port{0};

  [[nodiscard]] bool operator==(const Endpoint&) const = default;
};

}  // namespace spranga::net
