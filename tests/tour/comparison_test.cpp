#include "tour/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::tour {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string report(const std::string& findings) {
  return R"({"verdict":"not_proven","rules":{"1":{"state":"no"},"2":{"state":"ok"},"3":{"state":"unknown"}},"findings":[)" +
         findings + "]}";
}

std::string finding(const std::string& id, const std::string& status) {
  return R"({"id":")" + id + R"(","status":")" + status + R"("})";
}

TEST(Comparison, TakesTheWorstOfAllPorts) {
  const auto summary = summarise(report(finding("A2", "pass") + "," + finding("A2", "fail")));
  ASSERT_TRUE(summary);
  EXPECT_THAT(failing(*summary), ElementsAre("A2"));
  EXPECT_THAT(summary->rules, ElementsAre("no", "ok", "unknown"));
}

TEST(Comparison, SaysAStateInTheWordsOfTheReport) {
  EXPECT_EQ(said_state("not_tested"), "NOT-TESTED");
  EXPECT_EQ(said_state("unknown"), "UNKNOWN");
  EXPECT_EQ(said_state("something else"), "something else");
}

TEST(Comparison, NamesWhatGotBetterAndNothingElse) {
  const auto before = summarise(
      report(finding("A2", "fail") + "," + finding("S2", "fail") + "," + finding("A1", "pass")));
  const auto after = summarise(
      report(finding("A2", "pass") + "," + finding("S2", "fail") + "," + finding("A1", "fail")));
  ASSERT_TRUE(before && after);
  const auto changes = improvements(*before, *after);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].id, "A2");
  EXPECT_EQ(changes[0].before, "fail");
  EXPECT_EQ(changes[0].after, "pass");
}

TEST(Comparison, ACheckThatIsMissingAfterwardsIsNoImprovement) {
  const auto before = summarise(report(finding("A2", "fail")));
  const auto after = summarise(report(""));
  ASSERT_TRUE(before && after);
  EXPECT_THAT(improvements(*before, *after), IsEmpty());
}

TEST(Comparison, RefusesWhatIsNoReport) {
  EXPECT_FALSE(summarise("not json"));
  EXPECT_FALSE(summarise("{}"));
}

}  // namespace

TEST(Measured, IsARangeWhereTheLastAnswerWasCutOff) {
  constexpr auto document = R"({"ban": {"attempts": 4, "attempts_at_most": %s,
                                "lasted": {"at_least_s": 11, "at_most_s": 13}}})";
  const auto with = [&](std::string_view at_most) {
    std::string text = document;
    return text.replace(text.find("%s"), 2, at_most);
  };
  EXPECT_EQ(measured(with("5"))->attempts_at_most, 5);
  EXPECT_EQ(measured(with("null"))->attempts_at_most, 4);
  EXPECT_EQ(measured(with("5"))->attempts, 4);
  EXPECT_FALSE(measured(with("\"five\"")));
}

}  // namespace spranga::tour
