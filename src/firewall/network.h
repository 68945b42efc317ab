// Networks as values: an address and how many of its leading bits count.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.h"

namespace spranga::firewall {

struct Network {
  net::Address base;
  std::uint8_t prefix{0};  // 32 and 128: an address

  [[nodiscard]] bool operator==(const Network&) const = default;
};

/// 32 or 128.
[[nodiscard]] std::uint8_t full_prefix(net::Family family);

/// From 4 or 16 bytes. An IPv4 address in an IPv6 one becomes IPv4.
[[nodiscard]] std::optional<net::Address> address_from(std::string_view bytes);

/// No bit is set behind the prefix, and the prefix fits the family.
[[nodiscard]] bool is_sound(const Network& network);

[[nodiscard]] bool contains(const Network& network, const net::Address& address);

/// They share at least one address.
[[nodiscard]] bool overlap(const Network& one, const Network& other);

/// First and last address as bytes.
struct Interval {
  std::string first;
  std::string last;

  [[nodiscard]] bool operator==(const Interval&) const = default;
};

/// The networks of a family as intervals: sorted, none touches another.
[[nodiscard]] std::vector<Interval> intervals(std::span<const Network> networks,
                                              net::Family family);

/// The address behind one; nullopt behind the last of all.
[[nodiscard]] std::optional<std::string> next(std::string bytes);

[[nodiscard]] std::string to_string(const Network& network);

}  // namespace spranga::firewall
