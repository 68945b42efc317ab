#include "guard/judge/tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/guard/judge/sightings.h"

namespace spranga::guard {
namespace {

using std::chrono::seconds;

/// What the account stands at after each of the failures.
template <class Tally>
std::vector<int> counts(Tally tally, const std::vector<int>& times) {
  std::vector<int> out;
  for (const auto time : times) {
    tally.expire(at_second(time), seconds(600));
    tally.add({at_second(time)}, seconds(600));
    out.push_back(tally.count());
  }
  return out;
}

using testing::ElementsAre;

TEST(RateEstimate, KeepsWhatIsExactlyFindtimeOld) {
  EXPECT_THAT(counts(RateEstimate(), {0, 150, 300, 450, 600}), ElementsAre(1, 2, 3, 4, 5));
}

TEST(RateEstimate, IsNoWindow) {
  EXPECT_THAT(counts(RateEstimate(), {0, 1, 2, 3, 601}), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(counts(RateEstimate(), {0, 1, 2, 3, 602}), ElementsAre(1, 2, 3, 4, 5));
}

TEST(RateEstimate, StaysBelowForASlowGuesser) {
  EXPECT_THAT(counts(RateEstimate(), {0, 200, 400, 600, 800, 1000, 1200}),
              ElementsAre(1, 2, 3, 4, 4, 4, 4));
  EXPECT_THAT(counts(RateEstimate(), {0, 300, 600, 900, 1200, 1500}),
              ElementsAre(1, 2, 3, 3, 3, 3));
}

TEST(RateEstimate, RoundsHalvesToEven) {
  // 5 failures, then one at 1200: 5 / 1200 * 600 = 2.5, which becomes 2.
  EXPECT_THAT(counts(RateEstimate(), {0, 601, 602, 603, 1200}), ElementsAre(1, 1, 2, 3, 4));
  RateEstimate tally;
  for (const int time : {0, 0, 0, 0, 601 - 1}) {
    tally.add({at_second(time)}, seconds(600));
  }
  tally.add({at_second(1200)}, seconds(600));
  EXPECT_EQ(tally.count(), 3);
}

TEST(RateEstimate, CountsAnEarlierFailureWithoutScaling) {
  RateEstimate tally;
  tally.add({at_second(1000)}, seconds(600));
  tally.add({at_second(10)}, seconds(600));
  EXPECT_EQ(tally.count(), 2);
  EXPECT_EQ(tally.last(), at_second(1000));
}

TEST(RateEstimate, IsDeadOneFindtimeAfterTheLastFailure) {
  RateEstimate tally;
  tally.add({at_second(0)}, seconds(600));
  EXPECT_FALSE(tally.expire(at_second(599), seconds(600)));
  EXPECT_TRUE(tally.expire(at_second(600), seconds(600)));
}

TEST(RateEstimate, TakesALineForOneFailureWhateverNumberItGives) {
  RateEstimate tally;
  tally.add({at_second(0), 6}, seconds(600));
  EXPECT_EQ(tally.count(), 1);
}

TEST(SlidingWindow, ForgetsAttemptsOlderThanFindtime) {
  EXPECT_THAT(counts(SlidingWindow(5), {0, 1, 2, 3, 601}), ElementsAre(1, 2, 3, 4, 4));
  EXPECT_THAT(counts(SlidingWindow(5), {0, 1, 2, 3, 602}), ElementsAre(1, 2, 3, 4, 3));
  EXPECT_THAT(counts(SlidingWindow(5), {0, 200, 400, 600, 800}), ElementsAre(1, 2, 3, 4, 4));
}

TEST(SlidingWindow, KeepsTheAttemptExactlyFindtimeAgo) {
  EXPECT_THAT(counts(SlidingWindow(5), {0, 150, 300, 450, 600}), ElementsAre(1, 2, 3, 4, 5));
}

TEST(SlidingWindow, CountsTheAttemptsThatOneLineStandsFor) {
  SlidingWindow tally(5);
  tally.add({at_second(0), 6}, seconds(600));
  EXPECT_EQ(tally.count(), 6);
}

TEST(SlidingWindow, TakesNoNumberOfAttemptsBelowOne) {
  SlidingWindow tally(5);
  tally.add({at_second(0), -7}, seconds(600));
  EXPECT_EQ(tally.count(), 1);
}

TEST(SlidingWindow, SortsInWhatComesLate) {
  SlidingWindow tally(5);
  tally.add({at_second(700)}, seconds(600));
  tally.add({at_second(500)}, seconds(600));
  tally.add({at_second(99)}, seconds(600));  // outside of the window that ends at 700
  EXPECT_EQ(tally.count(), 2);
  EXPECT_EQ(tally.last(), at_second(700));
}

TEST(SlidingWindow, ForgetsARaiseTogetherWithItsFailure) {
  SlidingWindow tally(50);
  tally.add({at_second(0)}, seconds(600));
  tally.raise(2);
  EXPECT_EQ(tally.count(), 3);
  tally.add({at_second(601)}, seconds(600));
  EXPECT_EQ(tally.count(), 1);
}

TEST(WeakEvidence, CountsOnlyBesideStrong) {
  EXPECT_EQ(effective_count(0, 1000), 0);
  EXPECT_EQ(effective_count(1, 1), 2);
  EXPECT_EQ(effective_count(1, 1000), 3);
  EXPECT_EQ(effective_count(2, 5), 4);
  EXPECT_EQ(effective_count(2, 6), 5);
  EXPECT_EQ(effective_count(3, 2), 5);
}

TEST(WeakEvidence, IsWeighedInBothWaysOfCounting) {
  RateEstimate rate;
  SlidingWindow window(5);
  for (int i = 0; i < 100; ++i) {
    rate.add({at_second(i), 1, true}, seconds(600));
    window.add({at_second(i), 1, true}, seconds(600));
  }
  EXPECT_EQ(rate.count(), 0);
  EXPECT_EQ(window.count(), 0);
  rate.add({at_second(100)}, seconds(600));
  window.add({at_second(100)}, seconds(600));
  EXPECT_EQ(rate.count(), 3);
  EXPECT_EQ(window.count(), 3);
}

}  // namespace
}  // namespace spranga::guard
