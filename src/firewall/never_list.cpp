#include "firewall/never_list.h"

#include <fmt/core.h>

#include <array>

namespace spranga::firewall {

namespace {

struct Reserved {
  std::string_view base;
  std::uint8_t prefix;
  std::string_view what;
};

constexpr std::array<Reserved, 6> reserved = {{
    {"127.0.0.0", 8, "loopback"},
    {"::1", 128, "loopback"},
    {"0.0.0.0", 8, "no address of a peer"},
    {"::", 128, "no address of a peer"},
    {"224.0.0.0", 3, "no address of a peer"},  // multicast, reserved, broadcast
    {"ff00::", 8, "no address of a peer"},
}};

}  // namespace

std::optional<std::string> NeverList::objection(const Entry& entry, Backend backend) const {
  const Network wanted{entry.base, entry.prefix};
  for (const auto& row : reserved) {
    if (overlap({*net::Address::parse(row.base), row.prefix}, wanted)) {
      return fmt::format("{} is never banned: {}", to_string(wanted), row.what);
    }
  }
  for (const auto& network : networks_) {
    const bool inside = network.prefix <= wanted.prefix && contains(network, wanted.base);
    if (inside || (backend == Backend::ipset && overlap(network, wanted))) {
      return fmt::format(
          "{} is never banned: {} is on the list", to_string(wanted), to_string(network));
    }
  }
  return std::nullopt;
}

}  // namespace spranga::firewall
