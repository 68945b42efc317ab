#include "check/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/support/scripted_resolver.h"

namespace spranga::check {
namespace {

using ::testing::ElementsAre;
using namespace std::string_view_literals;

/// "host mail.example.org", "address 192.0.2.1 port 25", "-" where it is none.
std::string shown(std::string_view typed) {
  const auto target = parse_target(typed);
  if (!target) {
    return "-";
  }
  auto out = target->address ? "address " + target->address->to_string() : "host " + target->host;
  return target->port ? out + " port " + std::to_string(*target->port) : out;
}

TEST(Target, IsReadInAllItsForms) {
  EXPECT_EQ(shown("mail.example.org"), "host mail.example.org");
  EXPECT_EQ(shown("Mail.Example.ORG."), "host mail.example.org");
  EXPECT_EQ(shown("mail.example.org:587"), "host mail.example.org port 587");
  EXPECT_EQ(shown("bücher.example"), "host xn--bcher-kva.example");
  EXPECT_EQ(shown("192.0.2.1"), "address 192.0.2.1");
  EXPECT_EQ(shown("192.0.2.1:25"), "address 192.0.2.1 port 25");
  EXPECT_EQ(shown("2001:db8::1"), "address 2001:db8::1");
  EXPECT_EQ(shown("[2001:db8::1]"), "address 2001:db8::1");
  EXPECT_EQ(shown("[2001:db8::1]:465"), "address 2001:db8::1 port 465");
  EXPECT_EQ(shown("[192.0.2.1]:25"), "address 192.0.2.1 port 25");
}

TEST(Target, IsRefusedWhereItIsNone) {
  for (const auto typed : {""sv,
                           ":"sv,
                           ":25"sv,
                           "mail.example.org:"sv,
                           "mail.example.org:0"sv,
                           "mail.example.org:65536"sv,
                           "mail.example.org:25x"sv,
                           "mail.example.org:-1"sv,
                           "mail.example.org: 25"sv,
                           "mail.example.org:99999999999"sv,
                           "[2001:db8::1"sv,
                           "[2001:db8::1]465"sv,
                           "a b"sv,
                           "http://mail.example.org"sv,
                           "mail.example.org/x"sv,
                           "bob@example.org"sv,
                           "mail.example.org\0:25"sv,
                           "-4"sv}) {
    EXPECT_EQ(shown(typed), "-") << typed;
  }
}

class NoDialer final : public net::Dialer {
public:
  [[nodiscard]] Result<std::unique_ptr<net::Transport>> connect(const net::Endpoint&,
                                                                SteadyTime) override {
    return fail(Errc::internal, "this test connects to nobody");
  }
};

struct Dns {
  test::ManualClock clock;
  test::ScriptedResolver resolver;
  NoDialer dialer;
  CheckSettings settings;

  Result<TargetPlan> plan(std::string_view typed) {
    const World world{clock, resolver, dialer};
    return plan_target(
        *parse_target(typed), settings, world, clock.now() + std::chrono::seconds(6));
  }

  std::string domain_for(std::string_view typed) {
    auto planned = plan(typed);
    return planned ? planned->domain : "no plan";
  }
};

const net::Address v4 = *net::Address::parse("192.0.2.1");
const net::Address v6 = *net::Address::parse("2001:db8::1");

TEST(Plan, OfAnAddressIsThatAddressOnItsPorts) {
  Dns dns;
  const auto plan = dns.plan("192.0.2.1");
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->hosts.size(), 1U);
  EXPECT_EQ(plan->hosts[0].host, "");
  EXPECT_THAT(plan->hosts[0].ports, ElementsAre(25, 465, 587));
  EXPECT_THAT(plan->hosts[0].implicit_tls_ports, ElementsAre(465));
  EXPECT_THAT(plan->hosts[0].addresses, ElementsAre(v4));
  EXPECT_EQ(plan->domain, "");
}

TEST(Plan, OfAHostAndPortIsThatPortAlone) {
  Dns dns;
  dns.resolver.hosts["mail.example.org"] = {v4};
  const auto plan = dns.plan("mail.example.org:465");
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->hosts[0].ports, ElementsAre(465));
  EXPECT_THAT(plan->hosts[0].implicit_tls_ports, ElementsAre(465));
}

