#include "firewall/open_sessions.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>

#include <cstring>

#include "tests/firewall/samples.h"

namespace spranga::firewall {

namespace {

using test::address;

Condemned condemned(std::string_view base, std::uint8_t prefix, std::vector<PortRange> ports = {}) {
  return {{address(base), prefix},
          std::make_shared<const std::vector<PortRange>>(std::move(ports))};
}

/// Follows a filter for a peer as the kernel does.
bool passes(std::string_view filter, const net::Address& peer) {
  std::ptrdiff_t left = static_cast<std::ptrdiff_t>(filter.size());
  while (left > 0) {
    const auto* at = filter.data() + (filter.size() - static_cast<std::size_t>(left));
    inet_diag_bc_op op{};
    std::memcpy(&op, at, sizeof(op));
    bool yes = false;
    if (op.code == INET_DIAG_BC_D_COND) {
      inet_diag_hostcond condition{};
      std::memcpy(&condition, at + sizeof(op), sizeof(condition));
      const std::size_t size = condition.family == AF_INET ? 4 : 16;
      const auto base = address_from({at + sizeof(op) + sizeof(condition), size});
      yes = contains({*base, condition.prefix_len}, peer);
    }
    left -= yes ? op.yes : op.no;
  }
  return left == 0;
}

TEST(OpenSessions, FilterLetsExactlyThePeersThrough) {
  const std::vector<Condemned> all = {
      condemned("203.0.113.5", 32), condemned("2001:db8:1::", 64), condemned("198.51.100.0", 24)};
  for (std::size_t count = 1; count <= all.size(); ++count) {
    const auto filter = peer_filter(std::span(all).first(count));
    EXPECT_TRUE(passes(filter, address("203.0.113.5")));
    EXPECT_FALSE(passes(filter, address("203.0.113.6")));
    EXPECT_EQ(passes(filter, address("2001:db8:1::77")), count > 1);
    EXPECT_EQ(passes(filter, address("198.51.100.200")), count > 2);
    EXPECT_FALSE(passes(filter, address("2001:db8:2::77")));
  }
}

TEST(OpenSessions, HaveNoFilterForTooMany) {
  EXPECT_EQ(peer_filter(std::vector(33, condemned("203.0.113.5", 32))), "");
  EXPECT_EQ(peer_filter({}), "");
}

TEST(CondemnedPeers, AreThoseOnTheDoorsPorts) {
  const std::vector<Condemned> all = {condemned("203.0.113.5", 32, {{25, 25}, {1000, 1010}}),
                                      condemned("203.0.113.9", 32, {{22, 22}}),
                                      condemned("203.0.113.5", 32, {{143, 143}}),
                                      condemned("198.51.100.0", 24),
                                      condemned("2001:db8:1::", 64, {{25, 25}})};
  const CondemnedPeers peers(all);
  EXPECT_TRUE(peers.has(address("203.0.113.5"), 25));
  EXPECT_TRUE(peers.has(address("203.0.113.5"), 1005));
  EXPECT_TRUE(peers.has(address("203.0.113.5"), 143));
  EXPECT_FALSE(peers.has(address("203.0.113.5"), 22));
  EXPECT_FALSE(peers.has(address("203.0.113.4"), 25));
  EXPECT_TRUE(peers.has(address("198.51.100.9"), 22));
  EXPECT_TRUE(peers.has(address("2001:db8:1::9"), 25));
  EXPECT_FALSE(peers.has(address("2001:db8:2::9"), 25));
}

}  // namespace

}  // namespace spranga::firewall
