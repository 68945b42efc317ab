#include "guard/dates/civil.h"

#include <gtest/gtest.h>

#include <ctime>

#include "guard/dates/decimal.h"
#include "guard/dates/line_view.h"
#include "guard/dates/pattern_fields.h"
#include "guard/dates/word_bounds.h"
#include "guard/dates/zone_names.h"

namespace spranga::guard {

TEST(CivilTime, AgreesWithTheCLibraryOnEveryDay) {
  for (std::int64_t day = days_since_1970(1600, 1, 1); day < days_since_1970(2500, 1, 1); ++day) {
    const std::time_t seconds = day * seconds_a_day + 12'345;
    std::tm expected{};
    gmtime_r(&seconds, &expected);
    const auto civil = civil_time(seconds);
    ASSERT_TRUE(civil);
    ASSERT_EQ(civil->year, expected.tm_year + 1900);
    ASSERT_EQ(civil->month, expected.tm_mon + 1);
    ASSERT_EQ(civil->day, expected.tm_mday);
    ASSERT_EQ(seconds_since_1970(*civil), seconds);
  }
}

TEST(CivilTime, KnowsWhatIsPossible) {
  EXPECT_TRUE(is_possible({2000, 2, 29}));
  EXPECT_FALSE(is_possible({1900, 2, 29}));
  EXPECT_FALSE(is_possible({2001, 4, 31}));
  EXPECT_FALSE(is_possible({0, 1, 1}));
  EXPECT_FALSE(is_possible({2001, 1, 1, 24}));
  EXPECT_FALSE(is_possible({2001, 1, 1, 23, 59, 60}));
  EXPECT_FALSE(civil_time(-62'135'596'801));
  EXPECT_TRUE(civil_time(-62'135'596'800));
}

TEST(LocalToUtc, FixedZonesNeedNoGuessing) {
  LocalToUtc local(Zone::fixed(3600));
  EXPECT_EQ(local.convert(7200), 3600);
  EXPECT_EQ(local.convert(7201), 3601);
}

TEST(LocalToUtc, ADayThatAZoneSkippedIsTakenForItsNeighbour) {
  LocalToUtc apia(*Zone::named("Pacific/Apia"));
  const auto skipped = seconds_since_1970({2011, 12, 30, 12});
  ASSERT_TRUE(apia.convert(skipped));
  EXPECT_EQ(*apia.convert(seconds_since_1970({2011, 12, 31, 0})) -
                *apia.convert(seconds_since_1970({2011, 12, 29, 23, 59, 59})),
            1);
}

TEST(ZoneNames, AreFail2bans) {
  EXPECT_EQ(read_zone_name("CET").minutes, 60);
  EXPECT_EQ(read_zone_name("CET+0100").minutes, 120);
  EXPECT_EQ(read_zone_name("-03:30").minutes, -210);
  EXPECT_EQ(read_zone_name("A").minutes, 60);
  EXPECT_EQ(read_zone_name("").minutes, 0);
  for (const auto* bad :
       {"cet", "CE", "+2", "+0260x", "+1:00", "CETCET", "UTC ", "+2000", "+01:0"}) {
    EXPECT_EQ(read_zone_name(bad).problem, ZoneNameProblem::malformed) << bad;
  }
  EXPECT_EQ(read_zone_name("XYZ").problem, ZoneNameProblem::unknown);
}

TEST(Decimal, ReadsAnyScriptsDigits) {
  EXPECT_EQ(read_integer("٢٠"), 20);
  EXPECT_EQ(read_integer(" 7 "), 7);
  EXPECT_EQ(read_integer("-1_0"), -10);
  EXPECT_EQ(read_integer("99999999999999999999"), 1'000'000'000'000'000);
  for (const auto* bad : {"", " ", "-", "1 2", "1__0", "_1", "1_", "x", "½", "\xC3"}) {
    EXPECT_FALSE(read_integer(bad)) << bad;
  }
  EXPECT_EQ(plain_number("1٢.5"), "12.5");
  EXPECT_FALSE(plain_number("1.2.3"));
  EXPECT_FALSE(plain_number("."));
}

TEST(PatternFields, ExYKnowsTheDecadesFrom2000On) {
  EXPECT_EQ(decades_until(2026), "20[012]");
  EXPECT_EQ(decades_until(2028), "20[0123]");
  EXPECT_EQ(decades_until(2097), "(?:200|201|202|203|204|205|206|207|208|209|210)");
}

TEST(WordBounds, AreLeftOutWhereThePatternSaysSo) {
  EXPECT_EQ(add_bounds("a", {}).regex, "(?=^|\\b|\\W)(a)(?=\\b|\\W|$)");
  EXPECT_EQ(add_bounds("(a)b", {}).regex, "(?=^|\\b|\\W)(a)b(?=\\b|\\W|$)");
  EXPECT_EQ(add_bounds("**a**", {}).regex, "(a)");
  EXPECT_EQ(add_bounds("^a$", {}).regex, "^(a)$");
  EXPECT_TRUE(add_bounds("^a$", {}).line_begin);
  EXPECT_TRUE(add_bounds("^a$", {}).line_end);
  EXPECT_EQ(add_bounds("a(?i)b\\b", {}).regex, "(?i)(?=^|\\b|\\W)(ab\\b)");
  EXPECT_EQ(add_bounds(" a ", {BeginBound::line, false}).regex, "^(?:\\W{0,2})?(a)");
  EXPECT_EQ(without_bounds("{UNB}{^LN-BEG}(?:^|\\b|\\W)a(?=\\b|\\W|$)"), "a");
}

TEST(LineView, CountsCharacters) {
  const LineView line("aé€b");
  EXPECT_EQ(line.place_of(2).byte, 3U);
  EXPECT_EQ(line.place_of(4).byte, 7U);
  EXPECT_FALSE(line.place_of(4).beyond);
  EXPECT_TRUE(line.place_of(5).beyond);
  EXPECT_EQ(line.number_of(6), 3U);
  EXPECT_EQ(line.before({3}), U'é');
  EXPECT_EQ(line.at({3}), U'€');
  EXPECT_FALSE(line.at({7}));
  EXPECT_TRUE(is_alphanumeric(U'é'));
  EXPECT_FALSE(is_alphanumeric(U'€'));
}

}  // namespace spranga::guard
