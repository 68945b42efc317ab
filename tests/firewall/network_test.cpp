#include "firewall/network.h"

#include <gtest/gtest.h>

#include "firewall/never_list.h"
#include "tests/firewall/samples.h"

namespace spranga::firewall {

namespace {

using test::address;
using test::entry;
using test::one;

Network network(std::string_view base, std::uint8_t prefix) {
  return {address(base), prefix};
}

std::string text(std::string_view bytes) {
  return address_from(bytes)->to_string();
}

TEST(Network, IsSoundWithoutBitsBehindItsPrefix) {
  EXPECT_TRUE(is_sound(network("192.0.2.0", 24)));
  EXPECT_TRUE(is_sound(network("192.0.2.128", 25)));
  EXPECT_FALSE(is_sound(network("192.0.2.128", 24)));
  EXPECT_FALSE(is_sound(network("192.0.2.1", 33)));
  EXPECT_TRUE(is_sound(network("2001:db8::", 32)));
  EXPECT_TRUE(is_sound(network("0.0.0.0", 0)));
}

TEST(Network, ContainsByPrefixAndFamily) {
  EXPECT_TRUE(contains(network("192.0.2.0", 25), address("192.0.2.127")));
  EXPECT_FALSE(contains(network("192.0.2.0", 25), address("192.0.2.128")));
  EXPECT_FALSE(contains(network("0.0.0.0", 0), address("2001:db8::1")));
  EXPECT_TRUE(overlap(network("192.0.2.0", 24), network("192.0.2.64", 26)));
  EXPECT_TRUE(overlap(network("192.0.2.64", 26), network("192.0.2.0", 24)));
  EXPECT_FALSE(overlap(network("192.0.2.64", 26), network("192.0.2.128", 26)));
}

TEST(Network, BecomesIntervalsThatDoNotTouch) {
  const std::vector<Network> networks = {network("192.0.2.128", 25),
                                         network("198.51.100.7", 32),
                                         network("192.0.2.0", 25),
                                         network("192.0.2.9", 32),
                                         network("255.255.255.255", 32),
                                         network("2001:db8::1", 128)};
  const auto found = intervals(networks, net::Family::ipv4);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(text(found[0].first), "192.0.2.0");
  EXPECT_EQ(text(found[0].last), "192.0.2.255");
  EXPECT_EQ(text(found[1].first), "198.51.100.7");
  EXPECT_EQ(next(found[2].last), std::nullopt);
  EXPECT_EQ(intervals(networks, net::Family::ipv6).size(), 1U);
}

TEST(Network, KnowsTheNextAddress) {
  EXPECT_EQ(text(*next(std::string(address("192.0.2.255").bytes()))), "192.0.3.0");
  EXPECT_EQ(next(std::string(4, '\xff')), std::nullopt);
}

TEST(Network, TakesNoAddressOfAnOddSize) {
  EXPECT_EQ(address_from("12345"), std::nullopt);
  EXPECT_EQ(address_from(""), std::nullopt);
}

TEST(NeverList, RefusesLoopbackAndWhatIsNoPeerEvenWhenEmpty) {
  const NeverList list;
  const std::vector<Entry> entries = {one(1, "127.0.0.1"),
                                      entry(1, "127.5.0.0", 16),
                                      one(1, "::1"),
                                      one(1, "::"),
                                      one(1, "0.0.0.0"),
                                      one(1, "224.0.0.1"),
                                      one(1, "255.255.255.255"),
                                      one(1, "ff02::1"),
                                      entry(1, "::", 64)};
  for (const auto& each : entries) {
    EXPECT_TRUE(list.objection(each, Backend::nftables)) << each.base.to_string();
  }
  EXPECT_FALSE(list.objection(one(1, "203.0.113.5"), Backend::nftables));
  EXPECT_FALSE(list.objection(one(1, "2001:db8::1"), Backend::nftables));
}

TEST(NeverList, RefusesWhoIsOnItOrInANetworkOnIt) {
  NeverList list;
  list.set({network("192.0.2.1", 32), network("198.51.100.0", 24)});
  EXPECT_EQ(list.objection(one(1, "192.0.2.1"), Backend::nftables),
            "192.0.2.1 is never banned: 192.0.2.1 is on the list");
  EXPECT_TRUE(list.objection(one(1, "198.51.100.200"), Backend::nftables));
  EXPECT_TRUE(list.objection(entry(1, "198.51.100.128", 25), Backend::nftables));
  EXPECT_FALSE(list.objection(one(1, "192.0.2.2"), Backend::nftables));
}

TEST(NeverList, LetsANetworkAroundSomebodyBeBannedOnlyWhereHeIsSpared) {
  NeverList list;
  list.set({network("192.0.2.1", 32)});
  EXPECT_FALSE(list.objection(entry(1, "192.0.2.0", 24), Backend::nftables));
  EXPECT_TRUE(list.objection(entry(1, "192.0.2.0", 24), Backend::ipset));
}

}  // namespace

}  // namespace spranga::firewall
