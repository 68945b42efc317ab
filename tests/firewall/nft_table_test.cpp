#include "firewall/nft_table.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <set>

#include "tests/firewall/samples.h"

namespace spranga::firewall::nft {

namespace {

using firewall::test::mail_door;
using ::testing::Contains;
using ::testing::Not;

constexpr SetKey addresses{net::Family::ipv4, 32};
constexpr SetKey networks{net::Family::ipv4, 24};
constexpr SetKey addresses6{net::Family::ipv6, 128};

template <class Part>
const Part* find(const Rule& rule) {
  for (const auto& expression : rule.expressions) {
    if (const auto* part = std::get_if<Part>(&expression)) {
      return part;
    }
  }
  return nullptr;
}

std::vector<Rule> rules_in(const std::string& chain, const Abilities& abilities = {}) {
  std::vector<Rule> out;
  std::ranges::copy_if(frame(abilities), std::back_inserter(out), [&](const Rule& rule) {
    return rule.chain == chain;
  });
  return out;
}

TEST(NftTable, NamesADoorByWhatItShuts) {
  EXPECT_EQ(door_name(mail_door()), "tcp-25-465-587");
  EXPECT_EQ(door_name(mail_door(1)), door_name(mail_door(2)));
  auto door = mail_door();
  door.ports = {{1000, 1010}};
  door.protocols = Protocols::both;
  door.verdict = Verdict::drop;
  EXPECT_EQ(door_name(door), "both-1000_1010-drop");
  door.ports.clear();
  EXPECT_EQ(door_name(door), "both-all-drop");
  door.protocols = Protocols::all;
  door.verdict = Verdict::standard;
  EXPECT_EQ(door_name(door), "all");
}

TEST(NftTable, TellsLongListsOfPortsApart) {
  auto one = mail_door();
  one.ports.clear();
  for (std::uint16_t i = 0; i < Door::most_ports; ++i) {
    const auto port = static_cast<std::uint16_t>(10'000 + 3 * i);
    one.ports.push_back({port, static_cast<std::uint16_t>(port + 1)});
  }
  auto other = one;
  other.ports.back().last = 20'000;
  EXPECT_NE(door_name(one), door_name(other));
  EXPECT_LE(set_name(door_name(one), {net::Family::ipv6, 64}).size(), 255U);
}

TEST(NftTable, FindsADoorsSetsByTheirNames) {
  const auto door = door_name(mail_door());
  for (const auto& key : {addresses, networks, addresses6, SetKey{net::Family::ipv6, 64}}) {
    SetKey found;
    EXPECT_TRUE(parse_set_name(set_name(door, key), door, found));
    EXPECT_EQ(found, key);
  }
  EXPECT_EQ(set_name(door, networks), "tcp-25-465-587.ip4-24");
  SetKey found;
  for (const auto* name : {"tcp-25-465.ip4",
                           "tcp-25-465-587.ip5",
                           "tcp-25-465-587.ip4-32",
                           "tcp-25-465-587.ip4-024",
                           "tcp-25-465-587.ip4-8",
                           "tcp-25-465-587.ip4-24x",
                           "tcp-25-465-587.ip6-129"}) {
    EXPECT_FALSE(parse_set_name(name, door, found)) << name;
  }
}

TEST(NftTable, LooksUpTheSourceOfWhatComesToTheDoorsPorts) {
  const auto rules = rules_of(mail_door(), addresses);
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].chain, "v4");
  const std::vector<Expression> expected = {
      Meta{NFT_META_NFPROTO},
      Equal{"\x02"},
      Meta{NFT_META_L4PROTO},
      Equal{"\x06"},
      Payload{NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2},
      OneOf{OneOf::What::ports, mail_door().ports},
      Payload{NFT_PAYLOAD_NETWORK_HEADER, 12, 4},
      InSet{"tcp-25-465-587.ip4"},
      Goto{"ban-standard"},
  };
  EXPECT_EQ(rules[0].expressions, expected);
}

TEST(NftTable, AnswersWhatTheServerSendsByThePortThatTheClientAskedFor) {
  const auto rules = rules_of(mail_door(), addresses6);
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[1].chain, "reply6");
  EXPECT_THAT(rules[1].expressions, Contains(Expression(Tracked{NFT_CT_PROTO_DST, true})));
  EXPECT_THAT(rules[1].expressions,
              Contains(Expression(Payload{NFT_PAYLOAD_NETWORK_HEADER, 24, 16})));
  EXPECT_EQ(rules[1].expressions.back(), Expression(Goto{"cut"}));
}

TEST(NftTable, MasksAnAddressBeforeItLooksForItsNetwork) {
  const auto rule = rules_of(mail_door(), networks)[0];
  ASSERT_NE(find<Mask>(rule), nullptr);
  EXPECT_EQ(find<Mask>(rule)->bytes, std::string("\xff\xff\xff\0", 4));
  EXPECT_EQ(find<InSet>(rule)->name, "tcp-25-465-587.ip4-24");
  EXPECT_EQ(mask_bytes({net::Family::ipv4, 20}), std::string("\xff\xff\xf0\0", 4));
}

