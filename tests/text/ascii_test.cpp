#include "text/ascii.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::text {
namespace {

TEST(Ascii, FoldsCaseOfAsciiLettersOnly) {
  EXPECT_EQ(to_lower("STARTTLS É"), "starttls É");
  EXPECT_EQ(to_upper("auth=plain é"), "AUTH=PLAIN é");
  EXPECT_TRUE(equal_ignoring_case("Ehlo", "eHLO"));
  EXPECT_FALSE(equal_ignoring_case("Ehlo", "Ehl"));
  EXPECT_FALSE(equal_ignoring_case("", "a"));
}

TEST(Ascii, KnowsBeginnings) {
  EXPECT_TRUE(starts_with_ignoring_case("V=SPF1 -all", "v=spf1"));
  EXPECT_TRUE(starts_with_ignoring_case("abc", ""));
  EXPECT_FALSE(starts_with_ignoring_case("v=sp", "v=spf1"));
}

TEST(Ascii, TrimsBlanksAtBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n "), "a b");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \t\r\n"), "");
}

TEST(Ascii, SplitsIntoWordsWithoutEmptyOnes) {
  EXPECT_THAT(split_words("  AUTH \t PLAIN  LOGIN "),
              ::testing::ElementsAre("AUTH", "PLAIN", "LOGIN"));
  EXPECT_THAT(split_words(" \t"), ::testing::IsEmpty());
  EXPECT_THAT(split_words("one"), ::testing::ElementsAre("one"));
}

}  // namespace
}  // namespace spranga::text
