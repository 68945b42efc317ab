#include "guard/live/note_book.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

using ledger::Seen;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr ban::Instant start{seconds(1'700'000'000)};

class NoteBookTest : public testing::Test {
protected:
  void fail(const std::string& who, ban::Instant at, bool banned = false) {
    fail_by(rule, who, at, banned);
  }

  void fail_by(const ban::Expression& by,
               const std::string& who,
               ban::Instant at,
               bool banned = false) {
    ban::Sighting sighting;
    sighting.id = who;
    sighting.expression = &by;
    sighting.matches = {"a line about " + who};
    sighting.attempts = attempts;
    sighting.weak = weak;
    book.failure(jail, sighting, at, banned, now);
  }

  /// As many as are noted one by one.
  void fill_the_second() {
    for (std::size_t i = 0; i < NoteBook::most_single; ++i) {
      fail("203.0.113.1", now);
    }
    static_cast<void>(book.take());
  }

  /// "192.0.2.7 x3/3 at 0", a ban's flood with "joins".
  [[nodiscard]] std::vector<std::string> spelt() const {
    std::vector<std::string> out;
    for (const auto& record : book.records()) {
      if (const auto* seen = std::get_if<Seen>(&record)) {
        out.push_back(fmt::format("{} x{}/{} at {}{}",
                                  seen->id,
                                  seen->times,
                                  seen->attempts,
                                  (seen->at - start) / milliseconds(1),
                                  seen->joins ? " joins" : ""));
      } else if (const auto* position = std::get_if<ledger::Position>(&record)) {
        out.push_back(fmt::format("{} {}", position->path, position->offset));
      } else {
        out.push_back(fmt::format("kind {}", record.index()));
      }
    }
    return out;
  }

  std::string jail{"postfix"};
  ban::Expression rule{"failed for <HOST>$", {"filter.d/postfix.conf", 7}};
  ban::Expression other_rule{"Ban <HOST>$", {"filter.d/recidive.conf", 9}};
  int attempts{1};
  bool weak{false};
  ban::Instant now{start};
  NoteBook book;
};

TEST_F(NoteBookTest, NotesEachFailureForItselfWhileTheyAreFew) {
  fail("192.0.2.7", start);
  fail("192.0.2.7", start);
  EXPECT_THAT(spelt(), ElementsAre("192.0.2.7 x1/1 at 0", "192.0.2.7 x1/1 at 0"));
  EXPECT_EQ(book.waits_until(now), std::nullopt);
  EXPECT_EQ(std::get<Seen>(book.records()[0]).rule, "filter.d/postfix.conf:7");
  EXPECT_THAT(book.jails(), ElementsAre("postfix"));
}

TEST_F(NoteBookTest, LetsNoMoreThanSoManyNotesWait) {
  fill_the_second();
  fail("192.0.2.7", start);
  EXPECT_NE(book.waits_until(now), std::nullopt);
  for (std::size_t i = 1; i < NoteBook::most_waiting; ++i) {
    fail(fmt::format("2001:db8::{:x}", i), start);
  }
  EXPECT_EQ(book.waits_until(now), std::nullopt);
}

TEST_F(NoteBookTest, PutsThoseOfOneIdAndSecondTogetherInAFlood) {
  fill_the_second();
  fail("192.0.2.7", start);
  attempts = 5;
  fail("192.0.2.7", start + milliseconds(999));
  fail("192.0.2.8", start, true);
  fail("192.0.2.7", start + seconds(1));
  EXPECT_THAT(
      spelt(),
      ElementsAre("192.0.2.7 x2/6 at 999", "192.0.2.8 x1/5 at 0 joins", "192.0.2.7 x1/5 at 1000"));
  EXPECT_EQ(book.together(), 1U);
  EXPECT_EQ(std::get<Seen>(book.records()[0]).line, "a line about 192.0.2.7");
}

TEST_F(NoteBookTest, KeepsApartWhatDiffersInJailRuleOrWeight) {
  fill_the_second();
  fail("192.0.2.7", start);
  jail = "dovecot";
  fail("192.0.2.7", start);
  rule.origin.line = 77;
  fail("192.0.2.7", start);
  weak = true;
  fail("192.0.2.7", start);
  EXPECT_EQ(spelt().size(), 4U);
  fail("192.0.2.7", start);
  EXPECT_EQ(spelt().back(), "192.0.2.7 x2/2 at 0");
}

TEST_F(NoteBookTest, PutsTogetherWhatTwoJailsSeeInTheSameLinesForEachOfThem) {
  fill_the_second();
  for (int i = 0; i < 50; ++i) {
    jail = "postfix";
    fail("192.0.2.7", start);
    jail = "recidive";
    fail_by(other_rule, "192.0.2.7", start);
  }
  EXPECT_THAT(spelt(), ElementsAre("192.0.2.7 x50/50 at 0", "192.0.2.7 x50/50 at 0"));
}

TEST_F(NoteBookTest, LetsAFloodsNotesWaitASecondAndNoLonger) {
  fill_the_second();
  now = start + milliseconds(300);
  fail("192.0.2.7", start);
  EXPECT_EQ(book.waits_until(now), start + milliseconds(1300));
  EXPECT_EQ(book.waits_until(start + milliseconds(1299)), start + milliseconds(1300));
  EXPECT_EQ(book.waits_until(start + milliseconds(1300)), std::nullopt);
  EXPECT_EQ(book.waits_until(start), std::nullopt) << "a clock that was set back";
  static_cast<void>(book.take());
  EXPECT_TRUE(book.empty());
  EXPECT_THAT(book.jails(), IsEmpty());
  fail("192.0.2.7", start);
  EXPECT_THAT(spelt(), ElementsAre("192.0.2.7 x1/1 at 0"));
}

TEST_F(NoteBookTest, NeverLetsAPersonsWordWait) {
  fill_the_second();
  fail("192.0.2.7", start);
  const ban::Ban ban{"postfix", "192.0.2.7", start, std::nullopt, 1, 3};
  book.add(ledger::BanMade{ban, false, "filter", {}});
  EXPECT_NE(book.waits_until(now), std::nullopt);
  book.add(ledger::BanEnded{"postfix", "192.0.2.9", start});
  EXPECT_EQ(book.waits_until(now), std::nullopt);
}

TEST_F(NoteBookTest, KeepsTheLastPositionOfAFile) {
  book.add(ledger::Position{"postfix", "/log", 1, 2, 10, "", "", start});
  book.add(ledger::Position{"postfix", "/log", 1, 3, 11, "", "", start});
  book.add(ledger::Position{"postfix", "/log", 1, 2, 12, "", "", start});
  EXPECT_THAT(spelt(), ElementsAre("/log 12", "/log 11"));
}

TEST_F(NoteBookTest, CountsExactlyWhateverComes) {
  std::size_t times = 0;
  for (int i = 0; i < 20'000; ++i) {
    now = start + milliseconds(i / 4);
    fail(fmt::format("192.0.2.{}", i * i % 251), now, i % 3 == 0);
    if (i % 700 == 0) {
      for (const auto& record : book.take()) {
        times += static_cast<std::size_t>(std::get<Seen>(record).times);
      }
    }
  }
  for (const auto& record : book.take()) {
    times += static_cast<std::size_t>(std::get<Seen>(record).times);
  }
  EXPECT_EQ(times, 20'000U);
  EXPECT_GT(book.together(), 0U);
}

}  // namespace
}  // namespace spranga::guard
