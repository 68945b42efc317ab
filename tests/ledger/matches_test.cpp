#include "ledger/matches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
