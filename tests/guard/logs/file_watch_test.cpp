#include "guard/logs/file_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/logs/sha1.h"
#include "tests/guard/logs/watching.h"

namespace spranga::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(FileWatch, GivesLinesAsTheyAreWritten) {
  WatchedFolder at;
  at.append("mail.log", "one\ntwo\n");
  at.follow("mail.log");
  EXPECT_THAT(at.read(), ElementsAre("one", "two"));
  at.append("mail.log", "three\nfo");
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three"));
  at.append("mail.log", "ur\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three", "four"));
}

TEST(FileWatch, TellsWhenTheStartIsOver) {
  WatchedFolder at;
  at.append("mail.log", "one\n");
  at.follow("mail.log");
  EXPECT_THAT(at.read(), ElementsAre("one"));
  EXPECT_THAT(at.lines.ended, ElementsAre(0));
  at.append("mail.log", "two\n");
  at.settle();
  EXPECT_THAT(at.lines.starting, ElementsAre(true, false));
  EXPECT_THAT(at.lines.ended, ElementsAre(0));
}

TEST(FileWatch, IsStillStartingWhereAllThatThereWasWasEmpty) {
  WatchedFolder at;
  at.append("mail.log", "");
  at.follow("mail.log");
  EXPECT_THAT(at.read(), IsEmpty());
  EXPECT_THAT(at.lines.ended, IsEmpty());
  at.append("mail.log", "one\n");
  EXPECT_THAT(at.read(), ElementsAre("one"));
  EXPECT_THAT(at.lines.starting, ElementsAre(true));
  EXPECT_THAT(at.lines.ended, ElementsAre(0));
}

TEST(FileWatch, IsAtWorkWhereOneOfSeveralLogsWasEmpty) {
  WatchedFolder at;
  at.append("a.log", "one\n");
  at.append("b.log", "");
  at.follow("*.log");
  EXPECT_THAT(at.read(), ElementsAre("one"));
  EXPECT_FALSE(at.lines.ended.empty());
}

TEST(FileWatch, FindsALogInAFolderThatCameWithItsParent) {
  WatchedFolder at;
  at.follow("*/*/y.log");
  std::filesystem::create_directories(at.path("a/b"));
  at.settle();
  at.append("a/b/y.log", "one\n");
  EXPECT_THAT(at.read(), ElementsAre("one"));
}

TEST(FileWatch, ReadsOnceForAllJailsThatNameTheFile) {
  WatchedFolder at;
  at.append("a.log", "one\n");
  ASSERT_EQ(::link(at.path("a.log").c_str(), at.path("same.log").c_str()), 0);
  ASSERT_EQ(::symlink("a.log", at.path("link.log").c_str()), 0);
  const std::chrono::seconds hour(3600);
  at.watch.follow({{7, at.path("a.log"), false, hour},
                   {8, at.path("*.log"), false, hour},
                   {9, at.path("link.log"), false, hour}},
                  {});
  at.settle();
  at.append("same.log", "two\n");
  at.settle();
  for (const std::size_t jail : {7U, 8U, 9U}) {
    EXPECT_THAT(at.lines.of[jail], ElementsAre("one", "two")) << jail;
  }
  EXPECT_EQ(at.lines.after.size(), 2U);  // each once, for three jails
}

TEST(FileWatch, FindsWhatAGlobNamesLater) {
  WatchedFolder at;
  at.follow("*/log/*.log");
  EXPECT_THAT(at.read(), IsEmpty());
  std::filesystem::create_directories(at.path("site/log"));
  at.append("site/log/a.log", "one\n");
  at.append("site/log/a.txt", "no\n");
  EXPECT_THAT(at.read(), ElementsAre("one"));
  at.append("site/log/b.log", "two\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two"));
  std::vector<std::string> read;
  for (const auto& [jail, place] : at.watch.current()) {
    read.push_back(place.path);
  }
  EXPECT_THAT(read,
              testing::UnorderedElementsAre(at.path("site/log/a.log"), at.path("site/log/b.log")));
}

TEST(FileWatch, SurvivesAFolderThatVanishesAndComesBack) {
  WatchedFolder at;
  std::filesystem::create_directories(at.path("mail"));
  at.append("mail/mail.log", "one\n");
  at.follow("mail/mail.log");
  EXPECT_THAT(at.read(), ElementsAre("one"));
  std::filesystem::remove_all(at.path("mail"));
  at.settle();
  std::filesystem::create_directories(at.path("mail"));
  at.append("mail/mail.log", "two\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two"));
  at.rename("mail", "elsewhere");
  at.append("elsewhere/mail.log", "three\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three"));
  std::filesystem::create_directories(at.path("mail"));
  at.append("mail/mail.log", "four\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three", "four"));
}

