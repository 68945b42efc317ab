#include "guard/actions/properties.h"

#include <gtest/gtest.h>

namespace spranga::guard::actions {
namespace {

ban::ActionSpec spec_of(std::vector<std::pair<std::string, std::string>> options) {
  ban::ActionSpec spec;
  spec.name = "a";
  spec.options = std::move(options);
  return spec;
}

std::string host_name(bool full) {
  return full ? "mail.example.test" : "mail";
}

Properties of(std::vector<std::pair<std::string, std::string>> options, bool ipv6 = true) {
  return {spec_of(std::move(options)), host_name, ipv6};
}

TEST(Properties, FillInTagsOfTagsForEachFamily) {
  auto properties = of({{"actionban", "<tool> add <set> '<ip>'"},
                        {"tool", "nft <opts>"},
                        {"opts", "-w"},
                        {"set", "s<kind>-<name>"},
                        {"name", "mail"},
                        {"kind", "4"},
                        {"kind?family=inet6", "6"}});
  EXPECT_EQ(*properties.command("actionban", "inet4"), "nft -w add s4-mail '<ip>'");
  EXPECT_EQ(*properties.command("actionban", "inet6"), "nft -w add s6-mail '<ip>'");
  EXPECT_EQ(*properties.command("actionban", ""), "nft -w add s4-mail '<ip>'");
}

TEST(Properties, KnowBreakSpaceAndTheHost) {
  auto properties = of({{"actionban", "<br>|<sp>|<fq-hostname>|<sh-hostname>|<unknown>|< no>|<>"}});
  EXPECT_EQ(*properties.command("actionban", ""), "\n| |mail.example.test|mail|<unknown>|< no>|<>");
}

TEST(Properties, LeaveTheTagsOfTheMomentAlone) {
  auto properties = of({{"actionban", "<matches> <bantime> <timeout>"}, {"bantime", "7"}});
  EXPECT_EQ(*properties.command("actionban", ""), "<matches> <bantime> 60");
}

TEST(Properties, RefuseWhatLeadsBackToItself) {
  auto properties = of({{"actionban", "<a>"}, {"a", "<b>"}, {"b", "<a>"}});
  EXPECT_FALSE(properties.command("actionban", ""));
  auto growing =
      of({{"actionban", "<a>"}, {"a", "<b><b>"}, {"b", "x<c>"}, {"c", "<<d>>"}, {"d", "c"}});
  EXPECT_FALSE(growing.command("actionban", ""));
}

TEST(Properties, HaveTheFamiliesOfTheirConditions) {
  EXPECT_EQ(of({}).families(), std::vector<Family>{""});
  EXPECT_FALSE(of({}).starts_on_demand());
  const auto both = of({{"x?family=inet6", "y"}});
  EXPECT_EQ(both.families(), (std::vector<Family>{"inet4", "inet6"}));
  EXPECT_TRUE(both.starts_on_demand());
  EXPECT_EQ(of({{"x?family=inet6", "y"}}, false).families(), std::vector<Family>{"inet4"});
  EXPECT_EQ(of({{"families", "inet6, inet4"}}).families(), (std::vector<Family>{"inet6", "inet4"}));
  EXPECT_FALSE(
      of({{"x?family=inet6", "y"}, {"actionstart_on_demand", "False"}}).starts_on_demand());
  EXPECT_TRUE(of({{"actionstart_on_demand", "True"}}).starts_on_demand());
}

TEST(MomentTags, AreThoseThatNoOptionDefines) {
  const auto tags = moment_tags(spec_of({{"actionban", "<tool> <ip> <F-USER> > <file>"},
                                         {"tool", "t <ip-host>"},
                                         {"file", "/dev/null"}}));
  EXPECT_EQ(tags, (std::set<std::string>{"ip", "F-USER", "ip-host"}));
}

TEST(NextTag, SkipsWhatIsNone) {
  EXPECT_EQ(next_tag("a < b <c> d", 0).name("a < b <c> d"), "c");
  EXPECT_EQ(next_tag("<<a>", 0).begin, 1U);
  EXPECT_EQ(next_tag("<a", 0).begin, std::string_view::npos);
  EXPECT_EQ(next_tag("<>", 0).begin, std::string_view::npos);
  EXPECT_EQ(next_tag("cat <<E\n<x>", 0).name("cat <<E\n<x>"), "x");
}

}  // namespace
}  // namespace spranga::guard::actions
