#include "render/text_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "render/render.h"
#include "render/wrap.h"
#include "tests/render/golden.h"
#include "tests/render/sample_reports.h"

namespace spranga::render {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string text_of(const finding::Report& report, const Style& style = {}) {
  return text_report({&report, 1}, style);
}

TEST(TextReport, LooksAsAgreed) {
  EXPECT_EQ(text_of(test::weak_postfix()), test::golden("weak.txt", text_of(test::weak_postfix())));
}

TEST(TextReport, SaysNoFaultFoundWhereNothingFailedButNotAllIsProven) {
  EXPECT_THAT(text_of(test::faultless()), HasSubstr("NO FAULT FOUND\n"));
}

TEST(TextReport, SaysNotProvenWhereAFaultIsThereThatDoesNotDecide) {
  auto report = test::weak_postfix();
  report.verdict = finding::Verdict::not_proven;
  EXPECT_THAT(text_of(report), HasSubstr("NOT PROVEN\n"));
}

TEST(TextReport, SaysProtected) {
  EXPECT_THAT(text_of(test::protected_server()), HasSubstr("PROTECTED\n"));
  EXPECT_THAT(text_of(test::protected_server()), HasSubstr("NOT ASKED\n"));
}

TEST(TextReport, ShowsTheRulesBeforeAnyFinding) {
  const auto text = text_of(test::weak_postfix());
  EXPECT_LT(text.find("Rule 3"), text.find("FAIL"));
  EXPECT_LT(text.find("Rule 1"), text.find("Rule 2"));
}

TEST(TextReport, GoesFromWorstToBest) {
  const auto text = text_of(test::weak_postfix());
  std::size_t before = 0;
  for (const auto* word : {"\nFAIL ", "\nWARN ", "\nNOT-TESTED ", "\nINFO ", "\nPASS "}) {
    const auto at = text.find(word);
    ASSERT_NE(at, std::string::npos) << word;
    EXPECT_GT(at, before) << word;
    before = at;
  }
}

TEST(TextReport, PutsAFaultThatDecidesBeforeOneThatAdvises) {
  auto report = test::weak_postfix();
  report.findings[3].status = finding::Status::fail;  // A3, before A4 in the catalogue
  report.findings.push_back(test::found("A4", finding::Status::fail, test::at(587), "TLS 1.0"));
  const auto text = text_of(report);
  EXPECT_LT(text.find("A4  "), text.find("A3  "));
}

TEST(TextReport, SaysWhyAndFixOfACheckOnce) {
  auto report = test::weak_postfix();
  auto again = report.findings[2];
  again.where = test::at(587);
  report.findings.push_back(again);
  const auto text = text_of(report);
  const auto findings = text.substr(text.find("Findings"));
  const auto count = [&findings](std::string_view part) {
    int found = 0;
    for (auto at = findings.find(part); at != std::string::npos; at = findings.find(part, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count("FAIL       A2"), 2);
  EXPECT_EQ(count("Why: A password sent without TLS"), 1);
  EXPECT_EQ(count("smtpd_tls_auth_only"), 1);
}

TEST(TextReport, NamesTheAddressWhereMoreThanOneWasTested) {
  auto report = test::weak_postfix();
  EXPECT_THAT(text_of(report), HasSubstr("really refused · port 25\n"));
  report.hosts.push_back(report.hosts[0]);
  EXPECT_THAT(text_of(report), HasSubstr("really refused · 192.0.2.25 port 25\n"));
}

TEST(TextReport, GivesTheCommandThatSettlesAnOpenRuleOnALineOfItsOwn) {
  EXPECT_THAT(text_of(test::weak_postfix()),
              HasSubstr("  spranga check mail.example.org --user alice@example.org\n"));
}

TEST(TextReport, PutsThePassesOfACheckOnOneLine) {
  EXPECT_THAT(text_of(test::weak_postfix()),
              HasSubstr("A1  Submission offers login over TLS · 587 (TLS), 465 (TLS)"));
}

TEST(TextReport, CountsTheNoiseByProbe) {
  EXPECT_THAT(text_of(test::weak_postfix()), HasSubstr(": 1 (S1: 1)"));
}

TEST(TextReport, LetsNoByteOfTheServerReachTheTerminal) {
  const auto text = text_of(test::weak_postfix(), {.verbose = true});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("334 \\x1B[2J\\xFF"));
}

TEST(TextReport, EscapesAServersWordsOnceOnly) {
  auto report = test::weak_postfix();
  report.rules[1].open = {test::said("it said \x01")};
  report.trouble = test::said("it said \x01");
  for (const auto& style : {Style{}, Style{.quiet = true}}) {
    const auto text = text_of(report, style);
    EXPECT_THAT(text, HasSubstr("it said \\x01"));
    EXPECT_THAT(text, Not(HasSubstr("\\\\x01")));
  }
}

TEST(TextReport, IsTheSameTextWithColour) {
  const auto coloured = text_of(test::weak_postfix(), {.colour = true});
  std::string plain;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b') {
      i = coloured.find('m', i);
    } else {
      plain += coloured[i];
    }
  }
  EXPECT_NE(plain, coloured);
  EXPECT_EQ(plain, text_of(test::weak_postfix()));
}