TEST(FileWatch, ReadsWhatIsStillWrittenToARotatedFile) {
  WatchedFolder at;
  at.append("mail.log", "one\n");
  at.follow("mail.log");
  std::ofstream writer(at.path("mail.log"), std::ios::app);
  at.settle();
  writer << "two\n" << std::flush;
  at.rename("mail.log", "mail.log.1");
  at.append("mail.log", "four\n");
  writer << "three\n" << std::flush;
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three", "four"));
  writer << "late\n" << std::flush;
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three", "four", "late"));
  EXPECT_EQ(at.watch.positions().size(), 2U);
}

TEST(FileWatch, FindsAFileThatHadTheNameForAMomentOnly) {
  WatchedFolder at;
  at.append("mail.log", "one\n");
  at.follow("mail.log");
  at.settle();
  at.append("mail.log", "two\n");
  at.rename("mail.log", "mail.log.1");
  at.append("mail.log", "three\n");
  at.rename("mail.log.1", "mail.log.2");
  at.rename("mail.log", "mail.log.1");
  at.append("mail.log", "four\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three", "four"));
}

TEST(FileWatch, DoesNotReadOldRotationsAtARotation) {
  WatchedFolder at;
  at.append("mail.log.2", "very old\n");
  at.append("mail.log.1", "old\n");
  at.append("mail.log", "one\n");
  at.follow("mail.log");
  at.settle();
  at.rename("mail.log.2", "mail.log.3");
  at.rename("mail.log.1", "mail.log.2");
  at.rename("mail.log", "mail.log.1");
  at.append("mail.log", "two\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two"));
}

TEST(FileWatch, GoesOnInAFileThatWasWrittenAnewWithWhatItHad) {
  WatchedFolder at;
  at.append("mail.log", "one\ntwo\n");
  at.follow("mail.log");
  at.settle();
  at.append("new", "one\ntwo\nthree\n");
  at.rename("new", "mail.log");
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three"));
}

TEST(FileWatch, TakesAFileBackThatWasRenamed) {
  WatchedFolder at;
  at.append("mail.log", "one\n");
  at.follow("mail.log");
  at.settle();
  at.rename("mail.log", "aside");
  at.settle();
  at.rename("aside", "mail.log");
  at.append("mail.log", "two\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two"));
}

TEST(FileWatch, ReadsOnWhatIsDeletedWhileItIsWrittenTo) {
  WatchedFolder at;
  std::ofstream writer(at.path("mail.log"), std::ios::app);
  at.follow("mail.log");
  writer << "one\n" << std::flush;
  std::filesystem::remove(at.path("mail.log"));
  EXPECT_THAT(at.read(), ElementsAre("one"));
  writer << "two\n" << std::flush;
  at.append("mail.log", "three\n");
  EXPECT_THAT(at.read(), UnorderedElementsAre("one", "two", "three"));
}

TEST(FileWatch, NeverWaitsForWhatIsNoFile) {
  WatchedFolder at;
  ASSERT_EQ(::mkfifo(at.path("fifo.log").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("/dev/zero", at.path("zero.log").c_str()), 0);
  std::filesystem::create_directories(at.path("folder.log"));
  at.append("a.log", "one\n");
  at.follow("*.log");
  EXPECT_THAT(at.read(), ElementsAre("one"));
  EXPECT_THAT(at.lines.texts_of(LiveEvent::unreadable),
              UnorderedElementsAre(HasSubstr("fifo.log: no regular file"),
                                   HasSubstr("zero.log: no regular file"),
                                   HasSubstr("folder.log: no regular file")));
}

TEST(FileWatch, EscapesHostileNames) {
  WatchedFolder at;
  at.append("a\x1b[2J\n.log", "one\n");
  at.follow("*.log");
  EXPECT_THAT(at.read(), ElementsAre("one"));
  EXPECT_THAT(at.lines.texts_of(LiveEvent::found), ElementsAre(HasSubstr("a\\x1B[2J\\n.log")));
}

TEST(FileWatch, TakesAGlobsCharactersInANameAsTheyAre) {
  WatchedFolder at;
  at.append("[x]*.log", "one\n");
  at.follow("?x]*.log");
  at.settle();
  at.append("[x]*.log", "two\n");
  at.rename("[x]*.log", "[x]*.log.1");
  at.append("[x]*.log", "three\n");
  at.rename("[x]*.log.1", "[x]*.log.2");
  at.rename("[x]*.log", "[x]*.log.1");
  at.append("[x]*.log", "four\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three", "four"));
}

