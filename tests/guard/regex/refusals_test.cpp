#include "guard/regex/refusals.h"

#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

TEST(Refusals, RememberTheShortestBeginningThatDecides) {
  Refusals refusals;
  const auto refuses = [](std::string_view start) { return start.starts_with("Nov "); };
  EXPECT_FALSE(refusals.know("Nov 29 x"));
  refusals.learn("Nov 29 x", refuses);
  EXPECT_TRUE(refusals.know("Nov 28"));
  EXPECT_TRUE(refusals.know("Nov "));
  EXPECT_FALSE(refusals.know("Nov"));
  EXPECT_FALSE(refusals.know("Oct 29"));
}

TEST(Refusals, AskSeldom) {
  Refusals refusals;
  int asked = 0;
  for (int i = 0; i < 10'000; ++i) {
    refusals.learn("a text", [&](std::string_view /*start*/) {
      ++asked;
      return false;
    });
  }
  EXPECT_LT(asked, 50);
  EXPECT_FALSE(refusals.know("a text"));
}

TEST(Refusals, GoByWhatIsAsciiAlone) {
  Refusals refusals;
  std::size_t longest = 0;
  const auto refuses = [&](std::string_view start) {
    longest = std::max(longest, start.size());
    return start.size() >= 2;
  };
  refusals.learn("ab\xC3\xA9", refuses);
  EXPECT_EQ(longest, 2U);
  EXPECT_TRUE(refusals.know("abc"));
  refusals = {};
  refusals.learn("\xC3\xA9", refuses);
  EXPECT_FALSE(refusals.know("\xC3\xA9"));
}

TEST(Refusals, KeepAFew) {
  Refusals refusals;
  const std::string starts = "abcdef";
  for (const char c : starts) {
    for (int i = 0; i < 20; ++i) {
      refusals.learn(std::string(3, c), [](std::string_view /*start*/) { return true; });
    }
  }
  EXPECT_FALSE(refusals.know("aaa"));
  EXPECT_TRUE(refusals.know("f"));
}

}  // namespace
}  // namespace spranga::guard
