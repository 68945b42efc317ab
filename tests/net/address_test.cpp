#include "net/address.h"

#include <gtest/gtest.h>

namespace spranga::net {
namespace {

using namespace std::string_view_literals;

std::string canonical(std::string_view text) {
  const auto address = Address::parse(text);
  return address ? address->to_string() : "-";
}

TEST(Address, IsReadInAllItsForms) {
  EXPECT_EQ(canonical("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(canonical("[192.0.2.1]"), "192.0.2.1");
  EXPECT_EQ(canonical("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(canonical("[2001:db8::1]"), "2001:db8::1");
  EXPECT_EQ(canonical("::"), "::");
  EXPECT_EQ(canonical("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(canonical("fe80::1%lo"), "fe80::1%lo");
}

TEST(Address, IsNotReadFromAnythingElse) {
  for (const auto text : {""sv,
                          "mail.example.org"sv,
                          "192.0.2"sv,
                          "192.0.2.256"sv,
                          "192.0.2.1:25"sv,
                          "0xC0000201"sv,
                          "2001:db8::1::2"sv,
                          "[192.0.2.1"sv,
                          "[]"sv,
                          "192.0.2.1%lo"sv,
                          "fe80::1%no-such-link"sv,
                          "fe80::1%"sv,
                          "192.0.2.1\0.example.org"sv,
                          "2001:db8::1\0junk"sv,
                          " 192.0.2.1"sv}) {
    EXPECT_EQ(canonical(text), "-") << text;
  }
}

TEST(Address, HasAnSmtpLiteral) {
  EXPECT_EQ(Address::parse("192.0.2.1")->smtp_literal(), "[192.0.2.1]");
  EXPECT_EQ(Address::parse("2001:db8::1")->smtp_literal(), "[IPv6:2001:db8::1]");
}

TEST(Address, HasAReverseName) {
  EXPECT_EQ(Address::parse("192.0.2.1")->reverse_name(), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(Address::parse("2001:db8::a1")->reverse_name(),
            "1.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

struct Row {
  std::string_view text;
  bool loopback;
  bool is_private;
};

class Reach : public ::testing::TestWithParam<Row> {};

TEST_P(Reach, IsKnown) {
  const auto address = Address::parse(GetParam().text);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->is_loopback(), GetParam().loopback) << GetParam().text;
  EXPECT_EQ(address->is_private(), GetParam().is_private) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Addresses,
                         Reach,
                         ::testing::Values(Row{"127.0.0.1", true, true},
                                           Row{"127.9.9.9", true, true},
                                           Row{"::1", true, true},
                                           Row{"::ffff:127.0.0.1", true, true},
                                           Row{"10.1.2.3", false, true},
                                           Row{"172.16.0.1", false, true},
                                           Row{"172.31.255.255", false, true},
                                           Row{"172.32.0.1", false, false},
                                           Row{"192.168.1.1", false, true},
                                           Row{"192.169.1.1", false, false},
                                           Row{"169.254.1.1", false, true},
                                           Row{"100.64.0.1", false, true},
                                           Row{"100.127.0.1", false, true},
                                           Row{"100.128.0.1", false, false},
                                           Row{"192.0.2.1", false, false},
                                           Row{"fd00::1", false, true},
                                           Row{"fe80::1", false, true},
                                           Row{"fec0::1", false, false},
                                           Row{"2001:db8::1", false, false}));

TEST(Address, OfNobodyIsThisSystem) {
  EXPECT_TRUE(Address::parse("0.0.0.0")->is_unspecified());
  EXPECT_TRUE(Address::parse("::")->is_unspecified());
  EXPECT_FALSE(Address::parse("::1")->is_unspecified());
  EXPECT_FALSE(Address::parse("10.0.0.0")->is_unspecified());
}

TEST(Address, SurvivesTheSocketForm) {
  for (const auto* text : {"192.0.2.1", "2001:db8::1", "fe80::1%lo"}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address);
    const auto raw = address->to_sockaddr(25);
    EXPECT_EQ(Address::from_sockaddr(raw.storage), address) << text;
  }
}

TEST(Address, OfIpv4ComesFirst) {
  EXPECT_LT(*Address::parse("192.0.2.1"), *Address::parse("2001:db8::1"));
  EXPECT_LT(*Address::parse("192.0.2.1"), *Address::parse("192.0.2.2"));
}

}  // namespace
}  // namespace spranga::net