TEST(FileWatch, LetsAFloodWaitForItsTurn) {
  WatchedFolder at;
  std::string flood;
  for (int i = 0; i < 200'000; ++i) {
    flood += "a flood of lines\n";
  }
  at.append("flood.log", flood);
  at.append("quiet.log", "quiet\n");
  at.follow("*.log");
  at.watch.turn(at.clock.now(), at.lines);
  EXPECT_LE(at.lines.of[0].size(), 100'000U);
  EXPECT_THAT(at.lines.of[0], testing::Contains("quiet"));
  EXPECT_EQ(at.read().size(), 200'001U);
}

TEST(FileWatch, CutsALineAtTheLimitAndGoesOnBehindIt) {
  WatchedFolder at;
  at.follow("mail.log");
  at.append("mail.log", std::string(longest_log_line + 100, 'x'));
  EXPECT_THAT(at.read(), IsEmpty());
  at.append("mail.log", "tail\nnext\n");
  const auto lines = at.read();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].size(), longest_log_line);
  EXPECT_EQ(lines[1], "next");
}

TEST(FileWatch, BeginsAtTheEndWhereTheJailSaysTail) {
  WatchedFolder at;
  at.append("mail.log", "old\n");
  const std::chrono::seconds hour(3600);
  at.watch.follow({{0, at.path("mail.log"), true, hour},
                   {1, at.path("mail.log"), false, hour},
                   {0, at.path("late.log"), true, hour}},
                  {});
  at.settle();
  at.append("mail.log", "new\n");
  at.append("late.log", "late\n");
  EXPECT_THAT(at.read(), UnorderedElementsAre("new", "late"));
  EXPECT_THAT(at.lines.of[1], ElementsAre("old", "new"));
}

TEST(FileWatch, BeginsWhereLinesStillCount) {
  // Each line is its date in seconds.
  const auto date_of = [](std::size_t /*jail*/, std::string_view line) {
    const auto text = std::string(line.substr(0, line.find(' ')));
    return text.empty() ? std::nullopt
                        : std::optional(ban::Instant(std::chrono::seconds(std::stoll(text))));
  };
  WatchedFolder at(date_of);
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  std::string bytes;
  for (int age = 100'000; age > 0; --age) {
    bytes += std::to_string(now - age) + " a line of the log that is old or young\n";
  }
  at.append("mail.log", bytes);
  at.follow("mail.log");
  const auto lines = at.read();
  ASSERT_GE(lines.size(), 600U);
  EXPECT_LE(lines.size(), 4000U);
  EXPECT_LE(std::stoll(lines.front()), now - 600);
}

TEST(FileWatch, GivesAJailOfAReloadWhatItHasMissed) {
  WatchedFolder at;
  const std::chrono::seconds hour(3600);
  at.append("mail.log", "one\n");
  at.follow("mail.log");
  at.settle();
  at.watch.follow({{0, at.path("mail.log"), false, hour}, {1, at.path("mail.log"), false, hour}},
                  {});
  at.settle();
  at.append("mail.log", "two\n");
  at.settle();
  EXPECT_THAT(at.lines.of[0], ElementsAre("one", "two"));
  EXPECT_THAT(at.lines.of[1], ElementsAre("one", "two"));
  at.watch.follow({{1, at.path("mail.log"), false, hour}}, {});
  at.append("mail.log", "three\n");
  at.settle();
  EXPECT_THAT(at.lines.of[0], ElementsAre("one", "two"));
  EXPECT_THAT(at.lines.of[1], ElementsAre("one", "two", "three"));
}

TEST(FileWatch, ClosesWhatNobodyWritesToAnyMore) {
  WatchedFolder at;
  at.append("mail.log", "one\nno line break");
  at.follow("mail.log");
  at.settle();
  at.rename("mail.log", "mail.log.1");
  at.append("mail.log", "two\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two"));
  const auto later = at.clock.now() + OpenLogs::quiet_with_name + std::chrono::seconds(2);
  at.watch.turn(later, at.lines);
  at.watch.turn(later + std::chrono::seconds(2), at.lines);
  EXPECT_THAT(at.lines.of[0], ElementsAre("one", "two", "no line break"));
  EXPECT_EQ(at.watch.positions().size(), 1U);
}

TEST(FileWatch, KeepsPlacesAsFail2banKnowsThem) {
  WatchedFolder at;
  at.append("mail.log", "first line\r\nsecond\n");
  at.follow("mail.log");
  at.settle();
  const auto places = at.watch.positions();
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].place.first_line_md5, sha1_hex("first line\r\n"));
  EXPECT_EQ(places[0].place.offset, 19U);
  EXPECT_EQ(places[0].place.path, at.path("mail.log"));
  EXPECT_EQ(at.lines.after.back().offset, 19U);
}

}  // namespace
}  // namespace spranga::guard