TEST(NftTable, AsksForNoPortWhereADoorHasNone) {
  Door door;
  door.protocols = Protocols::all;
  const auto rule = rules_of(door, addresses)[0];
  EXPECT_THAT(rule.expressions, Not(Contains(Expression(Meta{NFT_META_L4PROTO}))));
  EXPECT_EQ(find<OneOf>(rule), nullptr);
  door.protocols = Protocols::both;
  EXPECT_EQ(find<OneOf>(rules_of(door, addresses)[0])->what, OneOf::What::protocols);
}

TEST(NftTable, ComparesASinglePortWithoutASet) {
  auto door = mail_door();
  door.ports = {{25, 25}};
  const auto rule = rules_of(door, addresses)[0];
  EXPECT_EQ(find<OneOf>(rule), nullptr);
  EXPECT_THAT(rule.expressions, Contains(Expression(Equal{std::string("\0\x19", 2)})));
}

TEST(NftTable, ResetsNoServerOfADatagramDoor) {
  auto door = mail_door();
  door.protocols = Protocols::udp;
  EXPECT_EQ(rules_of(door, addresses).size(), 1U);
}

TEST(NftTable, SparesLoopbackAndRepliesBeforeAllElse) {
  const auto pre = rules_in("pre");
  ASSERT_EQ(pre.size(), 4U);
  EXPECT_EQ(pre[0].expressions.front(), Expression(Meta{NFT_META_IIF}));
  EXPECT_EQ(pre[0].expressions.back(), Expression(Accept{}));
  EXPECT_EQ(pre[1].expressions.front(), Expression(Tracked{NFT_CT_DIRECTION, false}));
  EXPECT_EQ(pre[1].expressions.back(), Expression(Goto{"reply"}));
}

TEST(NftTable, LetsThisHostsServersSpeakToTheEndOfTheirSessions) {
  EXPECT_TRUE(std::ranges::none_of(
      chains(), [](const Chain& chain) { return chain.hook == NF_INET_LOCAL_OUT; }));
}

TEST(NftTable, SparesTheNeverListBeforeEveryVerdict) {
  for (const auto* chain : {"ban-standard", "ban-reset", "ban-reject", "ban-drop", "cut"}) {
    const auto rules = rules_in(chain);
    ASSERT_GE(rules.size(), 3U) << chain;
    for (const std::size_t i : {0U, 1U}) {
      EXPECT_EQ(rules[i].expressions.back(), Expression(Accept{})) << chain;
      EXPECT_EQ(find<InSet>(rules[i])->name, i == 0 ? "never4" : "never6") << chain;
    }
  }
}

TEST(NftTable, EndsEveryBanInARefusalOrADrop) {
  EXPECT_NE(find<Reject>(rules_in("ban-standard").back()), nullptr);
  EXPECT_NE(find<Reject>(rules_in("ban-reject").back()), nullptr);
  EXPECT_NE(find<Drop>(rules_in("ban-reset").back()), nullptr);
  EXPECT_NE(find<Drop>(rules_in("ban-drop").back()), nullptr);
  EXPECT_EQ(find<Reject>(rules_in("ban-standard")[2])->type, std::uint32_t{NFT_REJECT_TCP_RST});
}

TEST(NftTable, DropsWhereTheKernelCannotRejectThere) {
  for (const auto* chain : {"ban-standard", "ban-reset", "ban-reject", "ban-drop"}) {
    const auto rules = rules_in(chain, {.reject_in_prerouting = false});
    EXPECT_EQ(rules.size(), 3U) << chain;
    EXPECT_NE(find<Drop>(rules.back()), nullptr) << chain;
  }
  EXPECT_EQ(rules_in("pre", {.reject_in_prerouting = false})[1].expressions.back(),
            Expression(Accept{}));
}

TEST(NftTable, KnowsByItsReleaseWhetherAKernelProlongs) {
  for (const auto* release : {"6.12.0", "6.18.44-fc", "7.0-rc1", "6.12"}) {
    EXPECT_TRUE(prolongs_elements(release)) << release;
  }
  for (const auto* release : {"6.1.0-28-amd64", "5.15.0", "6.11.9", "6", "", "linux"}) {
    EXPECT_FALSE(prolongs_elements(release)) << release;
  }
}

TEST(NftTable, HasEveryChainThatARuleNames) {
  std::set<std::string> names;
  for (const auto& chain : chains()) {
    names.insert(chain.name);
  }
  auto rules = frame({});
  for (const auto& more : {rules_of(mail_door(), addresses), rules_of(mail_door(), addresses6)}) {
    rules.insert(rules.end(), more.begin(), more.end());
  }
  for (const auto& rule : rules) {
    EXPECT_TRUE(names.contains(rule.chain)) << rule.chain;
    if (const auto* jump = find<Goto>(rule)) {
      EXPECT_TRUE(names.contains(jump->chain)) << jump->chain;
    }
  }
}

}  // namespace

}  // namespace spranga::firewall::nft
