// The scripted server as it is without overrides: what the bad ones are compared with.
#include <gtest/gtest.h>

#include "tests/support/audited.h"

namespace spranga::check {
namespace {

using test::audit;
using test::Audited;
using test::Script;

TEST(ADecentServer, PassesEverythingThatAStrangerCanSee) {
  const auto run = audit({});
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
  for (const int port : {587, 465}) {
    EXPECT_EQ(run.status("A1", port), "pass");
    EXPECT_EQ(run.status("A4", port), "pass");
    EXPECT_EQ(run.status("S4", port), "pass");
  }
  for (const int port : {587, 25}) {
    EXPECT_EQ(run.status("A2", port), "pass");
    EXPECT_EQ(run.status("A5", port), "pass");
    EXPECT_EQ(run.status("A6", port), "pass");
  }
  EXPECT_EQ(run.status("S1", 25), "pass");
  EXPECT_EQ(run.rule(1), finding::RuleState::ok);
  EXPECT_EQ(run.rule(2), finding::RuleState::unknown);  // no login
}

TEST(ADecentServer, PassesWithALogin) {
  const auto run = audit({}, {.with_login = true});
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
  EXPECT_EQ(run.status("S2", 587), "pass");
  EXPECT_EQ(run.status("S2", 465), "pass");
  EXPECT_EQ(run.rule(2), finding::RuleState::ok);
  EXPECT_EQ(run.report.verdict, finding::Verdict::not_proven);  // rule 3
  EXPECT_EQ(run.message_bytes, 0U);
}

}  // namespace
}  // namespace spranga::check
