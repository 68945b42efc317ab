// Logs that are copied and then truncated, as logrotate's copytruncate does it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/guard/logs/watching.h"

namespace spranga::guard {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

TEST(Copies, FindsInTheCopyWhatWasNotReadBeforeTheTruncation) {
  WatchedFolder at;
  at.append("mail.log", "one\ntwo\nthr");
  at.follow("mail.log");
  EXPECT_THAT(at.read(), ElementsAre("one", "two"));
  at.append("mail.log", "ee\nfour\n");
  std::filesystem::copy(at.path("mail.log"), at.path("mail.log.1"));
  std::filesystem::resize_file(at.path("mail.log"), 0);
  at.append("mail.log", "five\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three", "four", "five"));
}

/// More than one turn reads.
std::string flood() {
  std::string out;
  while (out.size() < 3 * OpenLogs::bytes_a_turn) {
    out += "line " + std::to_string(out.size()) + "\n";
  }
  return out;
}

TEST(Copies, TellsWhatATruncationTookAwayUnread) {
  WatchedFolder at;
  at.append("mail.log", flood());
  at.follow("mail.log");
  at.watch.turn(at.clock.now(), at.lines);
  std::filesystem::resize_file(at.path("mail.log"), 0);
  at.append("mail.log", "after\n");
  EXPECT_EQ(at.read().back(), "after");
  ASSERT_THAT(at.lines.texts_of(LiveEvent::lost), testing::SizeIs(1));
  const auto lost = std::to_string(flood().size() - OpenLogs::bytes_a_turn);
  EXPECT_THAT(at.lines.texts_of(LiveEvent::lost)[0], testing::HasSubstr(": " + lost + " bytes"));
}

TEST(Copies, LosesNothingThatWasCopiedBeforeTheTruncation) {
  WatchedFolder at;
  at.append("mail.log", flood());
  at.follow("mail.log");
  at.watch.turn(at.clock.now(), at.lines);
  std::filesystem::copy(at.path("mail.log"), at.path("mail.log.1"));
  std::filesystem::resize_file(at.path("mail.log"), 0);
  at.append("mail.log", "after\n");
  const auto lines = at.read();
  const auto all = flood();
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(std::ranges::count(all, '\n')) + 1);
  EXPECT_EQ(lines.back(), "after");
  EXPECT_THAT(at.lines.texts_of(LiveEvent::lost), testing::IsEmpty());
}

TEST(Copies, SeesATruncationThatHasGrownOverAgain) {
  WatchedFolder at;
  at.append("mail.log", "one\ntwo\n");
  at.follow("mail.log");
  at.settle();
  std::filesystem::resize_file(at.path("mail.log"), 0);
  at.append("mail.log", "three\nfour\nfive\n");
  EXPECT_THAT(at.read(), ElementsAre("one", "two", "three", "four", "five"));
  EXPECT_THAT(at.lines.texts_of(LiveEvent::truncated), testing::SizeIs(1));
}

TEST(Copies, SkipsTheHoleOfAWriterThatDoesNotAppend) {
  WatchedFolder at;
  std::ofstream writer(at.path("mail.log"), std::ios::binary);
  writer << std::string(100'000, 'x') << "\none\n" << std::flush;
  at.follow("mail.log");
  EXPECT_EQ(at.read().size(), 2U);
  std::filesystem::resize_file(at.path("mail.log"), 0);
  writer << "two\n" << std::flush;
  EXPECT_EQ(at.read().back(), "two");
  writer << "three\n" << std::flush;
  EXPECT_EQ(at.read().size(), 4U);
}

/// Four other logs take a whole turn, in which two truncations go unseen.
TEST(Copies, ReadsNoCopyOfWhatTheFileHoldsStill) {
  WatchedFolder at;
  const std::vector<std::string> others = {"a.log", "b.log", "c.log", "d.log"};
  for (const auto& name : others) {
    at.append(name, "one\n");
  }
  at.append("mail.log", "one\n");
  at.follow("*.log");
  at.settle();
  at.rename("mail.log", "mail.log.1");
  at.append("mail.log", "two\n");
  at.watch.turn(at.clock.now(), at.lines);
  EXPECT_EQ(at.lines.of[0].back(), "two");
  for (const auto& name : others) {
    at.append(name, flood());
  }
  std::filesystem::copy(at.path("mail.log"), at.path("mail.log.2"));
  std::filesystem::resize_file(at.path("mail.log"), 0);
  at.append("mail.log", "three\n");
  std::filesystem::copy(at.path("mail.log"), at.path("mail.log.3"));
  at.watch.turn(at.clock.now(), at.lines);
  EXPECT_THAT(at.lines.of[0], Not(Contains("three")));
  auto lines = at.read();
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("line "); });
  EXPECT_THAT(lines, ElementsAre("one", "one", "one", "one", "one", "two", "three"));
}

}  // namespace
}  // namespace spranga::guard
