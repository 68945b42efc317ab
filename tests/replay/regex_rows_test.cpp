#include "replay/regex_rows.h"

#include <gtest/gtest.h>

namespace spranga::replay {
namespace {

constexpr ban::Instant noon{std::chrono::seconds(1'124'013'600)};

/// A hit as a filter with users, a tuple and an unset group leaves it.
std::vector<guard::Hit> one_hit() {
  guard::Hit hit;
  hit.id = "192.0.2.1";
  hit.at = noon;
  hit.regex_index = 2;
  hit.failure.set("user", std::string("o'neil"));
  hit.failure.set("port", guard::FieldContent());
  hit.failure.set("users", std::set<std::string>{"b", "a"});
  hit.failure.set("pair", std::vector<guard::TuplePart>{"x", std::nullopt});
  hit.failure.matches = {{"", "Aug 14 12:00:00", " h d[1]: bad"}};
  return {hit};
}

std::string printed(const std::string& form, bool is_integer = false) {
  guard::DatedLine line;
  line.number = 7;
  line.is_integer = is_integer;
  const auto hits = one_hit();
  return row_format(form)({line, hits, noon, false});
}

TEST(RegexRows, ARowIsAPythonList) {
  EXPECT_EQ(printed("row"),
            "['192.0.2.1',\t1124013600.0,\t{'user': \"o'neil\", 'port': None, 'users': {'a', 'b'}, "
            "'pair': ('x', None)}],\n");
}

TEST(RegexRows, ADateWithAnOffsetIsAnInteger) {
  EXPECT_TRUE(printed("row", true).starts_with("['192.0.2.1',\t1124013600,\t"));
}

TEST(RegexRows, SingleValues) {
  EXPECT_EQ(printed("id"), "192.0.2.1\n");
  EXPECT_EQ(printed("ip"), "192.0.2.1\n");
  EXPECT_EQ(printed("user"), "o'neil\n");
  EXPECT_EQ(printed("port"), "None\n");
  EXPECT_EQ(printed("nosuch"), "None\n");
  EXPECT_EQ(printed("msg"), "Aug 14 12:00:00 h d[1]: bad\n");
  EXPECT_EQ(printed("matches"), "[('', 'Aug 14 12:00:00', ' h d[1]: bad')]\n");
}

TEST(RegexRows, TagsAreFilledOnce) {
  EXPECT_EQ(printed("<ip> <F-USER> <F-PORT>|<unknown>|<family> <ip-rev>"),
            "192.0.2.1 o'neil |<unknown>|inet4 1.2.0.192.\n");
  EXPECT_EQ(printed("a < b <msg>"), "a < b Aug 14 12:00:00 h d[1]: bad\n");
}

TEST(RegexRows, JsonHasOneObjectAHit) {
  guard::DatedLine line;
  line.number = 7;
  auto hits = one_hit();
  EXPECT_EQ(json_rows({line, hits, noon, false}),
            R"({"line":7,"time":1124013600,"id":"192.0.2.1","fields":{"user":"o'neil","port":null,)"
            R"("users":["a","b"],"pair":["x",null]},"regex":3,"nofail":false})"
            "\n");
  hits[0].at.reset();
  hits[0].weak = true;
  hits[0].attempts = 4;
  const auto json = json_rows({line, hits, noon, false});
  EXPECT_NE(json.find(R"("time":null)"), std::string::npos);
  EXPECT_NE(json.find(R"("weak":true,"attempts":4)"), std::string::npos);
}

TEST(RegexRows, FractionsOfASecondStay) {
  EXPECT_EQ(repr_of(std::optional(noon + std::chrono::microseconds(123'000))), "1124013600.123");
  EXPECT_EQ(repr_of(std::optional<ban::Instant>()), "None");
}

}  // namespace
}  // namespace spranga::replay
