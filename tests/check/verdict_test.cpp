#include "check/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::check {
namespace {

using enum finding::Status;
using finding::Confidence;
using finding::Finding;
using finding::Report;
using finding::RuleState;
using finding::Status;
using finding::Verdict;

Finding finding_of(std::string_view id, Status status, Confidence confidence = Confidence::proven) {
  Finding out;
  out.id = id;
  out.status = status;
  out.confidence = confidence;
  out.summary = {words::Word::lost_here, {std::string(id)}};
  if (status == fail) {
    out.remedy = finding::find_check(id)->remedy;
  }
  return out;
}

Report judged(std::vector<Finding> findings, const CheckSettings& settings = {}) {
  Report report;
  report.target = "mail.example.org";
  report.findings = std::move(findings);
  judge(report, settings);
  return report;
}

RuleState rule_1(const Finding& finding) {
  return judged({finding_of("A1", pass), finding}).rules[0].state;
}

TEST(Rule, IsSettledByItsMustChecksAlone) {
  struct Row {
    Status status;
    Confidence confidence;
    RuleState state;
  };

  for (const auto& [status, confidence, state] :
       {Row{pass, Confidence::proven, RuleState::ok},
        Row{pass, Confidence::likely, RuleState::ok},
        Row{pass, Confidence::indirect, RuleState::unknown},
        Row{info, Confidence::proven, RuleState::ok},
        Row{warn, Confidence::proven, RuleState::ok},
        Row{warn, Confidence::indirect, RuleState::unknown},
        Row{fail, Confidence::proven, RuleState::no},
        Row{fail, Confidence::likely, RuleState::no},
        Row{fail, Confidence::indirect, RuleState::unknown},
        Row{not_tested, Confidence::proven, RuleState::unknown}}) {
    EXPECT_EQ(rule_1(finding_of("A2", status, confidence)), state)
        << static_cast<int>(status) << static_cast<int>(confidence);
    // A should-check and one beyond the rules never change it.
    for (const auto* id : {"A3", "A8", "X11"}) {
      EXPECT_EQ(rule_1(finding_of(id, status, confidence)), RuleState::ok) << id;
    }
  }
}

TEST(Rule, WithoutAnyPassIsUnknown) {
  EXPECT_EQ(judged({}).rules[0].state, RuleState::unknown);
  EXPECT_EQ(judged({finding_of("A1", info)}).rules[0].state, RuleState::unknown);
  EXPECT_EQ(judged({finding_of("A3", pass)}).rules[0].state, RuleState::unknown);
  EXPECT_FALSE(judged({}).rules[0].open.empty());
}

TEST(Rule, IsNoWhateverElseIsOpen) {
  const auto report =
      judged({finding_of("A1", not_tested), finding_of("A2", fail), finding_of("A5", pass)});
  EXPECT_EQ(report.rules[0].state, RuleState::no);
  EXPECT_TRUE(report.rules[0].open.empty());
}

TEST(Rule, TellsWhatKeepsItOpenAndWhatPassed) {
  const auto report =
      judged({finding_of("A1", pass), finding_of("A2", not_tested), finding_of("A5", pass)});
  ASSERT_EQ(report.rules[0].open.size(), 1U);
  EXPECT_EQ(report.rules[0].open[0].values[0], "A2");
  ASSERT_EQ(report.rules[0].in_favour.size(), 1U);
  EXPECT_EQ(report.rules[0].in_favour[0].values[0], "A1, A5");
}

TEST(Rule, TellsTheCommandThatSettlesIt) {
  auto needs_login = finding_of("S2", not_tested);
  needs_login.summary = {words::Word::s2_needs_user, {}};
  const auto report = judged({finding_of("S1", pass), needs_login});
  EXPECT_THAT(report.rules[1].settle_command,
              ::testing::HasSubstr("spranga check mail.example.org"));
  EXPECT_THAT(report.rules[1].settle_command, ::testing::HasSubstr("--user"));
}

TEST(RuleThree, IsNeverOkAndABlockSpeaksForIt) {
  const auto report = judged({finding_of("G5", info)});
  EXPECT_EQ(report.rules[2].state, RuleState::unknown);
  EXPECT_FALSE(report.rules[2].in_favour.empty());
}

std::vector<Finding> all_good() {
  return {finding_of("A2", pass), finding_of("S1", pass)};
}

TEST(Verdict, IsNotProvenWhileARuleIsUnknown) {
  EXPECT_EQ(judged(all_good()).verdict, Verdict::not_proven);
}

TEST(Verdict, IsAboutTheRulesThatWereAskedFor) {
  CheckSettings settings;
  settings.rules = {1, 2};
  EXPECT_EQ(judged(all_good(), settings).verdict, Verdict::is_protected);
  EXPECT_FALSE(judged(all_good(), settings).rules[2].asked);
  settings.rules = {2};
  auto findings = all_good();
  findings.push_back(finding_of("A2", fail));
  EXPECT_EQ(judged(findings, settings).verdict, Verdict::is_protected);
}

TEST(Verdict, IsNeedsUpgradeWhereOneRuleIsNo) {
  for (const auto* id : {"A1", "A2", "A4", "A5", "A6", "S1", "S2", "S4"}) {
    auto findings = all_good();
    findings.push_back(finding_of(id, fail, Confidence::likely));
    const auto report = judged(findings);
    EXPECT_EQ(report.verdict, Verdict::needs_upgrade) << id;
    EXPECT_EQ(report.changes.size(), 1U) << id;
  }
}

TEST(Verdict, OfEveryCombinationIsProtectedOnlyWhereNothingIsOpen) {
  CheckSettings settings;
  settings.rules = {1, 2};
  for (const auto first : {pass, fail, warn, info, not_tested}) {
    for (const auto second : {pass, fail, warn, info, not_tested}) {
      for (const auto confidence : {Confidence::proven, Confidence::likely, Confidence::indirect}) {
        const auto report = judged({finding_of("A1", pass),
                                    finding_of("S4", pass),
                                    finding_of("A2", first, confidence),
                                    finding_of("S1", second, confidence)},
                                   settings);
        const bool bad =
            first == fail || second == fail || first == not_tested || second == not_tested;
        EXPECT_FALSE(bad && report.verdict == Verdict::is_protected);
        const bool no = (first == fail || second == fail) && confidence != Confidence::indirect;
        EXPECT_EQ(report.verdict == Verdict::needs_upgrade, no);
      }
    }
  }
}

TEST(Changes, AreOneACauseAndLeaveOutWhatDoesNotDecide) {
  auto on_another_port = finding_of("A2", fail);
  on_another_port.where.port = 25;
  const auto report = judged({finding_of("A2", fail),
                              on_another_port,
                              finding_of("A3", fail),
                              finding_of("S1", fail, Confidence::indirect)});
  EXPECT_THAT(report.changes, ::testing::ElementsAre(finding::RemedyId::auth_only_over_tls));
}

}  // namespace
}  // namespace spranga::check
