#include "app/regex_explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace spranga::app
