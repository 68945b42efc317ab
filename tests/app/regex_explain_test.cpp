#include "app/regex_explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/regex_trial.h"

namespace spranga::app {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> explained(const ban::FilterSpec& filter,
                                   const std::string& encoding = "utf-8") {
  const auto pipeline = guard::Pipeline::make(filter, {});
  guard::ReaderSettings settings;
  settings.encoding = encoding;
  const auto reader = guard::LineReader::make(settings, ban::Instant());
  return explain_scan(**pipeline, **reader);
}

constexpr auto by_words =
    "The words are looked for in whole blocks of the log; lines without them are not looked at.";

TEST(RegexExplain, TellsTheWordsThatALineMustHold) {
  ban::FilterSpec filter;
  filter.failregex = {{"^(?:bad|wrong) password .* from <HOST>", {"filter.d/a.conf", 7}}};
  EXPECT_THAT(explained(filter),
              ElementsAre("failregex 1 (filter.d/a.conf:7): tried on lines that hold "
                          "\"bad password \" or \"wrong password \"",
                          by_words));
}

TEST(RegexExplain, TellsWhatPrefregexKeepsAway) {
  ban::FilterSpec filter;
  filter.prefregex = ban::Expression{"^(?:warning|disconnect): <F-CONTENT>.+</F-CONTENT>$", {}};
  filter.failregex = {{"^from <HOST>", {}}};
  EXPECT_THAT(explained(filter),
              ElementsAre("prefregex: tried on lines that hold \"warning: \" or \"disconnect: \"",
                          "failregex 1: tried on lines that prefregex may let through",
                          by_words));
}

TEST(RegexExplain, TellsWhenEveryLineIsLookedAt) {
  ban::FilterSpec filter;
  filter.failregex = {{"^\\w+ <HOST>$", {}}};
  EXPECT_THAT(
      explained(filter),
      ElementsAre("failregex 1: needs no word, tried on every line",
                  "Every line is looked at: the filter reads several lines at once, or has an "
                  "expression that needs no word."));
  filter.failregex = {{"^login failed <HOST>$", {}}};
  EXPECT_EQ(explained(filter, "utf-16").back(),
            "Every line is looked at: in this encoding the words may be other bytes.");
  filter.maxlines = 2;
  EXPECT_NE(explained(filter).back(), by_words);
}

TEST(RegexExplain, TellsOnHowManyLinesAnExpressionWasTriedAndWhatThatCost) {
  ban::FilterSpec filter;
  filter.failregex = {{"^bad password from <HOST>$", {"filter.d/a.conf", 7}},
                      {"^wrong user from <HOST>$", {}}};
  replay::TrialSettings settings;
  settings.timed = true;
  settings.check_all = false;
  auto trial = replay::RegexTrial::make(filter, std::move(settings), ban::Instant(), {});
  ASSERT_TRUE(trial);
  for (const auto* line : {"bad password from 192.0.2.1", "nothing", "bad password from x y"}) {
    (*trial)->feed(line);
  }
  const auto told = explain_cost((*trial)->pipeline(), 3);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_THAT(told[0],
              testing::MatchesRegex("failregex 1 \\(filter.d/a.conf:7\\): tried on 2 of 3 lines, "
                                    "[0-9]+ ns each: [0-9]+\\.[0-9] ns a line"));
  EXPECT_EQ(told[1], "failregex 2: tried on none of 3 lines");
}

}  // namespace
}  // namespace spranga::app
