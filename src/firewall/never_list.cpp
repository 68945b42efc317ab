#include "firewall/never_list.h"

#include <fmt/core.h>

#include <array>

namespace spranga::firewall {

namespace {

struct Reserved {
  Network network;
  std::string_view what;
};

Reserved reserved(std::string_view base, std::uint8_t prefix, std::string_view what) {
  return {{*net::Address::parse(base), prefix}, what};
}

const std::array<Reserved, 6>& all_reserved() {
  static const std::array<Reserved, 6> all = {
      reserved("127.0.0.0", 8, "loopback"),
      reserved("::1", 128, "loopback"),
      reserved("0.0.0.0", 8, "no address of a peer"),
      reserved("::", 128, "no address of a peer"),
      reserved("224.0.0.0", 3, "no address of a peer"),  // multicast, reserved, broadcast
      reserved("ff00::", 8, "no address of a peer"),
  };
  return all;
}

}  // namespace

std::optional<std::string> NeverList::objection(const Entry& entry, Backend backend) const {
  const Network wanted{entry.base, entry.prefix};
  for (const auto& row : all_reserved()) {
    if (overlap(row.network, wanted)) {
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
