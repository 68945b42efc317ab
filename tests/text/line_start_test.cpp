#include "text/line_start.h"

#include <gtest/gtest.h>

#include <string>

namespace spranga::text {
namespace {

LineStart minute_of(const std::string& text, int most = 59) {
  LineStart start(text);
  start.let_rise(6, 20, most);
  return start;
}

TEST(LineStart, TakesWhatBeginsSo) {
  LineStart start("10:00:20 host");
  EXPECT_TRUE(start.take("10:00:20 host"));
  EXPECT_TRUE(start.take("10:00:20 host: hello"));
  EXPECT_FALSE(start.take("10:00:20 hos"));
  EXPECT_FALSE(start.take("10:00:20 hosT: hello"));
  EXPECT_FALSE(start.take("10:00:21 host: hello"));
}

TEST(LineStart, OfNothingOrTooMuchTakesNothing) {
  const std::string long_text(LineStart::longest + 1, 'x');
  for (LineStart start : {LineStart(), LineStart("10:00:2"), LineStart(long_text)}) {
    EXPECT_TRUE(start.empty());
    EXPECT_FALSE(start.take("10:00:20"));
    EXPECT_FALSE(start.take(long_text));
  }
}

TEST(LineStart, LetsANumberRise) {
  auto start = minute_of("10:00:20 host");
  EXPECT_TRUE(start.take("10:00:20 host"));
  EXPECT_TRUE(start.take("10:00:22 host"));
  EXPECT_EQ(start.before_latest(), 20);
  EXPECT_EQ(start.latest(), 22);
  EXPECT_FALSE(start.take("10:00:21 host"));
  EXPECT_FALSE(start.take("10:00:2: host"));
  EXPECT_FALSE(start.take("10:00:/9 host"));
  EXPECT_FALSE(start.take("10:01:59 host"));
  EXPECT_FALSE(start.take("10:00:60 host"));
  EXPECT_TRUE(start.take("10:00:22 host"));
  EXPECT_EQ(start.before_latest(), 22);
  EXPECT_TRUE(start.take("10:00:59 host"));
  EXPECT_FALSE(start.take("10:00:22 host"));
}

TEST(LineStart, LetsANumberRiseSoFar) {
  auto start = minute_of("10:00:20 host", 21);
  EXPECT_FALSE(start.take("10:00:22 host"));
  EXPECT_TRUE(start.take("10:00:21 host"));
}

TEST(LineStart, TakesDigitsOnlyWhereTheyAreFree) {
  auto start = minute_of("10:00:20.123456 host");
  start.free_digits(9, 6);
  EXPECT_EQ(start.fixed(), 6U);
  EXPECT_TRUE(start.take("10:00:20.000999 host"));
  EXPECT_TRUE(start.take("10:00:21.000111 host"));
  EXPECT_FALSE(start.take("10:00:21.0001111 hos"));
  for (int byte = 0; byte < 256; ++byte) {
    std::string line = "10:00:21.000111 host";
    line[12] = static_cast<char>(byte);
    EXPECT_EQ(start.take(line), byte >= '0' && byte <= '9') << byte;
  }
}

TEST(LineStart, IsNarrowedByWhatTakesLess) {
  auto start = minute_of("10:00:20 host", 40);
  ASSERT_TRUE(start.narrow(minute_of("10:00:20 host: a", 50)));
  EXPECT_FALSE(start.take("10:00:20 host: b"));
  EXPECT_FALSE(start.take("10:00:41 host: a"));
  EXPECT_TRUE(start.take("10:00:40 host: a"));
}

TEST(LineStart, IsNotNarrowedByWhatBeginsOtherwise) {
  auto start = minute_of("10:00:20 host");
  EXPECT_FALSE(start.narrow(minute_of("10:01:20 host")));
  EXPECT_FALSE(start.narrow(LineStart("10:00:20 host")));
  EXPECT_TRUE(start.take("10:00:30 host"));
}

}  // namespace
}  // namespace spranga::text
