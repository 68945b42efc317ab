#include "firewall/iptables_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "firewall/ipset.h"
#include "tests/firewall/samples.h"

namespace spranga::firewall {

namespace {

std::string text(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) {
    out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

std::vector<std::string> made(const Door& door, std::string_view program = "iptables") {
  std::vector<std::string> out;
  for (const auto& step : iptables_rules(door, "INPUT")) {
    if (step.make[0] == program) {
      out.push_back(text(step.make).substr(program.size() + 4));  // "-w" too
    }
  }
  return out;
}

Door named_door() {
  auto out = test::mail_door();
  out.backend = Backend::ipset;
  out.name = "postfix";
  return out;
}

TEST(IptablesRules, DropBeforeNatAndKeepAChainWhereAdminsLook) {
  const std::vector<std::string> expected = {
      "-t raw -I PREROUTING ! -i lo -p tcp -m multiport --dports 25,465,587 -m set --match-set "
      "f2b-postfix src -j DROP",
      "-N f2b-postfix",
      "-t filter -A f2b-postfix -p tcp -m set --match-set f2b-postfix src -j REJECT --reject-with "
      "tcp-reset",
      "-t filter -A f2b-postfix -m set --match-set f2b-postfix src -j REJECT --reject-with "
      "icmp-port-unreachable",
      "-t filter -A f2b-postfix -j RETURN",
      "-t filter -I INPUT -p tcp -m multiport --dports 25,465,587 -j f2b-postfix",
  };
  EXPECT_EQ(made(named_door()), expected);
}

TEST(IptablesRules, AreTheSameForIpv6WithItsOwnSet) {
  const auto rules = made(named_door(), "ip6tables");
  ASSERT_EQ(rules.size(), made(named_door()).size());
  EXPECT_NE(rules[0].find("--match-set f2b-postfix6 src"), std::string::npos);
  EXPECT_NE(rules[3].find("icmp6-port-unreachable"), std::string::npos);
}

TEST(IptablesRules, LetAnswersInWhereEveryPortIsShut) {
  auto door = named_door();
  door.ports.clear();
  door.protocols = Protocols::all;
  door.verdict = Verdict::drop;
  const std::vector<std::string> expected = {
      "-t mangle -I PREROUTING ! -i lo -m conntrack --ctdir ORIGINAL -m set --match-set "
      "f2b-postfix src -j DROP",
      "-N f2b-postfix",
      "-t filter -A f2b-postfix -m set --match-set f2b-postfix src -j DROP",
      "-t filter -A f2b-postfix -j RETURN",
      "-t filter -I INPUT -m conntrack --ctdir ORIGINAL -j f2b-postfix",
  };
  EXPECT_EQ(made(door), expected);
}

TEST(IptablesRules, SplitListsThatMultiportCannotHold) {
  auto door = named_door();
  door.protocols = Protocols::both;
  door.ports.clear();
  for (std::uint16_t i = 0; i < 8; ++i) {
    const auto port = static_cast<std::uint16_t>(100 + 10 * i);
    door.ports.push_back({port, static_cast<std::uint16_t>(port + 5)});
  }
  const auto rules = made(door);
  EXPECT_EQ(
      std::ranges::count_if(rules, [](const auto& rule) { return rule.starts_with("-t raw"); }), 4);
  EXPECT_NE(rules[0].find("-p tcp -m multiport --dports "
                          "100:105,110:115,120:125,130:135,140:145,150:155,160:165 "),
            std::string::npos);
  EXPECT_NE(rules[1].find("--dports 170:175 "), std::string::npos);
}

TEST(IptablesRules, CheckAndRemoveExactlyWhatTheyMake) {
  for (const auto& step : iptables_rules(named_door(), "DOCKER-USER")) {
    if (step.make[2] == "-N") {
      EXPECT_EQ(text(step.remove), text({step.make[0], "-w", "-X", step.make[3]}));
      continue;
    }
    auto check = step.check;
    auto remove = step.remove;
    ASSERT_GT(check.size(), 5U);
    EXPECT_EQ(check[4], "-C");
    EXPECT_EQ(remove[4], "-D");
    check[4] = remove[4] = step.make[4];
    EXPECT_EQ(check, step.make);
    EXPECT_EQ(remove, step.make);
  }
}

TEST(IpsetBackend, GivesTimesAsTheKernelTakesThem) {
  using std::chrono::milliseconds;
  EXPECT_EQ(ipset_seconds(std::nullopt), 0U);
  EXPECT_EQ(ipset_seconds(milliseconds(1)), 1U);
  EXPECT_EQ(ipset_seconds(milliseconds(1001)), 2U);
  EXPECT_EQ(ipset_seconds(std::chrono::hours(24 * 365)), longest_ipset_ban);
}

}  // namespace

}  // namespace spranga::firewall
