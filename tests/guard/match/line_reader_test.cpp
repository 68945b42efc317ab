#include "guard/match/line_reader.h"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace spranga::guard {
namespace {

using std::chrono::seconds;

constexpr ban::Instant noon{seconds(1'124'013'600)};  // 2005-08-14 10:00 UTC

std::unique_ptr<LineReader> reader_in(MatchMode mode) {
  ReaderSettings settings;
  settings.mode = mode;
  settings.local = Zone::fixed(0);
  return LineReader::make(settings, noon).value();
}

TEST(LineReader, CutsTheDateOutOfTheLine) {
  const auto reader = reader_in(MatchMode::regex);
  const auto& line = reader->read("[2005-08-14 09:00:00] hello\r\n", noon);
  EXPECT_EQ(line.text, "[2005-08-14 09:00:00] hello");
  EXPECT_EQ(line.before, "[");
  EXPECT_EQ(line.date_text, "2005-08-14 09:00:00");
  EXPECT_EQ(line.after, "] hello");
  EXPECT_EQ(line.at, noon - seconds(3600));
  EXPECT_EQ(line.number, 1U);
}

TEST(LineReader, ThePairsAreThoseOfTheLineWithoutItsDate) {
  const auto reader = reader_in(MatchMode::regex);
  const auto& line = reader->read("[2005-08-14 09:00:00] hello", noon);
  ASSERT_NE(line.pairs, nullptr);
  const std::string seen = "[] hello";
  for (std::size_t at = 1; at < seen.size(); ++at) {
    EXPECT_TRUE(line.pairs->has(PairSet::place(seen[at - 1], seen[at]))) << at;
  }
  EXPECT_FALSE(line.pairs->has(PairSet::place('-', '0')));
  static_cast<void>(reader->read("other", noon));
  EXPECT_FALSE(line.pairs->has(PairSet::place('l', 'l'))) << "of the line before";
}

TEST(LineReader, ALineWithoutADateHasTheLastOneForAMinute) {
  const auto reader = reader_in(MatchMode::regex);
  static_cast<void>(reader->read("2005-08-14 09:59:30 first", noon));
  const auto& second = reader->read("no date", noon);
  EXPECT_TRUE(second.undated);
  EXPECT_EQ(second.at, noon - seconds(30));
  EXPECT_EQ(second.date_text, "2005-08-14 09:59:30");
  EXPECT_EQ(second.after, "no date");
  EXPECT_EQ(reader->read("no date", noon + seconds(60)).at, std::nullopt);
}

TEST(LineReader, AnImpossibleDateIsNone) {
  const auto reader = reader_in(MatchMode::regex);
  const auto& line = reader->read("2005-02-29 09:00:00 hello", noon);
  EXPECT_EQ(line.at, std::nullopt);
  EXPECT_EQ(line.after, " hello");
  EXPECT_EQ(reader->statistics().impossible, 1U);
}

TEST(LineReader, CommentsAreCountedAndNoMoreInATrial) {
  const auto reader = reader_in(MatchMode::regex);
  EXPECT_TRUE(reader->read("# 2005-08-14 09:00:00", noon).comment);
  EXPECT_TRUE(reader->read("\r\n", noon).comment);
  EXPECT_EQ(reader->read("x", noon).number, 3U);
  EXPECT_FALSE(reader_in(MatchMode::replay)->read("# x", noon).comment);
}

TEST(LineReader, OldLogsDriveTheClock) {
  const auto reader = reader_in(MatchMode::replay);
  static_cast<void>(reader->read("2001-01-01 00:00:00 first", {}));
  const auto first = ban::Instant(seconds(978'307'200));
  EXPECT_EQ(reader->read("no date", {}).at, first);
  EXPECT_EQ(reader->read("no date", first + seconds(100)).at, first + seconds(100));
}

TEST(LineReader, FreshLinesWithAnOddDateAreOfNow) {
  const auto reader = reader_in(MatchMode::live);
  EXPECT_EQ(reader->read("2005-08-14 09:00:00 x", noon).at, noon - seconds(3600));
  reader->end_start_phase();
  EXPECT_EQ(reader->read("2005-08-14 09:00:00 x", noon).at, noon);
  EXPECT_EQ(reader->read("2005-08-14 09:59:00 x", noon).at, noon - seconds(60));
}

TEST(LineReader, LeadingNulsAreSkipped) {
  const auto reader = reader_in(MatchMode::regex);
  const auto raw = std::string(4096, '\0') + "2005-08-14 09:00:00 x\0y"s;
  EXPECT_EQ(reader->read(raw, noon).after, " x\0y"s);
}

TEST(LineReader, ALineThatIsTooLongEndsInAMark) {
  const auto reader = reader_in(MatchMode::regex);
  const auto& line = reader->read(std::string(longest_line + 1, 'x'), noon);
  EXPECT_EQ(line.text.size(), longest_line + 3);
  EXPECT_TRUE(line.text.ends_with("x\xef\xbf\xbd"));
  EXPECT_EQ(reader->statistics().cut, 1U);
}

TEST(LineReader, AnEntryOfTheJournalHasItsOwnTime) {
  const auto reader = reader_in(MatchMode::regex);
  const auto at = noon + std::chrono::microseconds(250'000);
  const auto& line = reader->read_entry("host d[1]: 2001-01-01 00:00:00 \xff", at);
  EXPECT_EQ(line.at, at);
  EXPECT_EQ(line.date_text, "2005-08-14T10:00:00.250000 ");
  EXPECT_EQ(line.after, "host d[1]: 2001-01-01 00:00:00 \xef\xbf\xbd");
}

TEST(LineReader, WhatIsWrongInTheSettingsIsAnError) {
  ReaderSettings settings;
  settings.encoding = "klingon";
  EXPECT_FALSE(LineReader::make(settings, noon));
  settings.encoding = "auto";
  settings.logtimezone = "Nowhere/Atlantis";
  EXPECT_FALSE(LineReader::make(settings, noon));
}

}  // namespace
}  // namespace spranga::guard
