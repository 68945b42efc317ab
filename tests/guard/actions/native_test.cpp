// Stock actions themselves are held against the real fail2ban in tests/oracle/native.py: none of
// its commands are here.
#include "guard/actions/native.h"

#include <gtest/gtest.h>

#include "guard/actions/iptables_rules.h"
#include "guard/actions/script.h"
#include "guard/config/configuration.h"

namespace spranga::guard::actions {
namespace {

using firewall::PortRange;

const ServicePort& services() {
  static const auto table = service_ports(
      "# services\nsmtp\t25/tcp\tmail # mail\nssh 22/tcp\nsubmission 587/tcp\nsubmissions 465/tcp\n"
      "bad\nworse x/tcp\nrpc-x 7/udp\npop3 110/tcp\npop3s 995/tcp\nimap2 143/tcp imap\n"
      "imaps 993/tcp\nsieve 4190/tcp");
  return table;
}

std::string ports(std::string_view text) {
  const auto out = parse_ports(text, services());
  std::string all;
  for (const auto& range : out ? *out : std::vector<PortRange>()) {
    all += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
  }
  return out ? all : out.error().detail;
}

TEST(Ports, AreNamesNumbersAndRanges) {
  EXPECT_EQ(ports("smtp,465, mail\n22"), "22-22 25-25 465-465 ");
  EXPECT_EQ(ports("1000:1010,1011,900-1001"), "900-1011 ");
  EXPECT_EQ(ports("ssh:smtp"), "22-25 ");
  EXPECT_EQ(ports("rpc-x"), "7-7 ");
  EXPECT_EQ(ports("0:65535"), "");
  EXPECT_EQ(ports("ssh,1:65535"), "");
}

TEST(Ports, ThatAreNoneAreNamed) {
  EXPECT_EQ(ports("nonesuch"), "no port: nonesuch");
  EXPECT_EQ(ports("65536"), "no port: 65536");
  EXPECT_EQ(ports("30:20"), "no port: 30:20");
  EXPECT_EQ(ports("1:"), "no port: 1:");
  EXPECT_EQ(ports("22\x1b"), "no port: 22\\x1B");
  EXPECT_EQ(ports(" , "), "no port is named");
}

TEST(Ports, AreNotTooMany) {
  std::string many;
  for (int i = 1; i <= 65; ++i) {
    many += std::to_string(i * 10) + ",";
  }
  EXPECT_EQ(ports(many), "too many ports");
}

const ban::ActionSpec& own_action() {
  static const auto loaded = config::load(SPRANGA_SOURCE_DIR "/etc");
  return loaded->jails.front().actions.front();
}

void set(ban::ActionSpec& spec, const std::string& name, const std::string& value) {
  for (auto& [option, text] : spec.options) {
    text = option == name ? value : text;
  }
}

TEST(Native, KnowsOurOwnActionAgain) {
  const auto way = way_of(own_action(), services());
  ASSERT_TRUE(way.native) << way.why;
  EXPECT_EQ(way.native->backend, firewall::Backend::nftables);
  EXPECT_EQ(way.native->verdict, firewall::Verdict::standard);
  EXPECT_FALSE(way.native->ports.empty());
  EXPECT_FALSE(way.native->name.empty());
}

TEST(Native, IsNoActionWhoseCommandsWereChanged) {
  for (const auto* option :
       {"actionstart", "actionban", "actionunban", "actioncheck", "actionflush"}) {
    auto spec = own_action();
    set(spec, option, *spec.option(option) + " ");
    const auto way = way_of(spec, services());
    EXPECT_FALSE(way.native) << option;
    EXPECT_EQ(way.why, "its commands are not those of a stock action");
  }
  auto more = own_action();
  more.options.emplace_back("actionprolong", "true");
  EXPECT_FALSE(way_of(more, services()).native);
}

TEST(Native, HasNothingToSayOfOtherActions) {
  ban::ActionSpec spec;
  spec.options = {{"actionban", "mail -s <ip>"}};
  EXPECT_FALSE(way_of(spec, services()).native);
  EXPECT_EQ(way_of(spec, services()).why, "");
  spec.options = {{"actionban", "<a>"}, {"a", "<actionban>"}};
  EXPECT_EQ(way_of(spec, services()).why, "its tags lead back to themselves");
}

Native named(std::vector<PortRange> ports) {
  Native out;
  out.backend = firewall::Backend::ipset;
  out.name = "x";
  out.chain = "INPUT";
  out.ports = std::move(ports);
  return out;
}

/// The rules without "<iptables> -t" and what checks them, a line each.
std::string rules(const Native& native) {
  std::string out;
  const auto spec = iptables_rules(native);
  std::string_view text = *spec.option("actioncheck");
  constexpr std::string_view before = "<iptables> -t ";
  constexpr std::string_view after = " >/dev/null 2>&1";
  while (!text.empty()) {
    const auto end = std::min(text.find(" &&\n"), text.size());
    const auto rule = text.substr(0, end);
    EXPECT_TRUE(rule.starts_with(before) && rule.ends_with(after)) << rule;
    out += std::string(rule.substr(before.size(), rule.size() - before.size() - after.size()));
    out += "\n";
    text.remove_prefix(std::min(end + 4, text.size()));
  }
  return out;
}

TEST(IptablesRules, RefuseAtThisHostAndDropWhatIsPublished) {
  EXPECT_EQ(rules(named({{25, 25}, {465, 470}})),
            "mangle -C FORWARD -p tcp -m conntrack --ctdir ORIGINAL --ctorigdstport 25 -m comment "
            "--comment f2b-x:25 -m set --match-set <set> src -j DROP\n"
            "mangle -C FORWARD -p tcp -m conntrack --ctdir ORIGINAL --ctorigdstport 465:470 -m "
            "comment --comment f2b-x:465:470 -m set --match-set <set> src -j DROP\n"
            "filter -C f2b-x -p tcp -m set --match-set <set> src -j REJECT --reject-with "
            "tcp-reset\n"
            "filter -C f2b-x ! -p tcp -m set --match-set <set> src -j REJECT --reject-with "
            "<icmp>\n"
            "filter -C INPUT -p tcp -m multiport --dports 25,465:470 -j f2b-x\n");
}

TEST(IptablesRules, LetAnswersInWhereEveryPortIsShut) {
  auto native = named({});
  native.chain = "DOCKER-USER";
  native.protocols = firewall::Protocols::all;
  native.verdict = firewall::Verdict::drop;
  EXPECT_EQ(rules(native),
            "mangle -C FORWARD -m conntrack --ctdir ORIGINAL -m set --match-set <set> src -j DROP\n"
            "filter -C f2b-x -m set --match-set <set> src -j DROP\n"
            "filter -C DOCKER-USER -m conntrack --ctdir ORIGINAL -j f2b-x\n"
            "filter -C DOCKER-USER ! -p ipv6-icmp -m conntrack --ctstate INVALID,UNTRACKED -m "
            "comment --comment f2b-x:untracked -j f2b-x\n");
}

TEST(IptablesRules, ShutWhatNoConnectionHoldsWhereEveryPortIsShut) {
  EXPECT_NE(rules(named({})).find("filter -C INPUT -p tcp -m conntrack --ctstate INVALID,UNTRACKED "
                                  "-m comment --comment f2b-x:untracked -j f2b-x\n"),
            std::string::npos);
}

TEST(IptablesRules, SplitListsThatMultiportCannotHold) {
  std::vector<PortRange> ports;
  for (std::uint16_t i = 0; i < 8; ++i) {
    const auto port = static_cast<std::uint16_t>(100 + 10 * i);
    ports.push_back({port, static_cast<std::uint16_t>(port + 5)});
  }
  auto native = named(ports);
  native.protocols = firewall::Protocols::both;
  native.verdict = firewall::Verdict::reject;
  const auto all = rules(native);
  EXPECT_NE(all.find("filter -C INPUT -p tcp -m multiport --dports "
                     "100:105,110:115,120:125,130:135,140:145,150:155,160:165 -j f2b-x\n"
                     "filter -C INPUT -p tcp -m multiport --dports 170:175 -j f2b-x\n"
                     "filter -C INPUT -p udp "),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("filter -C f2b-x -m set --match-set <set> src -j REJECT --reject-with <icmp>"),
            std::string::npos);
}

TEST(IptablesRules, AreMadeWhereTheyAreNotAndTakenAwayWithTheirChain) {
  const auto spec = iptables_rules(named({{25, 25}}));
  EXPECT_EQ(*spec.option("actionstart"),
            "{ " + *spec.option("actionrepair") + "; } || {\n" + *spec.option("actionstop") +
                "\nfalse\n}");
  EXPECT_NE(spec.option("actionstart")
                ->find("-j f2b-x >/dev/null 2>&1 || <iptables> -t filter -I "
                       "INPUT -p tcp -m multiport --dports 25 -j f2b-x; }"),
            std::string::npos);
  EXPECT_TRUE(spec.option("actionstop")
                  ->ends_with("! <iptables> -n -L f2b-x >/dev/null 2>&1 || { <iptables> -F f2b-x "
                              "&& <iptables> -X f2b-x; "
                              "}"));
  EXPECT_EQ(*spec.option("set?family=inet6"), "f2b-x6");
  EXPECT_EQ(rules_name("iptables"), "iptables (rules)");
}

TEST(IptablesRules, AreMadeForNamesThatIptablesTakes) {
  EXPECT_TRUE(is_chain_name("postfix-sasl"));
  EXPECT_TRUE(is_chain_name("a@b.c_d"));
  EXPECT_FALSE(is_chain_name(""));
  EXPECT_FALSE(is_chain_name("-x"));
  EXPECT_FALSE(is_chain_name("a b"));
  EXPECT_FALSE(is_chain_name("$(reboot)"));
  EXPECT_FALSE(is_chain_name("a-name-of-twenty-five-char"));
}

ban::ActionSpec script(std::vector<std::pair<std::string, std::string>> options,
                       const std::string& file = "/etc/fail2ban/action.d/smtp.py") {
  ban::ActionSpec spec;
  spec.file = file;
  spec.is_script = true;
  spec.options = std::move(options);
  return spec;
}

TEST(Script, IsSmtpWithItsParametersAndDefaults) {
  const auto out = script_of(script({{"dest", "a@example.org, b@example.org"},
                                     {"host", "mx:587"},
                                     {"user", "u"},
                                     {"password", "p"},
                                     {"matches", "ipmatches"}}));
  ASSERT_TRUE(out) << out.error().detail;
  EXPECT_EQ(out->dest, "a@example.org, b@example.org");
  EXPECT_EQ(out->host, "mx:587");
  EXPECT_EQ(out->user, "u");
  EXPECT_EQ(out->matches, "ipmatches");
  EXPECT_EQ(out->sendername, "Fail2Ban");
  EXPECT_EQ(script_of(script({}))->user, std::nullopt);
}

TEST(Script, IsRefusedByNameWhereItIsAnother) {
  EXPECT_EQ(
      script_of(script({}, "/etc/fail2ban/action.d/badips.py")).error().detail,
      "/etc/fail2ban/action.d/badips.py is a Python script, and spranga runs none but smtp.py");
  EXPECT_EQ(script_of(script({{"ssl", "1"}})).error().detail,
            "/etc/fail2ban/action.d/smtp.py has no parameter ssl");
  EXPECT_FALSE(script_of(script({{"matches", "all"}})));
}

}  // namespace
}  // namespace spranga::guard::actions
