#include "replay/regex_trial.h"

#include <gtest/gtest.h>

#include "replay/regex_summary.h"

namespace spranga::replay {
namespace {

constexpr ban::Instant noon{std::chrono::seconds(1'124'013'600)};

ban::FilterSpec filter_of(std::vector<std::string> failregex, int maxlines = 1) {
  ban::FilterSpec filter;
  for (auto& pattern : failregex) {
    filter.failregex.push_back({std::move(pattern), {}});
  }
  filter.maxlines = maxlines;
  return filter;
}

TrialSettings settings() {
  TrialSettings made;
  made.reader.local = guard::Zone::fixed(0);
  return made;
}

TEST(RegexTrial, CountsLinesAndHits) {
  const auto filter = filter_of({"bad <HOST>$", "^b.. <HOST>$", "never <HOST>"});
  const auto trial = RegexTrial::make(filter, settings(), noon, {}).value();
  for (const auto* line : {"bad 192.0.2.1\n", "# comment\n", "\n", "good\n"}) {
    trial->feed(line);
  }
  EXPECT_EQ(trial->tested(), 2);
  EXPECT_EQ(trial->matched().count, 1);
  EXPECT_EQ(trial->missed().lines, std::vector<std::string>{"good"});
  EXPECT_EQ(trial->hits()[0].size(), 1U);
  EXPECT_EQ(trial->hits()[1].size(), 1U);
  EXPECT_TRUE(trial->hits()[2].empty());
}

TEST(RegexTrial, LinesThatWaitedForAMatchAreNotMissed) {
  const auto filter = filter_of({"^start <HOST>$<SKIPLINES>^fail$"}, 5);
  const auto trial = RegexTrial::make(filter, settings(), noon, {}).value();
  for (const auto* line : {"start 192.0.2.1\n", "noise\n", "fail\n"}) {
    trial->feed(line);
  }
  EXPECT_EQ(trial->matched().count, 2);
  EXPECT_EQ(trial->missed().lines, std::vector<std::string>{"noise"});
}

TEST(RegexTrial, RowsAreOfTheFirstExpressionThatMatches) {
  const auto filter = filter_of({"bad <HOST>$", "^b.. <HOST>$"});
  auto rows = settings();
  rows.for_rows = true;
  std::vector<std::size_t> numbers;
  const auto trial = RegexTrial::make(filter, rows, noon, [&](const LineHits& line) {
                       EXPECT_EQ(line.hits.size(), 1U);
                       numbers.push_back(line.line.number);
                     }).value();
  for (const auto* line : {"# comment\n", "bad 192.0.2.1\n", "good\n"}) {
    trial->feed(line);
  }
  EXPECT_EQ(numbers, std::vector<std::size_t>{2});
}

TEST(RegexSummary, LooksAsFail2banPrintsIt) {
  const auto filter = filter_of({"bad <HOST>$", "never <HOST>"});
  const auto trial = RegexTrial::make(filter, settings(), noon, {}).value();
  trial->feed("2005-08-14 10:00:00 bad 192.0.2.1\n");
  trial->feed("good\n");
  EXPECT_EQ(summary_of(*trial, filter, {}),
            "\nResults\n=======\n"
            "\nFailregex: 1 total\n"
            "|-  #) [# of hits] regular expression\n"
            "|   1) [1] bad <HOST>$\n"
            "`-\n"
            "\nIgnoreregex: 0 total\n"
            "\nDate template hits:\n"
            "|- [# of hits] date format\n"
            "|  [1] {^LN-BEG}ExYear(?P<_sep>[-/.])Month(?P=_sep)Day(?:T|  ?)24hour:Minute:Second"
            "(?:[.,]Microseconds)?(?:\\s*Zone offset)?\n"
            "`-\n"
            "\nLines: 2 lines, 0 ignored, 1 matched, 1 missed\n"
            "[processed in 0.00 sec]\n\n"
            "|- Missed line(s):\n|  good\n`-\n");
}

TEST(RegexSummary, HidesPasswordsInsideTheQuotesOfAGroup) {
  auto filter = filter_of({"from \\[<HOST>\\]"});
  filter.prefregex = {"^app <F-CONTENT>.+</F-CONTENT>$", {}};
  auto verbose = settings();
  verbose.keep_groups = true;
  const auto trial = RegexTrial::make(filter, verbose, noon, {}).value();
  trial->feed("app PREGREET 9 after 0.1 from [192.0.2.1]:9: EHLO me\\r\\nc2VjcmV0\\r\\n\n");
  SummarySettings shown;
  shown.verbose = true;
  EXPECT_NE(summary_of(*trial, filter, shown)
                .find("{'content': 'PREGREET 9 after 0.1 from [192.0.2.1]:9: "
                      "EHLO me\\\\r\\\\n***\\\\r\\\\n'}\n"),
            std::string::npos);
}

TEST(RegexSummary, ALineThatIsIgnoredAtOnceCountsWhatPrefregexLastGave) {
  auto filter = filter_of({"^bad <HOST>$", "^worse <HOST>$", "^worst <HOST>$", "^ugly <HOST>$"});
  filter.prefregex = {"^app <F-CONTENT>.+</F-CONTENT>$", {}};
  filter.ignoreregex.push_back({"harmless", {}});
  auto verbose = settings();
  verbose.keep_groups = true;
  const auto trial = RegexTrial::make(filter, verbose, noon, {}).value();
  for (const auto* line :
       {"harmless\n", "app bad 192.0.2.1 and more than that\n", "harmless x\n"}) {
    trial->feed(line);
  }
  SummarySettings shown;
  shown.verbose = true;
  EXPECT_NE(summary_of(*trial, filter, shown)
                .find("Prefregex: 2 total\n"
                      "|  ^app (?P<content>.+)$\n"
                      "|      {'content': 'bad 192.0.2.1 and more than that'}\n"
                      "|      {'content': 'bad 192.0.2.1 and more than that'}\n"
                      "`-\n"),
            std::string::npos)
      << summary_of(*trial, filter, shown);
}

}  // namespace
}  // namespace spranga::replay
