#include "guard/match/pipeline.h"

#include <gtest/gtest.h>

#include "tests/guard/match/support.h"

namespace spranga::guard {
namespace {

using match_tests::filter_of;
using match_tests::FilterText;
using match_tests::Lines;

TEST(Pipeline, TheFirstExpressionThatMatchesWins) {
  Lines lines({.failregex = {"^bad <HOST>", "^b.. <HOST> x"}});
  const auto hits = lines.feed("bad 192.0.2.1 x");
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].regex_index, 0);
  EXPECT_EQ(hits[0].id, "192.0.2.1");
}

TEST(Pipeline, CheckingAllGivesEveryExpressionsHit) {
  Lines lines({.failregex = {"^bad <HOST>", "^no <HOST>", "^b.. <HOST> x"}}, {.check_all = true});
  const auto hits = lines.feed("bad 192.0.2.1 x");
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[1].regex_index, 2);
}

TEST(Pipeline, AnInvalidAddressIsStillAnId) {
  Lines lines({.failregex = {"^bad <HOST>$"}});
  EXPECT_EQ(lines.ids("bad 999.1.1.1"), "999.1.1.1");
}

TEST(Pipeline, MappedAddressesAreFolded) {
  Lines lines({.failregex = {"^bad <HOST>$"}});
  EXPECT_EQ(lines.ids("bad ::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(lines.ids("bad [2001:DB8::1]"), "2001:db8::1");
}

TEST(Pipeline, NamesAreResolvedWhereUsednsSaysSo) {
  PipelineSettings settings;
  settings.resolve = [](std::string_view name) {
    return name == "a.example" ? std::vector<std::string>{"192.0.2.1", "2001:db8::1"}
                               : std::vector<std::string>{};
  };
  Lines lines({.failregex = {"^bad <HOST>$"}}, settings);
  EXPECT_EQ(lines.ids("bad a.example"), "192.0.2.1 2001:db8::1");
  EXPECT_EQ(lines.ids("bad b.example"), "");
}

TEST(Pipeline, WithoutDnsNamesDoNotMatch) {
  Lines lines({.failregex = {"^bad <HOST>$"}}, {.usedns = ban::UseDns::no});
  EXPECT_EQ(lines.ids("bad a.example"), "");
  EXPECT_EQ(lines.ids("bad 192.0.2.1"), "192.0.2.1");
}

TEST(Pipeline, RawNamesStayNames) {
  Lines lines({.failregex = {"^bad <HOST>$"}}, {.usedns = ban::UseDns::raw});
  EXPECT_EQ(lines.ids("bad a.example"), "a.example");
}

TEST(Pipeline, AnOwnIdWinsOverTheAddressWhichIsKept) {
  Lines lines({.failregex = {"^bad <F-ID>\\w+</F-ID> <HOST>$"}});
  const auto hits = lines.feed("bad alice 192.0.2.1");
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].id, "alice");
  EXPECT_EQ(*hits[0].failure.text("ip"), "192.0.2.1");
}

TEST(Pipeline, AnOwnIdThatEqualsTheAddressIsTheAddress) {
  Lines lines({.failregex = {"^bad <F-ID><IP4></F-ID>$"}});
  const auto hits = lines.feed("bad 192.0.2.1");
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].id, "192.0.2.1");
  EXPECT_EQ(hits[0].failure.find("ip"), nullptr);
}

TEST(Pipeline, PartsOfATupleMakeTheId) {
  Lines lines({.failregex = {"^bad <F-ID>\\S+</F-ID> <F-TUPLE_ID>\\w+</F-TUPLE_ID>$"}});
  EXPECT_EQ(lines.ids("bad 192.0.2.1 alice"), "('192.0.2.1', 'alice')");
}

TEST(Pipeline, AlternativesFillAnEmptyUser) {
  Lines lines({.failregex = {"^bad <F-USER>\\w*</F-USER>/<F-ALT_USER>\\w*</F-ALT_USER> <HOST>$"}});
  EXPECT_EQ(*lines.feed("bad /bob 192.0.2.1")[0].failure.text("user"), "bob");
  EXPECT_EQ(*lines.feed("bad al/bob 192.0.2.1")[0].failure.text("user"), "al");
}

TEST(Pipeline, NetworksComeFromSubnetTags) {
  Lines lines({.failregex = {"^bad <SUBNET>$"}});
  EXPECT_EQ(lines.ids("bad 192.0.2.77/24"), "192.0.2.0/24");
  EXPECT_EQ(lines.ids("bad 192.0.2.77"), "192.0.2.77");
}

