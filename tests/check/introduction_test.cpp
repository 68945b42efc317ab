#include "check/introduction.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/manual_clock.h"
#include "tests/support/scripted_resolver.h"

namespace spranga::check {
namespace {

class NoDialer final : public net::Dialer {
public:
  [[nodiscard]] Result<std::unique_ptr<net::Transport>> connect(const net::Endpoint&,
                                                                SteadyTime) override {
    return fail(Errc::internal, "this test connects to nobody");
  }
};

struct We {
  test::ManualClock clock;
  test::ScriptedResolver resolver;
  NoDialer dialer;
  CheckSettings settings;

  We() { settings.source = "192.0.2.9"; }

  Introduction introduced(const char* server = "198.51.100.1") {
    const World world{clock, resolver, dialer};
    return introduce_to(*net::Address::parse(server), settings, world, clock.now());
  }
};

const net::Address own = *net::Address::parse("192.0.2.9");

TEST(Introduction, IsOurNameWhereItLeadsBackToUs) {
  We we;
  we.resolver.reverse["192.0.2.9"] = {"Client.example.net."};
  we.resolver.hosts["client.example.net"] = {own};
  const auto said = we.introduced();
  EXPECT_EQ(said.ehlo_name, "client.example.net");
  EXPECT_EQ(said.outside_domain, "client.example.net");
  EXPECT_EQ(said.source, "192.0.2.9");
}

TEST(Introduction, IsTheAddressWhereNoNameIsConfirmed) {
  We we;
  EXPECT_EQ(we.introduced().ehlo_name, "[192.0.2.9]");
  EXPECT_EQ(we.introduced().outside_domain, "example.com");
  we.resolver.reverse["192.0.2.9"] = {"client.example.net"};  // does not lead back
  EXPECT_EQ(we.introduced().ehlo_name, "[192.0.2.9]");
  we.resolver.hosts["client.example.net"] = {*net::Address::parse("192.0.2.10")};
  EXPECT_EQ(we.introduced().ehlo_name, "[192.0.2.9]");
  we.resolver.broken = {"192.0.2.9"};
  EXPECT_EQ(we.introduced().ehlo_name, "[192.0.2.9]");
}

TEST(Introduction, NeverSaysANameThatIsNone) {
  We we;
  for (const auto* name : {"localhost", "x\r\nRCPT TO:<y@z>", "a b", ""}) {
    we.resolver.reverse["192.0.2.9"] = {name};
    we.resolver.hosts[name] = {own};
    EXPECT_EQ(we.introduced().ehlo_name, "[192.0.2.9]") << name;
  }
}

TEST(Introduction, OfAPrivateAddressToAPublicServerIsTheAddress) {
  We we;
  we.settings.source = "10.0.0.9";
  we.resolver.reverse["10.0.0.9"] = {"pc.example.net"};
  we.resolver.hosts["pc.example.net"] = {*net::Address::parse("10.0.0.9")};
  EXPECT_EQ(we.introduced().ehlo_name, "[10.0.0.9]");
  EXPECT_EQ(we.introduced("10.0.0.1").ehlo_name, "pc.example.net");
}

TEST(Introduction, BorrowsTheOutsideDomainFromRelayTo) {
  We we;
  we.settings.relay_to = "owner@elsewhere.example";
  EXPECT_EQ(we.introduced().outside_domain, "elsewhere.example");
}

TEST(Nonce, IsShortPlainAndNewEachTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i) {
    const auto nonce = make_nonce();
    EXPECT_EQ(nonce.size(), 16U);
    EXPECT_TRUE(nonce.starts_with("spranga-"));
    EXPECT_EQ(nonce.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
    seen.insert(nonce);
  }
  EXPECT_EQ(seen.size(), 50U);
}

}  // namespace
}  // namespace spranga::check
