#include "render/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/render/sample_pages.h"

namespace spranga::render {
namespace {

using testing::HasSubstr;
using testing::Not;
using words::Language;

const Style kept{.language = Language::english,
                 .making = {.time = "2026-11-25T13:20:11Z",
                            .version = "0.1.0",
                            .command = "spranga check mail.example.org --format html"}};

std::string page_of(const finding::Report& report, const Style& style = kept) {
  return html_report({&report, 1}, style);
}

/// How often `part` occurs.
int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

/// What follows the first place where `from` stands, up to the next `to`.
std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const auto begin = text.find(from);
  return begin == std::string::npos ? "" : text.substr(begin, text.find(to, begin) - begin);
}

TEST(HtmlReport, SaysTheVerdictFirstThenRulesChangesAndFindings) {
  const auto page = page_of(test::weak_postfix());
  std::size_t before = 0;
  for (const auto* part : {"<h1 id=\"t1-name\">mail.example.org",
                           "NEEDS UPGRADE",
                           "Passwords travel only over TLS",
                           "The fewest changes",
                           "Findings, worst first",
                           "This run",
                           "Full dialogues"}) {
    const auto at = page.find(part, before);
    ASSERT_NE(at, std::string::npos) << part;
    before = at;
  }
}

TEST(HtmlReport, GoesFromWorstToBest) {
  const auto page = page_of(test::weak_postfix());
  std::size_t before = page.find("Findings, worst first");
  for (const auto* word : {"FAIL</span>", "WARN</", "NOT-TESTED</", "INFO</", "PASS</"}) {
    const auto at = page.find(word, before);
    ASSERT_NE(at, std::string::npos) << word;
    before = at;
  }
}

TEST(HtmlReport, PutsWhatIsToBeCopiedAloneIntoABox) {
  auto report = test::weak_postfix();
  report.changes = {finding::RemedyId::require_tls12};
  report.findings[2].remedy = finding::RemedyId::require_tls12;
  const auto page = page_of(report);
  EXPECT_THAT(page,
              HasSubstr("<p class=\"file\">Postfix (main.cf)</p>\n<pre><code>"
                        "smtpd_tls_protocols = &gt;=TLSv1.2\n"
                        "smtpd_tls_mandatory_protocols = &gt;=TLSv1.2</code></pre>"));
  EXPECT_THAT(page,
              HasSubstr("<pre><code>spranga check mail.example.org --user alice@example.org"
                        "</code></pre>"));
}

TEST(HtmlReport, PointsFromAFindingToItsChangeAboveAndTellsItOnce) {
  const auto page = page_of(test::weak_postfix());
  EXPECT_EQ(count(page, "smtpd_tls_auth_only"), 1);
  EXPECT_THAT(page, HasSubstr("<a href=\"#t1-change-0\">"));
  EXPECT_THAT(page, HasSubstr("<li id=\"t1-change-0\">"));
}

TEST(HtmlReport, TellsACureThatIsNoChangeOnceInTheFindings) {
  auto report = test::weak_postfix();
  report.findings.push_back(report.findings[3]);
  EXPECT_EQ(count(page_of(report), "smtpd_tls_security_level=encrypt"), 1);
}

TEST(HtmlReport, SaysWhyACheckMattersOnce) {
  auto report = test::weak_postfix();
  report.findings.push_back(report.findings[2]);
  EXPECT_EQ(count(page_of(report), "A password sent without TLS can be read"), 1);
}

TEST(HtmlReport, HoldsTheEvidenceOfAFinding) {
  const auto page = page_of(test::weak_postfix());
  EXPECT_THAT(page, HasSubstr("<td>12.3</td><td>-&gt;</td><td><code>AUTH PLAIN</code></td></tr>"));
  EXPECT_THAT(page, HasSubstr("<code>334 \\x1B[2J\\xFF</code>"));
}

TEST(HtmlReport, SaysWhoMadeItWhenAndHowToRepeatIt) {
  const auto page = page_of(test::weak_postfix());
  for (const auto* part : {"<time datetime=\"2026-11-25T13:20:11Z\">2026-11-25T13:20:11Z</time>",
                           "spranga 0.1.0",
                           "<dd>198.51.100.7</dd>",
                           "<dd>q7x2</dd>",
                           "<dd>1 (S1: 1)</dd>",
                           "<code>spranga check mail.example.org --format html</code>"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(HtmlReport, LeavesOutWhatIsNotKnownOfItsMaking) {
  const auto page = page_of(test::weak_postfix(), {.language = Language::english});
  EXPECT_THAT(page, Not(HasSubstr("<time")));
  EXPECT_THAT(page, Not(HasSubstr("The same again")));
}

TEST(HtmlReport, OfNoConnectionSaysWhyAndJudgesNothing) {
  const auto page = page_of(test::unreachable());
  EXPECT_THAT(page, HasSubstr("NO CONNECTION"));
  EXPECT_THAT(page, HasSubstr("nothing listens"));
  EXPECT_THAT(page, Not(HasSubstr("The three rules")));
}

TEST(HtmlReport, WithoutFindingsSaysSo) {
  EXPECT_THAT(page_of(test::without_findings()), HasSubstr("No check has anything to report."));
}

TEST(HtmlReport, OfSeveralTargetsBeginsWithAllVerdicts) {
  const std::array reports = {test::weak_postfix(), test::unreachable(), test::protected_server()};
  const auto page = html_report(reports, kept);
  const auto overview = between(page, "<nav", "</nav>");
  EXPECT_THAT(overview, HasSubstr("<a href=\"#t1-top\">mail.example.org</a>"));
  EXPECT_THAT(overview, HasSubstr("<a href=\"#t2-top\">down.example.org</a>"));
  EXPECT_THAT(overview, HasSubstr("Rule 1: OK · Rule 2: OK · Rule 3: NOT ASKED"));
  EXPECT_EQ(count(overview, "Rule 1:"), 2) << "nothing is judged that was not reached";
  EXPECT_EQ(count(page, "<h1"), 1);
  EXPECT_THAT(page, HasSubstr("<h2 id=\"t3-name\">good.example.org</h2>"));
}

TEST(HtmlReport, NamesItsLanguage) {
  EXPECT_THAT(page_of(test::weak_postfix()), HasSubstr("<html lang=\"en\">"));
  auto style = kept;
  style.language = Language::italian;
  const auto page = page_of(test::weak_postfix(), style);
  EXPECT_THAT(page, HasSubstr("<html lang=\"it\">"));
  EXPECT_THAT(page, HasSubstr("Le tre regole"));
  EXPECT_THAT(page, Not(HasSubstr("The three rules")));
}

TEST(HtmlTimeline, HasALaneForEachConnectionThatSpoke) {
  const auto picture =
      between(page_of(test::with_dialogues()), "<section class=\"timeline\"", "</svg>\n<figcap");
  EXPECT_EQ(count(picture, "class=\"lane\""), 4);
  EXPECT_THAT(picture, HasSubstr("class=\"lane\">1 · port 587 · A1 A2 A3 A5 A6 S4 · TLS 1.3<"));
  EXPECT_THAT(picture, HasSubstr("in clear from 10 ms to 40 ms"));
  EXPECT_THAT(picture, HasSubstr("inside TLS from 40 ms to 70 ms: TLS 1.3"));
  EXPECT_EQ(count(picture, "class=\"tls\""), 2);
  EXPECT_EQ(count(picture, "class=\"address\">192.0.2.25</text>"), 2) << "before and after another";
}

TEST(HtmlTimeline, MarksAConnectionThatBrokeOff) {
  const auto page = page_of(test::with_dialogues());
  EXPECT_EQ(count(page, "class=\"cut\">×"), 1);
}

TEST(HtmlTimeline, LeavesTheBanTestToItsOwnPicture) {
  const auto picture =
      between(page_of(test::shut_for_long()), "<section class=\"timeline\"", "</svg>\n<figcap");
  EXPECT_EQ(count(picture, "class=\"lane\""), 4);
  EXPECT_THAT(picture, Not(HasSubstr("guess")));
}

TEST(HtmlTimeline, CountsTheLanesThatItLeavesOut) {
  const auto page = page_of(test::long_one());
  EXPECT_EQ(count(page, "class=\"lane\""), 60);
  EXPECT_THAT(page, HasSubstr("241 more connections"));
}

TEST(HtmlBan, TellsHowManyHowLongAndHow) {
  const auto page = page_of(test::with_ban(test::ban_returned()));
  EXPECT_THAT(
      page,
      HasSubstr(
          "Blocked after 5 wrong passwords. Shut for at least 9 min 58 s, at most 10 min 5 s."));
  EXPECT_THAT(page, HasSubstr("<dd>the connection is refused</dd>"));
  EXPECT_THAT(page, HasSubstr("<dd>25, 465, 587</dd>"));
}

TEST(HtmlBan, OfAPendingBlockDoesNotSayWhenItEnds) {
  const auto page = page_of(test::with_ban(test::ban_pending()));
  EXPECT_THAT(page, HasSubstr("it was still shut at the last look"));
  EXPECT_THAT(page, Not(HasSubstr("at most")));
  EXPECT_THAT(page, Not(HasSubstr("class=\"unsure\"")));
}

TEST(HtmlBan, WithoutABlockSaysHowManyWereTried) {
  const auto page = page_of(test::with_ban(test::ban_never()));
  EXPECT_THAT(page, HasSubstr("Not blocked: 11 wrong passwords"));
  EXPECT_THAT(page, Not(HasSubstr("class=\"block\"")));
}

TEST(HtmlBan, KnowsARangeWhereTheGuessesWereFast) {
  auto ban = test::ban_returned();
  ban.attempts = 3;
  ban.at_most = 5;
  EXPECT_THAT(page_of(test::with_ban(ban)), HasSubstr("Blocked after 3 to 5 wrong passwords."));
}

TEST(HtmlBan, DrawsEachGuessAndEachLook) {
  const auto page = page_of(test::with_ban(test::ban_pending()));
  EXPECT_EQ(count(page, "class=\"answered\""), 5);
  EXPECT_EQ(count(page, "class=\"cut\">×"), 1) << "the guess that met the shut door";
  EXPECT_EQ(count(page, "<circle class=\"shut\"") + count(page, "r=\"4.5\" class=\"shut\""), 4);
  EXPECT_THAT(page, HasSubstr("<title>guess 5 after 20.1 s, answered within 180 ms</title>"));
}

TEST(HtmlBan, DrawsALaneForEachPort) {
  const auto section =
      between(page_of(test::shut_for_long()), "<section class=\"ban\"", "</section>");
  EXPECT_THAT(section, HasSubstr("class=\"lane\">port 25</text>"));
  EXPECT_THAT(section, HasSubstr("class=\"lane\">port 587</text>"));
  EXPECT_THAT(section, HasSubstr("<title>opened before 11 min</title>"));
}

TEST(HtmlBan, WithoutACourseIsToldInWordsOnly) {
  const auto page = page_of(test::with_ban({.attempts = 5,
                                            .at_most = {},
                                            .kind = "421",
                                            .ports = {},
                                            .at_least_s = {},
                                            .at_most_s = {},
                                            .guesses = {},
                                            .looks = {}}));
  EXPECT_THAT(page, HasSubstr("Blocked after 5 wrong passwords."));
  EXPECT_THAT(page, Not(HasSubstr("class=\"stem\"")));
}

/// Writes all sample pages into `folder`, in both languages.
void write_pages(const std::filesystem::path& folder) {
  for (const auto& [name, reports] : test::sample_pages()) {
    for (const auto language : {Language::english, Language::italian}) {
      auto style = kept;
      style.language = language;
      std::ofstream(folder / (name + "." + std::string(words::tag_of(language)) + ".html"))
          << html_report(reports, style);
    }
  }
}

// check_page.py reads each page as XML and as HTML: well-formed, accessible, without a request.
TEST(HtmlPages, AreWellFormedAccessibleAndFetchNothing) {
  const auto folder =
      std::filesystem::path(testing::TempDir()) / ("spranga-pages-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  write_pages(folder);
  const auto command = std::string("python3 ") + SPRANGA_SOURCE_DIR +
                       "/tests/render/check_page.py " + folder.string() + "/*.html";
  EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
  std::filesystem::remove_all(folder);
}

// For tests/render/browser.py, which looks at the pages in a browser.
TEST(HtmlPages, AreWrittenWhereABrowserWantsThem) {
  const char* folder = std::getenv("SPRANGA_PAGES");  // NOLINT(concurrency-mt-unsafe)
  if (folder == nullptr) {
    GTEST_SKIP() << "SPRANGA_PAGES names no folder";
  }
  write_pages(folder);
}

}  // namespace
}  // namespace spranga::render
