#include "guard/match/matcher.h"

#include <gtest/gtest.h>

#include "tests/guard/match/support.h"

namespace spranga::guard {
namespace {

using match_tests::filter_of;
using match_tests::FilterText;
using match_tests::noon;
using std::chrono::seconds;

ban::JailSpec jail_of(const FilterText& text) {
  ban::JailSpec jail;
  jail.name = "test";
  jail.filter = filter_of(text);
  return jail;
}

std::unique_ptr<Matcher> matcher_of(const FilterText& text, MatchMode mode = MatchMode::replay) {
  MatchOptions options;
  options.mode = mode;
  options.local = Zone::fixed(0);
  return Matcher::make(jail_of(text), options, noon).value();
}

std::vector<ban::Sighting> feed(Matcher& matcher, std::string_view raw, ban::Instant now = noon) {
  std::vector<ban::Sighting> seen;
  matcher.feed(raw, now, seen);
  return seen;
}

TEST(Matcher, TurnsALineIntoASighting) {
  const auto matcher = matcher_of({.failregex = {"^ bad <F-USER>\\w+</F-USER> <HOST>$"}});
  const auto seen = feed(*matcher, "2005-08-14 09:00:00 bad alice 192.0.2.1\n");
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].id, "192.0.2.1");
  EXPECT_EQ(seen[0].at, noon - seconds(3600));
  EXPECT_EQ(std::get<std::string>(seen[0].fields.at("user")), "alice");
  EXPECT_EQ(seen[0].matches, std::vector<std::string>{"2005-08-14 09:00:00 bad alice 192.0.2.1"});
  EXPECT_EQ(seen[0].expression->origin.line, 1);
  EXPECT_EQ(seen[0].line, 1U);
}

TEST(Matcher, CountsLinesByTheirFate) {
  const auto matcher =
      matcher_of({.failregex = {"bad <HOST>$"}, .ignoreregex = {"bad 192\\.0\\.2\\.9"}});
  for (const auto* line : {"bad 192.0.2.1", "bad 192.0.2.9", "good", "bad 192.0.2.2"}) {
    feed(*matcher, line);
  }
  EXPECT_EQ(matcher->statistics().lines, 4U);
  EXPECT_EQ(matcher->statistics().matched, 2U);
  EXPECT_EQ(matcher->statistics().ignored, 1U);
  EXPECT_EQ(matcher->statistics().missed, 1U);
}

TEST(Matcher, WhileItStartsOldLinesAreLeftOut) {
  const auto matcher = matcher_of({.failregex = {"bad <HOST>$"}}, MatchMode::live);
  EXPECT_TRUE(feed(*matcher, "2005-08-14 09:00:00 bad 192.0.2.1").empty());
  EXPECT_EQ(matcher->statistics().obsolete, 1U);
  EXPECT_EQ(feed(*matcher, "2005-08-14 09:55:00 bad 192.0.2.1").size(), 1U);
  matcher->end_start_phase();
  EXPECT_EQ(feed(*matcher, "2005-08-14 09:00:00 bad 192.0.2.1").at(0).at, noon);
}

TEST(Matcher, ANameMayBeLeftToSomebodyElseToAsk) {
  for (const auto usedns : {ban::UseDns::warn, ban::UseDns::no, ban::UseDns::raw}) {
    auto jail = jail_of({.failregex = {"bad <HOST>$"}});
    jail.usedns = usedns;
    MatchOptions options;
    options.local = Zone::fixed(0);
    options.names_later = true;
    const auto matcher = Matcher::make(jail, options, noon).value();
    const auto seen = feed(*matcher, "bad host.example.org");
    EXPECT_EQ(seen.size(), usedns == ban::UseDns::no ? 0U : 1U);
    EXPECT_TRUE(seen.empty() || seen[0].id == "host.example.org");
    EXPECT_EQ(!seen.empty() && seen[0].is_name, usedns == ban::UseDns::warn);
    EXPECT_FALSE(feed(*matcher, "bad 192.0.2.1").at(0).is_name);
  }
}

TEST(Matcher, NothingLiveIsOfTheFuture) {
  const auto matcher = matcher_of({.failregex = {"bad <HOST>$"}}, MatchMode::live);
  EXPECT_EQ(feed(*matcher, "2005-08-14 10:00:30 bad 192.0.2.1").at(0).at, noon);
}

TEST(Matcher, AServerCountsNofailOutsideOfSessionsAndATrialDoesNot) {
  const FilterText text{.failregex = {"<F-NOFAIL>bad</F-NOFAIL> <HOST>$"}};
  EXPECT_FALSE(feed(*matcher_of(text), "bad 192.0.2.1").at(0).nofail);
  EXPECT_TRUE(feed(*matcher_of(text, MatchMode::regex), "bad 192.0.2.1").at(0).nofail);
}

TEST(Matcher, SaysWhichExpressionsAreLeftAlone) {
  const auto matcher = matcher_of({.failregex = {"^(?:a+)+$ <HOST>", "^a+ <HOST>$"}});
  EXPECT_TRUE(matcher->quarantined().empty());
  for (int i = 0; i < 25; ++i) {
    EXPECT_EQ(feed(*matcher, std::string(60, 'a') + " 192.0.2.1").size(), 1U);
  }
  ASSERT_EQ(matcher->quarantined().size(), 1U);
  EXPECT_EQ(matcher->quarantined()[0].expression->origin.file, "filter.d/test.conf");
  EXPECT_EQ(matcher->statistics().limit_hits, 20U);
}

TEST(Matcher, AnOptionThatTheReaderRefusesIsAnErrorThatNamesItsPlace) {
  auto jail = jail_of({.failregex = {"bad <HOST>"}});
  jail.filter.datepattern = "^(";
  const auto nowhere = Matcher::make(jail, {}, noon);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().detail.find("date pattern"), 0U) << nowhere.error().detail;
  jail.origins["datepattern"] = {"filter.d/x.conf", 3};
  jail.origins["logtimezone"] = {"jail.conf", 9};
  EXPECT_EQ(Matcher::make(jail, {}, noon).error().detail,
            "filter.d/x.conf:3: " + nowhere.error().detail);
  jail.filter.datepattern.reset();
  jail.logtimezone = "Nowhere/At-all";
  EXPECT_EQ(Matcher::make(jail, {}, noon).error().detail.find("jail.conf:9: "), 0U);
}

TEST(Matcher, ABadExpressionIsAnErrorThatNamesItsPlace) {
  const auto made = Matcher::make(jail_of({.failregex = {"^(<HOST>"}}), {}, noon);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().detail.starts_with("filter.d/test.conf:1: Unable to compile"));
}

TEST(MatcherGroup, ReadsALineOnceForJailsThatReadAlike) {
  const auto first = matcher_of({.failregex = {"bad <HOST>$"}});
  const auto second = matcher_of({.failregex = {"worse <HOST>$"}});
  auto group = MatcherGroup::make({first.get(), second.get()}, noon).value();
  std::string seen;
  const auto at = group.feed("2005-08-14 09:00:00 worse 192.0.2.1",
                             noon,
                             [&](std::size_t which, std::vector<ban::Sighting>& sightings) {
                               seen += std::to_string(which) + " " + sightings[0].id;
                             });
  EXPECT_EQ(seen, "1 192.0.2.1");
  EXPECT_EQ(at, noon - seconds(3600));
  EXPECT_EQ(first->statistics().lines, 1U);
  EXPECT_EQ(first->reader().statistics().lines, 0U);
}

}  // namespace
}  // namespace spranga::guard
