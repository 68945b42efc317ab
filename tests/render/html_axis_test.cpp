#include "render/html_axis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace spranga::render {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Milliseconds = Axis::Milliseconds;

TEST(EvenAxis, PutsItsEndsAtTheEdges) {
  const auto axis = Axis::even(0ms, 200ms);
  EXPECT_DOUBLE_EQ(axis.percent(0ms), 0);
  EXPECT_DOUBLE_EQ(axis.percent(50ms), 25);
  EXPECT_DOUBLE_EQ(axis.percent(200ms), 100);
}

TEST(EvenAxis, KeepsWhatLiesOutsideAtTheEdge) {
  const auto axis = Axis::even(0ms, 200ms);
  EXPECT_DOUBLE_EQ(axis.percent(-1ms), 0);
  EXPECT_DOUBLE_EQ(axis.percent(1h), 100);
}

TEST(EvenAxis, OfOneMomentIsStillAnAxis) {
  const auto axis = Axis::even(5ms, 5ms);
  EXPECT_DOUBLE_EQ(axis.percent(5ms), 0);
  EXPECT_FALSE(axis.ticks().empty());
}

TEST(EvenAxis, HasAFewRoundTicksWhateverItsLength) {
  for (int power = 0; power < 80; ++power) {
    const double length = 0.5 * std::pow(1.3, power);
    const auto ticks = Axis::even(0ms, Milliseconds(length)).ticks();
    EXPECT_GE(ticks.size(), 1U) << length;
    EXPECT_LE(ticks.size(), 5U) << length;
    EXPECT_TRUE(std::ranges::is_sorted(ticks));
  }
}

TEST(EvenAxis, CountsInRoundNumbers) {
  EXPECT_THAT(Axis::even(0ms, 242ms).ticks(), testing::ElementsAre(0ms, 100ms, 200ms));
  EXPECT_THAT(Axis::even(0ms, 5min).ticks(), testing::ElementsAre(0min, 2min, 4min));
}

TEST(AxisByPowers, GivesEachFactorTheSameRoom) {
  const auto axis = Axis::by_powers(10s, 1000s);
  EXPECT_NEAR(axis.percent(100s), 50, 1e-9);
  EXPECT_DOUBLE_EQ(axis.percent(10s), 0);
  EXPECT_DOUBLE_EQ(axis.percent(0s), 0);
}

TEST(AxisByPowers, MarksTheRulesThreeHours) {
  EXPECT_THAT(Axis::by_powers(10s, 4h).ticks(), testing::Contains(Milliseconds(3h)));
}

TEST(SpanText, SaysATimeAsPeopleDo) {
  EXPECT_EQ(span_text(0ms), "0 s");
  EXPECT_EQ(span_text(850ms), "850 ms");
  EXPECT_EQ(span_text(5'200ms), "5.2 s");
  EXPECT_EQ(span_text(5s), "5 s");
  EXPECT_EQ(span_text(59'949ms), "59.9 s");
  EXPECT_EQ(span_text(59'960ms), "1 min");
  EXPECT_EQ(span_text(598s), "9 min 58 s");
  EXPECT_EQ(span_text(10min), "10 min");
  EXPECT_EQ(span_text(3h), "3 h");
  EXPECT_EQ(span_text(3h + 5min), "3 h 5 min");
  EXPECT_EQ(span_text(30h), "30 h");
}

TEST(WriteBar, ShowsAConnectionThatWasTooShortToBeSeen) {
  Html html;
  write_bar(html, 100, 100, 0, "clear", "short");
  EXPECT_THAT(html.page(), HasSubstr("x=\"99.30%\""));
  EXPECT_THAT(html.page(), HasSubstr("width=\"0.70%\""));
}

}  // namespace
}  // namespace spranga::render
