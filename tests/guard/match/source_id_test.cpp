#include "guard/match/source_id.h"

#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

TEST(SourceId, AddressesAreWrittenCanonically) {
  EXPECT_EQ(canonical_id("2001:DB8:0:0::1", IdKind::ipv6), "2001:db8::1");
  EXPECT_EQ(canonical_id("192.0.2.1", IdKind::ipv4), "192.0.2.1");
}

TEST(SourceId, MappedAddressesBecomeIpv4) {
  EXPECT_EQ(canonical_id("::ffff:c000:201", IdKind::ipv6), "192.0.2.1");
}

TEST(SourceId, WhatIsNoAddressStays) {
  EXPECT_EQ(canonical_id("999.1.1.1", IdKind::ipv4), "999.1.1.1");
  EXPECT_EQ(canonical_id("010.1.1.1", IdKind::ipv4), "010.1.1.1");
  EXPECT_EQ(canonical_id("alice", IdKind::guess), "alice");
  EXPECT_EQ(canonical_id("a/b", IdKind::guess), "a/b");
}

TEST(SourceId, AGuessTakesBracketsAndNetworks) {
  EXPECT_EQ(canonical_id("[2001:db8::1]", IdKind::guess), "2001:db8::1");
  EXPECT_EQ(canonical_id("192.0.2.77/24", IdKind::guess), "192.0.2.0/24");
  EXPECT_EQ(canonical_id("192.0.2.77/255.255.255.0", IdKind::guess), "192.0.2.0/24");
  EXPECT_EQ(canonical_id("192.0.2.77/32", IdKind::guess), "192.0.2.77");
}

TEST(SourceId, APrefixClearsTheBitsBehindIt) {
  EXPECT_EQ(canonical_id("192.0.2.77", IdKind::ipv4, 24), "192.0.2.0/24");
  EXPECT_EQ(canonical_id("2001:db8:1:2::3", IdKind::ipv6, 32), "2001:db8::/32");
}

TEST(SourceId, RawStaysAsItIs) {
  EXPECT_EQ(canonical_id("[2001:DB8::1]", IdKind::raw), "[2001:DB8::1]");
}

TEST(SourceId, OnlyAnIpv4AddressIsTakenOutOfAName) {
  EXPECT_EQ(plain_address("192.0.2.1"), "192.0.2.1");
  EXPECT_FALSE(plain_address("192.0.2.1.example"));
  EXPECT_FALSE(plain_address("2001:db8::1"));
}

TEST(SourceId, ATupleLooksAsInPython) {
  EXPECT_EQ(tuple_id({"192.0.2.1", "o'neil", std::nullopt}), "('192.0.2.1', \"o'neil\", None)");
}

}  // namespace
}  // namespace spranga::guard
