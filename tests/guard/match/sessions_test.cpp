#include "guard/match/sessions.h"

#include <gtest/gtest.h>

#include "tests/guard/match/support.h"

namespace spranga::guard {
namespace {

using match_tests::Lines;
using match_tests::noon;
using std::chrono::minutes;

const match_tests::FilterText daemon = {
    .prefregex = "^<F-MLFID>d\\[\\d+\\]</F-MLFID>: <F-CONTENT>.+</F-CONTENT>$",
    .failregex = {"^<F-NOFAIL>connect</F-NOFAIL> <HOST>$",
                  "^failed(?: for <F-USER>\\w+</F-USER>)?$",
                  "^<F-MLFFORGET><F-MLFGAINED>accepted</F-MLFGAINED></F-MLFFORGET> "
                  "<F-USER>\\w+</F-USER>$",
                  "^<F-MLFFORGET>bye</F-MLFFORGET>$"}};

TEST(Sessions, AFailureHasTheAddressOfAnEarlierLine) {
  Lines lines(daemon);
  EXPECT_EQ(lines.ids("d[1]: connect 192.0.2.1"), "");
  EXPECT_EQ(lines.ids("d[2]: connect 192.0.2.2"), "");
  EXPECT_EQ(lines.ids("d[1]: failed for alice"), "192.0.2.1");
  EXPECT_EQ(lines.ids("d[2]: failed"), "192.0.2.2");
  EXPECT_EQ(lines.ids("d[3]: failed"), "");
}

TEST(Sessions, ContextLinesComeAlongAsMatches) {
  Lines lines(daemon);
  lines.feed("d[1]: connect 192.0.2.1");
  const auto hits = lines.feed("d[1]: failed for alice");
  ASSERT_EQ(hits.size(), 1U);
  ASSERT_EQ(hits[0].failure.matches.size(), 2U);
  EXPECT_EQ(hits[0].failure.matches[0].after, "d[1]: connect 192.0.2.1");
}

TEST(Sessions, AFailureWithoutAddressWaitsForIt) {
  Lines lines(daemon);
  EXPECT_EQ(lines.ids("d[1]: failed for alice"), "");
  EXPECT_EQ(lines.ids("d[1]: connect 192.0.2.1"), "192.0.2.1");
}

TEST(Sessions, ASuccessForgivesWhatIsPending) {
  Lines lines(daemon);
  lines.feed("d[1]: failed for alice");
  EXPECT_EQ(lines.ids("d[1]: accepted alice"), "");
  EXPECT_EQ(lines.ids("d[1]: connect 192.0.2.1"), "");
}

TEST(Sessions, ASuccessAfterAnotherUsersFailureIsAFailure) {
  Lines lines(daemon);
  lines.feed("d[1]: connect 192.0.2.1");
  lines.feed("d[1]: failed for alice");
  EXPECT_EQ(lines.ids("d[1]: accepted bob"), "192.0.2.1");
}

TEST(Sessions, AForgottenSessionLendsItsAddressNoMore) {
  Lines lines(daemon);
  lines.feed("d[1]: connect 192.0.2.1");
  EXPECT_EQ(lines.ids("d[1]: bye"), "192.0.2.1");
  EXPECT_EQ(lines.ids("d[1]: failed"), "");
}

TEST(Sessions, FiveMinutesAfterItsFirstLineASessionIsOver) {
  Lines lines(daemon);
  lines.feed("d[1]: connect 192.0.2.1", noon);
  EXPECT_EQ(lines.ids("d[1]: failed", noon + minutes(4)), "192.0.2.1");
  EXPECT_EQ(lines.ids("d[1]: failed", noon + minutes(5)), "");
}

TEST(Sessions, FiveHundredAtOnceAreKept) {
  Lines lines(daemon);
  for (int i = 0; i < 500; ++i) {
    lines.feed("d[" + std::to_string(i) + "]: connect 192.0.2." + std::to_string(i % 250));
  }
  EXPECT_EQ(lines.ids("d[0]: failed"), "192.0.2.0");
}

TEST(Sessions, TooManyBytesAndTheOldestGo) {
  Sessions sessions(true);
  const std::string long_text(100'000, 'x');
  for (int i = 0; i < 2'000; ++i) {
    Failure fresh;
    fresh.set("user", std::to_string(i));
    static_cast<void>(sessions.merge(std::to_string(i), fresh, {{"", "", long_text}}, noon));
  }
  EXPECT_LT(sessions.size(), 400U);
  EXPECT_GT(sessions.dropped(), 1'600U);
}

TEST(Sessions, OneSessionsLinesAreBoundedToo) {
  Sessions sessions(true);
  std::shared_ptr<Failure> merged;
  for (int i = 0; i < 5'000; ++i) {
    Failure fresh;
    fresh.set("nofail", "x");
    merged = sessions.merge("1", fresh, {{"", "", std::string(1'000, 'x')}}, noon);
  }
  EXPECT_LT(merged->nofail_matches.size(), 400U);
}

}  // namespace
}  // namespace spranga::guard