TEST(TextReport, KeepsToTheWidthExceptWhereALineIsCopiedFrom) {
  for (const int width : {60, 80, 132}) {
    std::istringstream lines(text_of(test::weak_postfix(), {.width = width}));
    for (std::string line; std::getline(lines, line);) {
      const bool to_copy = line.find("(conf.d") != std::string::npos ||
                           line.find("(main.cf") != std::string::npos ||
                           line.find("(master.cf") != std::string::npos ||
                           line.find("  spranga check") != std::string::npos;
      EXPECT_TRUE(to_copy || columns(line) <= static_cast<std::size_t>(width))
          << width << ": " << line;
    }
  }
}

TEST(TextReport, ShowsDialoguesOnlyWhenAskedTo) {
  EXPECT_THAT(text_of(test::weak_postfix()), Not(HasSubstr("220 mail.example.org")));
  EXPECT_THAT(text_of(test::weak_postfix(), {.verbose = true}), HasSubstr("220 mail.example.org"));
}

TEST(TextReport, SaysWhyNothingCouldBeReached) {
  const auto text = text_of(test::unreachable());
  EXPECT_THAT(text, HasSubstr("NO CONNECTION"));
  EXPECT_THAT(text, HasSubstr("nothing listens"));
  EXPECT_THAT(text, Not(HasSubstr("Rule 1")));
}

TEST(TextReport, QuietIsOneLineATarget) {
  const std::array reports = {test::weak_postfix(), test::unreachable()};
  const auto text = text_report(reports, {.quiet = true});
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_THAT(text,
              StartsWith("mail.example.org: NEEDS UPGRADE (rule 1 NO, rule 2 UNKNOWN, rule 3 "
                         "UNKNOWN, FAIL A2)\n"));
}

TEST(TextReport, GivesTheDirectivesOfTheServerThatIsThere) {
  const auto text = text_of(test::weak_postfix());
  EXPECT_THAT(text, HasSubstr("Postfix (main.cf): smtpd_tls_auth_only = yes"));
  EXPECT_THAT(text, Not(HasSubstr("Exim (")));
}

TEST(TextReport, ListsEveryProductWhereTheServersDiffer) {
  auto report = test::weak_postfix();
  report.findings[2].where.address = "192.0.2.26";
  report.findings.push_back(report.findings[2]);
  report.findings.back().where.address = "192.0.2.25";
  report.hosts.push_back(report.hosts[0]);
  report.hosts[1].address = "192.0.2.26";
  report.hosts[1].product = finding::Product::exim;
  const auto text = text_of(report);
  const auto changes =
      text.substr(text.find("The fewest changes"), text.find("Findings") - text.find("The fewest"));
  EXPECT_THAT(changes, HasSubstr("Postfix ("));
  EXPECT_THAT(changes, HasSubstr("Exim ("));
}

TEST(Formats, AreFoundByName) {
  ASSERT_NE(find_format("text"), nullptr);
  ASSERT_NE(find_format("json"), nullptr);
  EXPECT_EQ(find_format("yaml"), nullptr);
  EXPECT_EQ(formats().front().name, "text");
}

TEST(Explain, SaysRuleWeightMeaningMethodAndCure) {
  const auto text = explain(*finding::find_check("A2"), {});
  for (const auto* part : {"A2  ",
                           "Rule 1: ",
                           "breaks the rule",
                           "Why it matters",
                           "How it is tested",
                           "What helps",
                           "Exim (",
                           "Sendmail ("}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(ChecksPage, IsTheOneThatIsCommitted) {
  EXPECT_EQ(test::file_text("docs/checks.md"), catalogue_markdown(words::Language::english))
      << "run: spranga docs > docs/checks.md";
}

}  // namespace
}  // namespace spranga::render
