#include "text/duration.h"

#include <gtest/gtest.h>

namespace spranga::text {
namespace {

using namespace std::chrono_literals;

TEST(Duration, WithoutAUnitIsSeconds) {
  EXPECT_EQ(parse_duration("10"), 10s);
}

TEST(Duration, TakesItsUnit) {
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h"), 1h);
}

TEST(Duration, IsAboveZero) {
  EXPECT_EQ(parse_duration("0"), std::nullopt);
  EXPECT_EQ(parse_duration("-5s"), std::nullopt);
}

TEST(Duration, HasALimit) {
  EXPECT_EQ(parse_duration("1000h"), 1000h);
  EXPECT_EQ(parse_duration("1001h"), std::nullopt);
  EXPECT_EQ(parse_duration("99999999999999999999"), std::nullopt);
  EXPECT_EQ(parse_duration("9223372036854775807"), std::nullopt);
}

TEST(Duration, IsNothingElse) {
  for (const auto* text : {"", "s", "10x", "10 s", "1.5s", "10ss", "ten", "+5"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace spranga::text
