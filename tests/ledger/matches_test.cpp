#include "ledger/matches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/record.h"

namespace spranga::ledger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Matches, AreJsonAsFail2banWritesIt) {
  EXPECT_EQ(to_json({{"a \"b\"\\", "\xc3\xa9\t\x01"}, 3}, true),
            "{\"matches\": [\"a \\\"b\\\"\\\\\", \"\xc3\xa9\\t\\u0001\"], \"failures\": 3}");
  EXPECT_EQ(to_json({{"a"}, 3}, false), R"({"failures": 3})");
  EXPECT_EQ(to_json({{}, 0}, true), R"({"matches": [], "failures": 0})");
}

TEST(Matches, AreReadWithLinesInPieces) {
  const auto data = from_json(
      R"({"matches": [["", "2026-11-29 02:04:27", " fail"], "whole"], "failures": 2, "user": "x"})");
  EXPECT_THAT(data.matches, ElementsAre("2026-11-29 02:04:27 fail", "whole"));
  EXPECT_EQ(data.failures, 2);
}

TEST(Matches, AreReadWithTheFieldsThatAreText) {
  const auto data = from_json(
      R"({"user": "x", "ip4": "192.0.2.7", "users": ["a"], "No Name": "y", "matches": [], "failures": 1})");
  EXPECT_EQ(data.fields, (Fields{{"ip4", "192.0.2.7"}, {"user", "x"}}));
}

TEST(Fields, ComeBackAsTheyWere) {
  const Fields fields = {{"user", std::string("a\0\xff", 3)}, {"none", ""}};
  EXPECT_EQ(unpack_fields(pack_fields(fields)), fields);
  EXPECT_EQ(pack_fields({}), "");
  EXPECT_THAT(unpack_fields("\x01\xff"), IsEmpty());
}

TEST(Fields, AreNoMoreThanALedgerTakes) {
  Fields fields;
  for (int i = 0; i < 100; ++i) {
    fields["f" + std::to_string(i)] = std::string(5000, 'x');
  }
  const auto kept = unpack_fields(pack_fields(fields));
  EXPECT_EQ(kept.size(), BanMade::most_fields);
  EXPECT_EQ(kept.begin()->second.size(), BanMade::longest_field);
}

TEST(Matches, OfWhatIsNoJsonAreNone) {
  for (const auto* text : {"", "{", "[]", "7", "{\"matches\": 7, \"failures\": \"x\"}", "\xff"}) {
    const auto data = from_json(text);
    EXPECT_THAT(data.matches, IsEmpty()) << text;
    EXPECT_EQ(data.failures, 0) << text;
  }
  EXPECT_THAT(from_json("{\"matches\": " + std::string(900'000, '[')).matches, IsEmpty());
  EXPECT_THAT(
      from_json("{\"matches\": " + std::string(400'000, '[') + std::string(400'000, ']') + "}")
          .matches,
      testing::SizeIs(1));
  EXPECT_EQ(from_json(R"({"failures": 99999999999999})").failures, 1'000'000'000);
  EXPECT_EQ(from_json(R"({"failures": -1})").failures, 0);
  EXPECT_THAT(from_json("{\"matches\": [\"" + std::string(2'000'000, 'x') + "\"]}").matches,
              IsEmpty());
}

TEST(Matches, SurviveHostileBytesOnTheWayToFail2ban) {
  const auto json = to_json({{std::string("a\xff\0b", 4)}, 1}, true);
  EXPECT_EQ(json,
            "{\"matches\": [\"a\xef\xbf\xbd\\u0000"
            "b\"], \"failures\": 1}");
  EXPECT_THAT(from_json(json).matches, ElementsAre(std::string("a\xef\xbf\xbd\0b", 6)));
  EXPECT_EQ(fail2ban_text(std::string("a\xff\0b", 4)),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");
}

TEST(Matches, ArePackedExactly) {
  const std::vector<std::string> lines{std::string("\0\xff", 2), "", "x"};
  EXPECT_EQ(unpack_matches(pack_matches(lines)), lines);
  EXPECT_THAT(unpack_matches("\xff\xff"), IsEmpty());
  EXPECT_THAT(unpack_matches(""), IsEmpty());
}

TEST(Matches, KeepTheLastLines) {
  EXPECT_THAT(last_matches({"a", "b", "c"}, 2), ElementsAre("b", "c"));
  EXPECT_THAT(last_matches({"a"}, 2), ElementsAre("a"));
  EXPECT_THAT(last_matches({"a"}, 0), IsEmpty());
}

TEST(Matches, AreNotCutWithinACharacter) {
  EXPECT_EQ(cut("ab\xc3\xa9", 3), "ab");
  EXPECT_EQ(cut("ab\xc3\xa9", 4), "ab\xc3\xa9");
  EXPECT_EQ(cut("abc", 2), "ab");
  EXPECT_EQ(cut(std::string(10, '\x80'), 6), std::string(6, '\x80'));
}

}  // namespace
}  // namespace spranga::ledger
