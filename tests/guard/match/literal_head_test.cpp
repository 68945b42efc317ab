#include "guard/match/literal_head.h"

#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

TEST(LiteralHead, IsWhatStandsBehindTheAnchor) {
  EXPECT_EQ(literal_head("^Failed \\S+ for"), "Failed ");
  EXPECT_EQ(literal_head("^user [ab]"), "user ");
  EXPECT_EQ(literal_head("^a: (?:b|c)"), "a: ");
}

TEST(LiteralHead, ACharacterThatMayRepeatOrBeMissingIsNoPart) {
  EXPECT_EQ(literal_head("^errors? "), "error");
  EXPECT_EQ(literal_head("^ab*c"), "a");
  EXPECT_EQ(literal_head("^ab+c"), "a");
  EXPECT_EQ(literal_head("^ab{0,2}c"), "a");
  EXPECT_EQ(literal_head("^a?"), "");
}

TEST(LiteralHead, IsEmptyWhereAlternativesStandBesideTheAnchor) {
  EXPECT_EQ(literal_head("^a|b"), "");
  EXPECT_EQ(literal_head("^a(b|c)|d"), "");
  EXPECT_EQ(literal_head("^a[|]"), "a");
  EXPECT_EQ(literal_head("^a[]|]"), "a");
  EXPECT_EQ(literal_head("^a[^]|\\]|]b"), "a");
  EXPECT_EQ(literal_head("^a\\|b"), "a");
}

TEST(LiteralHead, IsEmptyWithoutAnAnchorOrPlainText) {
  EXPECT_EQ(literal_head("abc"), "");
  EXPECT_EQ(literal_head("(?i)^abc"), "");
  EXPECT_EQ(literal_head("^(?i:abc)"), "");
  EXPECT_EQ(literal_head("^[aA]bc"), "");
  EXPECT_EQ(literal_head("\\^abc"), "");
  EXPECT_EQ(literal_head("^a(?#[)|b"), "");
  EXPECT_EQ(literal_head(""), "");
}

}  // namespace
}  // namespace spranga::guard