TEST(Pipeline, PrefregexMustMatchAndItsContentIsWhatFailregexSees) {
  Lines lines({.prefregex = "^\\S+ d\\[<F-MLFID>\\d+</F-MLFID>\\]: <F-CONTENT>.+</F-CONTENT>$",
               .failregex = {"^bad <HOST>$"}});
  EXPECT_EQ(lines.ids("h d[7]: bad 192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(lines.ids("bad 192.0.2.1"), "");
  EXPECT_FALSE(lines.pipeline().prefregex_matched());
}

TEST(Pipeline, PrefregexIsOnlyTriedForItsOwnSakeWhereSomebodyCountsIt) {
  const FilterText filter{.prefregex = "^d: <F-CONTENT>.+</F-CONTENT>$",
                          .failregex = {"^bad <HOST>$", "^(?:worse|worst) \\S+ <HOST>$"},
                          .weakregex = {"^odd <HOST>$"}};
  Lines counted(filter);
  Lines uncounted(filter, {.note_prefix = false});
  for (const auto* line : {"d: bad 192.0.2.1", "d: worst x 192.0.2.2", "d: odd 192.0.2.3"}) {
    EXPECT_EQ(uncounted.ids(line), counted.ids(line));
    EXPECT_NE(uncounted.ids(line), "");
    EXPECT_TRUE(uncounted.pipeline().prefregex_matched());
  }
  EXPECT_EQ(counted.ids("d: good"), "");
  EXPECT_TRUE(counted.pipeline().prefregex_matched());
}

TEST(Pipeline, IgnoreregexSeesTheWholeLineOnlyWhereItIsTriedFirst) {
  const std::vector<std::string> many = {"^bad <HOST>$", "^b1 <HOST>", "^b2 <HOST>", "^b3 <HOST>"};
  const std::string prefix = "^h: <F-CONTENT>.+</F-CONTENT>$";
  Lines first({.prefregex = prefix, .failregex = many, .ignoreregex = {"^h: bad"}});
  EXPECT_EQ(first.ids("h: bad 192.0.2.1"), "");
  EXPECT_TRUE(first.pipeline().ignored_last());
  Lines after({.prefregex = prefix, .failregex = {"^bad <HOST>$"}, .ignoreregex = {"^h: bad"}});
  EXPECT_EQ(after.ids("h: bad 192.0.2.1"), "192.0.2.1");
}

TEST(Pipeline, WeakExpressionsAreTriedLast) {
  Lines lines({.failregex = {"^bad <HOST>$"}, .weakregex = {"<HOST>$"}});
  const auto strong = lines.feed("bad 192.0.2.1");
  ASSERT_EQ(strong.size(), 1U);
  EXPECT_FALSE(strong[0].weak);
  const auto weak = lines.feed("odd 192.0.2.1");
  ASSERT_EQ(weak.size(), 1U);
  EXPECT_TRUE(weak[0].weak);
}

TEST(Pipeline, LinesThatBelongTogetherAreFoundInTheBuffer) {
  Lines lines({.failregex = {"^start <HOST>$<SKIPLINES>^fail$"}, .maxlines = 3});
  EXPECT_EQ(lines.ids("start 192.0.2.1"), "");
  EXPECT_EQ(lines.ids("noise"), "");
  const auto hits = lines.feed("fail");
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].failure.matches.size(), 2U);
  ASSERT_EQ(lines.pipeline().buffer().size(), 1U);
  EXPECT_EQ(lines.pipeline().buffer()[0].after, "noise");
}

TEST(Pipeline, AnExpressionWithoutAnIdIsAnErrorThatNamesItsPlace) {
  const auto filter = filter_of({.failregex = {"^ok <HOST>", "no id"}});
  const auto made = Pipeline::make(filter, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().detail, "filter.d/test.conf:2: No failure-id group in 'no id'");
}

TEST(Pipeline, AnExpressionThatRunsAwayIsStoppedAndTheOthersStillSeeTheLine) {
  Lines lines({.failregex = {"^(?:a+)+$ <HOST>", "^a+ <HOST>$"}});
  const auto hostile = std::string(60, 'a') + " 192.0.2.1";
  EXPECT_EQ(lines.ids(hostile), "192.0.2.1");
  EXPECT_EQ(lines.pipeline().limit_hits(), 1U);
}

TEST(Expression, IsNotStoppedWhereALookAtTheTextSaysThatItDoesNotMatch) {
  const ban::Expression source{"^x: (?:a+)+$ at <HOST> or (?:one|other) word", {}};
  auto expression = *CompiledExpression::compile(source, {});
  Searches searches;
  const auto hostile = "x: " + std::string(60, 'a') + " rod at ";
  EXPECT_FALSE(expression.search(hostile, searches, match_tests::noon));
  EXPECT_EQ(searches.stopped(), 0U);
  EXPECT_EQ(expression.limit_hits(), 0U);
  EXPECT_FALSE(expression.search(hostile + " or one word", searches, match_tests::noon));
  EXPECT_EQ(searches.stopped(), 1U);
  EXPECT_EQ(expression.limit_hits(), 1U);
}

TEST(Pipeline, AnExpressionThatRunsAwayAgainAndAgainIsLeftAloneForAWhile) {
  Lines lines({.failregex = {"^(?:a+)+$ <HOST>", "^a+ <HOST>$"}});
  const auto hostile = std::string(60, 'a') + " 192.0.2.1";
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(lines.ids(hostile), "192.0.2.1");
  }
  EXPECT_EQ(lines.pipeline().limit_hits(), CompiledExpression::hits_to_quarantine);
  EXPECT_TRUE(lines.pipeline().failregex()[0].in_quarantine());
  EXPECT_EQ(lines.ids(hostile, match_tests::noon + std::chrono::hours(1)), "192.0.2.1");
  EXPECT_EQ(lines.pipeline().limit_hits(), CompiledExpression::hits_to_quarantine + 1);
}

TEST(Pipeline, AVeryLongLineThatShouldMatchDoes) {
  Lines lines({.failregex = {"^user .* from <HOST>$", "user \\S+ at <HOST>"}});
  EXPECT_EQ(lines.ids("user " + std::string(1 << 20, 'x') + " from 192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(lines.ids(std::string(1 << 20, 'x') + " user alice at 192.0.2.1"), "192.0.2.1");
  Lines tempered({.failregex = {"^for <F-USER>(?:(?! from ).)*?</F-USER> from <HOST>$"}});
  EXPECT_EQ(tempered.ids("for " + std::string(1 << 20, 'x') + " from 192.0.2.1"), "192.0.2.1");
}

}  // namespace
}  // namespace spranga::guard
