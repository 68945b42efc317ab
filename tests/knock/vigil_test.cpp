// Looks at a shut door: when they are taken, and the bounds that follow.
#include "knock/vigil.h"

#include <gtest/gtest.h>

#include "knock/rank_sum.h"
#include "knock/series.h"
#include "tests/support/guarded_server.h"

namespace spranga::knock {
namespace {

using namespace std::chrono_literals;

struct Watch {
  test::ManualClock clock;
  test::VirtualPause pause{clock};
  Vigil vigil{clock.now(), {}};
  int looks{0};

  /// A door that opens after `lasts`, counted from its shutting or, where renewed, from the last
  /// look.
  void keep(Milliseconds lasts, Milliseconds how_long, bool renewed = false) {
    auto opens = clock.now() + lasts;
    keep_vigil(
        vigil,
        clock,
        pause,
        vigil.first_shut + how_long,
        [&]() -> std::optional<bool> {
          ++looks;
          const bool open = clock.now() >= opens;
          opens = renewed ? clock.now() + lasts : opens;
          return open;
        },
        [](const Vigil&) { return true; });
  }
};

TEST(Vigil, LooksAtTheTimesOfTheList) {
  Watch watch;
  watch.keep(1000h, 26h);
  std::vector<Milliseconds> times;
  for (const auto& look : watch.vigil.looks) {
    times.push_back(look.after);
  }
  EXPECT_EQ(times,
            (std::vector<Milliseconds>{
                5s, 15s, 30s, 1min, 3min, 10min, 30min, 1h, 2h, 179min, 6h, 12h, 24h, 25h}));
}

TEST(Vigil, EndsWithTheFirstOpenDoor) {
  Watch watch;
  watch.keep(10min - 2s, 26h);
  EXPECT_EQ(watch.looks, 6);
  const auto [at_least, at_most] = bounds_of(watch.vigil.looks, 4s);
  EXPECT_EQ(at_least, 3min);
  EXPECT_EQ(at_most, 10min + 4s);
}

TEST(Vigil, OfABanThatEachPacketRenewsComesToAnEnd) {
  Watch watch;
  watch.keep(60s, 26h, true);
  ASSERT_TRUE(watch.vigil.looks.back().open);
  const auto [at_least, at_most] = bounds_of(watch.vigil.looks, 0s);
  EXPECT_EQ(at_least, 1min);
  EXPECT_EQ(at_most, 3min);
}

TEST(Vigil, EndsInTime) {
  Watch watch;
  watch.keep(1000h, 1min);
  EXPECT_EQ(watch.vigil.looks.size(), 4U);
  EXPECT_EQ(watch.clock.now(), watch.vigil.first_shut + 1min);
}

TEST(Vigil, GoneOnWithLaterLooksOnceAndThenByTheList) {
  Watch watch;
  watch.vigil.looks = {{5s, false}, {15s, false}};
  watch.clock.advance(20min);
  watch.keep(1000h, 20min);  // only what is due
  ASSERT_EQ(watch.vigil.looks.size(), 3U);
  EXPECT_EQ(watch.vigil.looks.back(), (Look{20min, false}));
  watch.keep(1000h, 1h);
  ASSERT_EQ(watch.vigil.looks.size(), 5U);
  EXPECT_EQ(watch.vigil.looks[3].after, 30min);
  EXPECT_EQ(watch.vigil.looks[4].after, 1h);
}

TEST(Vigil, LooksThatSeeNothingAreNotCountedAndNotRepeatedAtOnce) {
  test::ManualClock clock;
  test::VirtualPause pause{clock};
  Vigil vigil{clock.now(), {}};
  int looks = 0;
  keep_vigil(
      vigil,
      clock,
      pause,
      vigil.first_shut + 3min,
      [&]() -> std::optional<bool> { return ++looks < 3 ? std::nullopt : std::optional(false); },
      [](const Vigil&) { return true; });
  EXPECT_EQ(looks, 5);
  ASSERT_EQ(vigil.looks.size(), 3U);
  EXPECT_EQ(vigil.looks.front().after, 30s);
}

TEST(Bounds, HoldTheTruthForAnyBanAndAnyDoubt) {
  for (const auto lasts : {1s, 4s, 8s, 12s, 29s, 61s, 599s, 3599s, 10'801s}) {
    for (const auto late : {0s, 2s, 5s}) {  // the ban began so long before it was first seen
      Watch watch;
      const auto left = Milliseconds(lasts - late);
      if (left <= 0s) {
        continue;
      }
      watch.keep(left, 26h);
      const auto [at_least, at_most] = bounds_of(watch.vigil.looks, 5s);
      EXPECT_LE(at_least, lasts);
      ASSERT_TRUE(at_most);
      EXPECT_GE(*at_most, lasts);
    }
  }
}

TEST(RankSum, GivesTheExactValuesOfTheTables) {
  const std::vector<double> low{1, 2, 3, 4};
  const std::vector<double> high{5, 6, 7, 8};
  const auto apart = rank_sum(low, high);
  EXPECT_NEAR(apart.p, 2.0 / 70, 1e-9);
  EXPECT_EQ(apart.u, 0);
  EXPECT_EQ(apart.median_gap, 4);
  EXPECT_NEAR(apart.lowest_p, 2.0 / 70, 1e-9);
  const auto mixed = rank_sum(std::vector<double>{1, 4, 5}, std::vector<double>{2, 3, 6});
  EXPECT_NEAR(mixed.p, 1.0, 1e-9);
  EXPECT_EQ(rank_sum({}, high).p, 1);
  EXPECT_EQ(rank_sum(std::vector<double>{3, 3}, std::vector<double>{3, 3}).p, 1);
}

}  // namespace
}  // namespace spranga::knock
