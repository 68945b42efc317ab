#include "guard/judge/ban_time.h"

#include <gtest/gtest.h>

#include "tests/guard/judge/sightings.h"

namespace spranga::guard {
namespace {

ban::JailSpec growing() {
  auto spec = jail_of(5);
  spec.increment.enabled = true;
  return spec;
}

double seconds(const ban::JailSpec& spec, int earlier, double chance = 0) {
  const auto time = BanTime::make(spec).value();
  const auto length = time.after(earlier, [chance] { return chance; });
  return length ? std::chrono::duration<double>(*length).count() : -1;
}

TEST(BanTime, StaysTheSameWithoutIncrement) {
  EXPECT_EQ(seconds(jail_of(5), 7), 600);
}

TEST(BanTime, DoublesUpToTwentyTimes) {
  EXPECT_EQ(seconds(growing(), 0), 600);
  EXPECT_EQ(seconds(growing(), 1), 1200);
  EXPECT_EQ(seconds(growing(), 3), 4800);
  EXPECT_EQ(seconds(growing(), 50), 600.0 * (1 << 20));
}

TEST(BanTime, IsMultipliedByTheFactorButNeverShorterThanBantime) {
  auto spec = growing();
  spec.increment.factor = "3 / 2";
  EXPECT_EQ(seconds(spec, 1), 1800);
  spec.increment.factor = "0.1";
  EXPECT_EQ(seconds(spec, 1), 600);
}

TEST(BanTime, TakesTheMultiplierOfItsPlaceAndThenTheLast) {
  auto spec = growing();
  spec.increment.multipliers = "1 5 30 60";
  EXPECT_EQ(seconds(spec, 1), 3000);
  EXPECT_EQ(seconds(spec, 3), 36000);
  EXPECT_EQ(seconds(spec, 9), 36000);
  spec.increment.factor = "2";
  EXPECT_EQ(seconds(spec, 2), 36000);
}

TEST(BanTime, PrefersMultipliersToTheFormula) {
  auto spec = growing();
  spec.increment.formula = "ban.Time * 7";
  EXPECT_EQ(seconds(spec, 1), 4200);
  spec.increment.multipliers = "1 2";
  EXPECT_EQ(seconds(spec, 1), 1200);
}

TEST(BanTime, IsCutAtMaxtimeBeforeChanceIsAdded) {
  auto spec = growing();
  spec.increment.maxtime = std::chrono::seconds(1000);
  EXPECT_EQ(seconds(spec, 5), 1000);
  spec.increment.rndtime = std::chrono::seconds(100);
  EXPECT_EQ(seconds(spec, 5, 0.5), 1050);
  EXPECT_EQ(seconds(spec, 0, 0.5), 600);
}

TEST(BanTime, OfAPermanentBanDoesNotGrow) {
  auto spec = growing();
  spec.bantime = std::chrono::seconds(-1);
  EXPECT_EQ(seconds(spec, 0), -1);
  EXPECT_EQ(seconds(spec, 3), -1);
}

TEST(BanTime, IsForGoodByMinusOneAlone) {
  auto spec = growing();
  spec.bantime = std::chrono::seconds(-5);
  EXPECT_EQ(seconds(spec, 0), -5);
  EXPECT_EQ(seconds(spec, 3), -5);
  EXPECT_FALSE(BanTime::make(spec)->grows());
}

TEST(BanTime, GrowsToABanForGoodWhereMaxtimeIsOne) {
  auto spec = growing();
  spec.increment.maxtime = std::chrono::seconds(-1);
  EXPECT_EQ(BanTime::make(spec)->after(1, {}), std::nullopt);
  EXPECT_EQ(seconds(spec, 0), 600);
  spec.increment.maxtime = std::chrono::seconds(-5);
  EXPECT_EQ(seconds(spec, 1), 0);
}

TEST(BanTime, StandsWhereTheFormulaCannotBeComputed) {
  auto spec = growing();
  spec.increment.formula = "ban.Time / (ban.Count - 1)";
  EXPECT_EQ(seconds(spec, 1), 600);
  spec.increment.formula = "ban.Time * growth";
  EXPECT_EQ(seconds(spec, 1), 600);
}

TEST(BanTime, NeverLeavesTheCalendar) {
  auto spec = growing();
  spec.increment.formula = "ban.Time * 10 ** 300";
  EXPECT_EQ(seconds(spec, 1), std::chrono::duration<double>(BanTime::longest).count());
}

TEST(BanTime, NamesTheOptionThatIsNotUnderstood) {
  auto spec = growing();
  spec.increment.multipliers = "1 two";
  EXPECT_NE(BanTime::make(spec).error().detail.find("bantime.multipliers"), std::string::npos);
  spec = growing();
  spec.increment.factor = "x";
  EXPECT_NE(BanTime::make(spec).error().detail.find("bantime.factor"), std::string::npos);
  spec = growing();
  spec.increment.formula = "exec('x')";
  EXPECT_NE(BanTime::make(spec).error().detail.find("bantime.formula"), std::string::npos);
}

}  // namespace
}  // namespace spranga::guard
