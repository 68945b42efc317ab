#include "action_runner/values.h"

#include <gtest/gtest.h>

#include "text/utf8.h"

namespace spranga::action_runner {
namespace {

using std::string_literals::operator""s;

std::string refused(const Tags& tags, const Tags& fields = {}) {
  const auto out = checked_values(tags, fields);
  return out ? "taken" : out.error().detail;
}

TEST(Values, KnowFamilyAndReverseOfAnAddress) {
  const auto v4 = checked_values({{"ip", "192.0.2.7"}}, {});
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->family, "inet4");
  EXPECT_EQ(v4->tag("ip-rev"), "7.2.0.192.");
  EXPECT_EQ(v4->tag("fid"), "192.0.2.7");
  EXPECT_EQ(v4->tag("family"), "inet4");
  const auto v6 = checked_values({{"ip", "2001:db8::1"}}, {});
  EXPECT_EQ(v6->family, "inet6");
  EXPECT_EQ(v6->tag("ip-rev"), "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.");
}

TEST(Values, TakeNetworksAndIds) {
  EXPECT_EQ(checked_values({{"ip", "198.51.100.0/24"}}, {})->family, "inet4");
  EXPECT_EQ(checked_values({{"ip", "2001:db8::/48"}}, {})->family, "inet6");
  EXPECT_EQ(checked_values({{"ip", "198.51.100.0/33"}}, {})->family, "None");
  EXPECT_EQ(checked_values({{"fid", "user-17"}}, {})->family, "None");
  EXPECT_EQ(checked_values({{"fid", "user-17"}}, {})->tag("ip"), "user-17");
  EXPECT_EQ(checked_values({{"fid", "id"}, {"ip", "192.0.2.7"}}, {})->family, "inet4");
}

TEST(Values, AreRefusedWhereTheyAreNotWhatTheirTagStandsFor) {
  EXPECT_EQ(refused({}), "neither <ip> nor <fid> is told");
  EXPECT_EQ(refused({{"ip", "192.0.2.7\n"}}), "<ip> cannot be '192.0.2.7\\n'");
  EXPECT_EQ(refused({{"ip", "-F"}}), "<ip> cannot be '-F'");
  EXPECT_EQ(refused({{"ip", ""}}), "<ip> cannot be ''");
  EXPECT_EQ(refused({{"ip", "a\0b"s}}), "<ip> cannot be 'a\\0b'");
  EXPECT_EQ(refused({{"ip", "\xff"}}), "<ip> cannot be '\\xFF'");
  EXPECT_EQ(refused({{"ip", std::string(1025, 'a')}}).substr(0, 16), "<ip> cannot be '");
  EXPECT_EQ(refused({{"ip", "192.0.2.7"}, {"time", "$(date)"}}), "<time> cannot be '$(date)'");
  EXPECT_EQ(refused({{"ip", "192.0.2.7"}, {"bantime", "1."}}), "<bantime> cannot be '1.'");
  EXPECT_EQ(refused({{"ip", "192.0.2.7"}, {"restored", "2"}}), "<restored> cannot be '2'");
  EXPECT_EQ(refused({{"ip", "192.0.2.7"}, {"family", "inet4"}}), "there is no tag family");
  EXPECT_EQ(refused({{"ip", "192.0.2.7"}, {"matches", std::string(longest_value + 1, 'x')}}),
            "the value of <matches> is too long");
  EXPECT_EQ(refused({{"ip", "192.0.2.7"}}, {{"user", std::string(longest_value + 1, 'x')}}),
            "the field user");
  EXPECT_EQ(refused({{"ip", "192.0.2.7"}, {"bantime", "-1"}, {"time", "1700000000.5"}}), "taken");
}

TEST(CheckedValues, LeavesOutFieldsThatNoTagCanAskFor) {
  Tags fields = {{"USER", "x"}, {"a;b", "x"}, {"user", "al"}};
  for (std::size_t i = 0; i < 2 * most_fields; ++i) {
    fields["z" + std::to_string(i)] = "x";
  }
  const auto values = checked_values({{"ip", "192.0.2.7"}}, fields);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->field("user"), "al");
  EXPECT_EQ(values->field("USER"), "");
  EXPECT_EQ(values->fields.size(), most_fields + 1);  // and "fid"
}

TEST(Values, HoldNoNulAndNoInvalidBytes) {
  const auto out =
      checked_values({{"ip", "192.0.2.7"}, {"matches", "a\0b\xff"s}}, {{"user", "\0"s}});
  ASSERT_TRUE(out);
  EXPECT_EQ(out->tag("matches"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(out->field("user"), "\xEF\xBF\xBD");
}

TEST(Values, OfNoTicketAreFail2bansDefaults) {
  const auto out = empty_values("inet6", 1700000000.25, std::chrono::seconds(600));
  EXPECT_EQ(out.tag("ip"), "");
  EXPECT_EQ(out.tag("family"), "inet6");
  EXPECT_EQ(out.tag("time"), "1700000000.25");
  EXPECT_EQ(out.tag("bantime"), "600");
  EXPECT_EQ(out.tag("failures"), "0");
  EXPECT_EQ(out.tag("nothing"), std::nullopt);
}

TEST(Requests, AreCutToWhatAMessageCarries) {
  Request request;
  request.jail = "mail";
  std::string lines;
  while (lines.size() < 90'000) {
    lines += "caf\xC3\xA9\n";
  }
  request.tags = {{"ip", "192.0.2.7"}, {"matches", lines}, {"ipmatches", lines + lines}};
  const auto back = read_request(pack_cut(request));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->tags.at("ip"), "192.0.2.7");
  for (const auto* name : {"matches", "ipmatches"}) {
    const auto& value = back->tags.at(name);
    EXPECT_GT(value.size(), 40'000U);
    EXPECT_TRUE((lines + lines).starts_with(value) && text::is_valid_utf8(value)) << name;
  }
  EXPECT_EQ(pack_cut(*back), pack(*back));
}

TEST(Requests, AreCutToWhatTheRunnerTakes) {
  Request request;
  request.jail = "mail";
  request.tags = {{"ip", "192.0.2.7"}, {"matches", std::string(longest_value + 1, 'x')}};
  const auto back = read_request(pack_cut(request));
  ASSERT_TRUE(back);
  EXPECT_TRUE(checked_values(back->tags, back->fields));
}

}  // namespace
}  // namespace spranga::action_runner