TEST(Plan, OfADomainHasItsMxAndSubmissionHostsWithTheirRoles) {
  Dns dns;
  dns.resolver.mail["example.org"] = {{10, "mx1.example.org"}, {20, "mx2.example.org"}};
  dns.resolver.services["_submission._tcp.example.org"] = {{0, 0, 587, "mail.example.org"}};
  dns.resolver.services["_submissions._tcp.example.org"] = {{0, 0, 465, "mail.example.org"},
                                                            {0, 0, 4650, "mx1.example.org"}};
  dns.resolver.hosts = {
      {"mx1.example.org", {v4}}, {"mx2.example.org", {v6}}, {"mail.example.org", {v4, v6}}};
  const auto plan = dns.plan("example.org");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->domain, "example.org");
  ASSERT_EQ(plan->hosts.size(), 3U);
  EXPECT_EQ(plan->hosts[0].role, Role::mail_server);  // MX and submission in one
  EXPECT_THAT(plan->hosts[0].ports, ElementsAre(25, 465, 587, 4650));
  EXPECT_THAT(plan->hosts[0].implicit_tls_ports, ElementsAre(465, 4650));
  EXPECT_EQ(plan->hosts[1].role, Role::inbound_mx);
  EXPECT_EQ(plan->hosts[2].role, Role::submission);
  EXPECT_THAT(plan->hosts[2].ports, ElementsAre(587, 465));
  EXPECT_THAT(plan->hosts[2].addresses, ElementsAre(v4, v6));
}

TEST(Plan, TakesANullMxForNoMx) {
  Dns dns;
  dns.resolver.mail["example.org"] = {{0, ""}};
  dns.resolver.hosts["example.org"] = {v4};
  const auto plan = dns.plan("example.org");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->hosts[0].role, Role::mail_server);
}

TEST(Plan, TakesANameForAHostWhereDnsDoesNotSay) {
  Dns dns;
  dns.resolver.broken = {"mail.example.org"};
  EXPECT_FALSE(dns.plan("mail.example.org"));  // its addresses are unknown too
  dns.resolver.broken = {"example.org"};
  dns.resolver.hosts["mail.example.org"] = {v4};
  const auto plan = dns.plan("mail.example.org");
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->remarks.empty());
}

TEST(Plan, LeavesOutHostsWithoutAddressAndFailsWhereNoneHasOne) {
  Dns dns;
  dns.resolver.mail["example.org"] = {{10, "mx1.example.org"}, {20, "mx2.example.org"}};
  EXPECT_FALSE(dns.plan("example.org"));
  dns.resolver.hosts["mx2.example.org"] = {v4};
  const auto plan = dns.plan("example.org");
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->hosts[0].addresses.empty());
  EXPECT_FALSE(plan->remarks.empty());
}

TEST(Plan, KeepsToTheFamilyThatWasAskedFor) {
  Dns dns;
  dns.resolver.hosts["mail.example.org"] = {v4, v6};
  dns.settings.families = Families::ipv6_only;
  EXPECT_THAT(dns.plan("mail.example.org")->hosts[0].addresses, ElementsAre(v6));
  dns.settings.families = Families::ipv4_only;
  EXPECT_THAT(dns.plan("mail.example.org")->hosts[0].addresses, ElementsAre(v4));
  EXPECT_FALSE(dns.plan("2001:db8::1"));
}

TEST(Plan, HasAtMostTenHosts) {
  Dns dns;
  for (int i = 0; i < 50; ++i) {
    const auto name = "mx" + std::to_string(i) + ".example.org";
    dns.resolver.mail["example.org"].push_back({i, name});
    dns.resolver.hosts[name] = {v4};
  }
  EXPECT_EQ(dns.plan("example.org")->hosts.size(), 10U);
}

TEST(Domain, IsTheOneGivenFirst) {
  Dns dns;
  dns.settings.domain = "given.example";
  dns.resolver.mail["example.org"] = {{10, "mail.example.org"}};
  dns.resolver.hosts["mail.example.org"] = {v4};
  EXPECT_EQ(dns.domain_for("example.org"), "given.example");
}

TEST(Domain, IsThatOfTheUserWhereTheTargetIsAHost) {
  Dns dns;
  dns.resolver.hosts["mail.example.org"] = {v4};
  dns.settings.credentials.emplace();
  dns.settings.credentials->user = "bob@users.example";
  EXPECT_EQ(dns.domain_for("mail.example.org"), "users.example");
  EXPECT_EQ(dns.domain_for("192.0.2.1"), "users.example");
}

TEST(Domain, IsTheNearestParentWithMxElseTheParent) {
  Dns dns;
  dns.resolver.hosts["a.b.example.org"] = {v4};
  EXPECT_EQ(dns.domain_for("a.b.example.org"), "b.example.org");
  dns.resolver.mail["example.org"] = {{10, "mx.example.org"}};
  EXPECT_EQ(dns.domain_for("a.b.example.org"), "example.org");
}

TEST(Domain, OfAnAddressComesFromItsName) {
  Dns dns;
  dns.settings.tls_name = "mail.example.org";
  EXPECT_EQ(dns.domain_for("192.0.2.1"), "example.org");
}

TEST(Domain, OfASingleWordIsUnknown) {
  Dns dns;
  dns.resolver.hosts["localhost"] = {*net::Address::parse("127.0.0.1")};
  EXPECT_EQ(dns.domain_for("localhost"), "");
}

}  // namespace
}  // namespace spranga::check
