// A guard that shuts the door in mid-run: what is left is not tested, never failed, never passed.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "tests/support/audited.h"

namespace spranga::check {
namespace {

using finding::RuleState;
using test::audit;
using test::Dialogue;
using test::hang_up;
using test::Script;

bool has_g5(const test::Audited& run) {
  return std::any_of(run.report.findings.begin(), run.report.findings.end(), [](const auto& f) {
    return f.id == "G5";
  });
}

/// From the refused relay on, port 25 greets with these words and hangs up.
Script guarded_by(const std::string& words, std::atomic<bool>& banned) {
  Script script;
  script.on("RCPT", [&banned](const Dialogue& d) -> std::optional<test::Answer> {
    if (d.port == 25 && d.line.find("example.net") != std::string::npos) {
      banned = true;
    }
    return std::nullopt;
  });
  script.on("(connect)", [&banned, words](const Dialogue&) -> std::optional<test::Answer> {
    return banned ? std::optional(hang_up(words)) : std::nullopt;
  });
  return script;
}

class BlockAfterTheRelayProbe : public ::testing::TestWithParam<std::string> {};

TEST_P(BlockAfterTheRelayProbe, ByTheServerIsSeen) {
  std::atomic<bool> banned{false};
  const auto run = audit(guarded_by(GetParam(), banned),
                         {.settings = [](CheckSettings& s) { s.relay_forms = true; }});
  test::expect_sound(run);
  EXPECT_TRUE(has_g5(run));
  EXPECT_EQ(run.failures(), "");
  EXPECT_EQ(run.heard_count("RCPT TO:<spranga"), 1);  // no further form after the block
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         BlockAfterTheRelayProbe,
                         ::testing::Values("421 4.7.0 Too many errors from your address",
                                           "554 5.7.1 Go away",
                                           ""));

class BlockedByTheFirewall : public ::testing::TestWithParam<Errc> {};

TEST_P(BlockedByTheFirewall, AfterTheRelayProbeIsSeen) {
  std::atomic<bool> banned{false};
  Script script;
  script.on("RCPT", [&banned](const Dialogue& d) -> std::optional<test::Answer> {
    if (d.port == 25 && d.line.find("example.net") != std::string::npos) {
      banned = true;
    }
    return std::nullopt;
  });
  const auto run =
      audit(script,
            {.guard = [&](int, int) { return banned ? std::optional(GetParam()) : std::nullopt; }});
  test::expect_sound(run);
  EXPECT_TRUE(has_g5(run));
  EXPECT_EQ(run.failures(), "");
  EXPECT_EQ(run.status("S1", 25), "pass");
}

/// Whatever is refused from the n-th connection on: nothing fails that is sound, and no rule is OK
/// of which a part was not seen.
TEST_P(BlockedByTheFirewall, AtAnyConnectionMakesNoFalseVerdict) {
  const auto whole = audit({}, {.with_login = true});
  test::in_parallel(whole.connections, [&](int from) {
    const auto run = audit({}, {.with_login = true, .guard = [&](int, int so_far) {
                                  return so_far >= from ? std::optional(GetParam()) : std::nullopt;
                                }});
    test::expect_sound(run);
    EXPECT_EQ(run.failures(), "") << "from connection " << from;
    const bool last_ones = from >= whole.connections - 1;
    EXPECT_TRUE(run.rule(2) != RuleState::ok || last_ones) << "from connection " << from;
    for (const int port : {25, 465, 587}) {
      const bool seen = std::any_of(
          run.heard.begin(), run.heard.end(), [&](const auto& h) { return h.port == port; });
      EXPECT_TRUE(run.rule(1) != RuleState::ok || seen)
          << "from connection " << from << " port " << port;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         BlockedByTheFirewall,
                         ::testing::Values(Errc::refused, Errc::timeout));

TEST(Block, OfOnePortAloneWhileOthersAnswerIsAClosedPort) {
  const auto run = audit({}, {.guard = [](int port, int) {
                           return port == 465 ? std::optional(Errc::refused) : std::nullopt;
                         }});
  EXPECT_FALSE(has_g5(run));
  EXPECT_EQ(run.rule(1), RuleState::ok);
}

}  // namespace
}  // namespace spranga::check
