#include "render/wrap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::render {
namespace {

using testing::ElementsAre;

TEST(Wrap, BreaksAtTheLastBlankThatFits) {
  EXPECT_THAT(wrap("one two three", 8), ElementsAre("one two", "three"));
}

TEST(Wrap, FillsALineToItsLastColumn) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
}

TEST(Wrap, CutsAWordThatIsLongerThanALine) {
  EXPECT_THAT(wrap("abcdefghij kl", 4), ElementsAre("abcd", "efgh", "ij", "kl"));
}

TEST(Wrap, CountsCodePointsNotBytes) {
  EXPECT_EQ(columns("grün →"), 6U);
  EXPECT_THAT(wrap("äöü äöü", 3), ElementsAre("äöü", "äöü"));
  EXPECT_THAT(wrap("äöüß", 2), ElementsAre("äö", "üß"));
}

TEST(Wrap, OfNothingIsOneEmptyLine) {
  EXPECT_THAT(wrap("", 10), ElementsAre(""));
}

TEST(Wrap, EndsOnTextOfBlanks) {
  EXPECT_EQ(wrap("    ", 2).size(), 1U);
}

TEST(Hang, IndentsTheLinesThatFollow) {
  EXPECT_EQ(hang("Why: ", "one two three four five six", 25),
            "Why: one two three four\n     five six\n");
}

TEST(Hang, KeepsReadableWhereTheScreenIsTooNarrow) {
  EXPECT_EQ(hang("          ", "one two three four", 12), "          one two three four\n");
}

TEST(Pad, NeverCuts) {
  EXPECT_EQ(pad("ab", 4), "ab  ");
  EXPECT_EQ(pad("abcd", 2), "abcd");
}

}  // namespace
}  // namespace spranga::render
