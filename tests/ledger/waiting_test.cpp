#include "ledger/waiting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/support.h"

namespace spranga::ledger::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "seen 192.0.2.1", "at 7", "ban 192.0.2.1", "gap sshd", "end sshd" …
std::vector<std::string> spelt(const std::vector<Entry>& entries) {
  struct Spell {
    std::string operator()(const Seen& one) const {
      return "seen " + one.id + (one.line.empty() ? " without its line" : "");
    }

    std::string operator()(const BanMade& one) const { return "ban " + one.ban.target; }

    std::string operator()(const BanEnded& one) const { return "unban " + one.target; }

    std::string operator()(const Position& one) const { return fmt::format("at {}", one.offset); }

    std::string operator()(const Totals& one) const { return fmt::format("total {}", one.failed); }

    std::string operator()(const CleanStop& /*one*/) const { return "stop"; }

    std::string operator()(const GapBegins& one) const { return "gap " + one.jail; }

    std::string operator()(const GapEnds& one) const { return "end " + one.jail; }
  };

  std::vector<std::string> out;
  out.reserve(entries.size());
  for (const auto& entry : entries) {
    out.push_back(std::visit(Spell{}, entry));
  }
  return out;
}

constexpr std::size_t plenty = 1'000'000;
/// Two notes of a sighting and a position, roughly.
constexpr std::size_t little = 4 * (sizeof(Entry) + 70);

TEST(Waiting, KeepsTheOrderAndOnlyTheLastPosition) {
  Waiting waiting(plenty);
  waiting.add({seen("192.0.2.1"), position(1)}, noon);
  waiting.add({seen("192.0.2.2"), position(2), Totals{"sshd", 2, 0}}, noon);
  waiting.add({seen("192.0.2.3"), position(7, "postfix"), Totals{"sshd", 3, 0}}, noon);
  EXPECT_THAT(
      spelt(waiting.take()),
      ElementsAre("seen 192.0.2.1", "at 2", "seen 192.0.2.2", "total 3", "seen 192.0.2.3", "at 7"));
  EXPECT_TRUE(waiting.empty());
}

TEST(Waiting, PutsBackWhatWasNotWrittenBeforeWhatCameSince) {
  Waiting waiting(plenty);
  waiting.add({seen("192.0.2.1"), position(1)}, noon);
  auto taken = waiting.take();
  EXPECT_EQ(waiting.size(), 2U);
  waiting.add({seen("192.0.2.2"), position(2)}, noon);
  waiting.put_back(std::move(taken));
  waiting.add({position(3)}, noon);
  EXPECT_THAT(spelt(waiting.take()),
              ElementsAre("seen 192.0.2.1", "at 1", "seen 192.0.2.2", "at 3"));
}

TEST(Waiting, GivesUpTheTextOfSightingsFirst) {
  Waiting waiting(4 * little);
  waiting.set_jails(jails);
  auto wordy = seen("192.0.2.1");
  wordy.line = std::string(1000, 'x');
  for (int i = 0; i < 6; ++i) {
    waiting.add({wordy}, noon);
  }
  EXPECT_EQ(waiting.dropped(), 0U);
  const auto entries = spelt(waiting.take());
  EXPECT_EQ(entries.size(), 6U);
  EXPECT_EQ(entries.front(), "seen 192.0.2.1 without its line");
}

TEST(Waiting, ThenSightingsThatCountNoMore) {
  Waiting waiting(little);
  waiting.set_jails(jails);
  waiting.add({seen("192.0.2.1", noon - 601s), position(1)}, noon - 601s);
  waiting.add({seen("192.0.2.2"), position(2)}, noon);
  waiting.add({seen("192.0.2.3"), position(3)}, noon);
  EXPECT_EQ(waiting.dropped(), 1U);
  const auto entries = spelt(waiting.take());
  EXPECT_THAT(entries, testing::Contains("at 3"));
  EXPECT_THAT(entries, testing::Not(testing::Contains(testing::HasSubstr("gap"))));
}

TEST(Waiting, ThenTheRestOfTheLogWhosePositionStandsStill) {
  Waiting waiting(little);
  waiting.set_jails(jails);
  for (std::uint64_t i = 1; i <= 4; ++i) {
    waiting.add({seen(fmt::format("192.0.2.{}", i)), position(i), Totals{"sshd", i, 0}}, noon);
  }
  waiting.add({position(77, "postfix")}, noon);
  EXPECT_GE(waiting.dropped(), 1U);
  const auto first = spelt(waiting.take());
  EXPECT_THAT(first, testing::Contains("gap sshd"));
  EXPECT_THAT(first, testing::Contains("at 77"));
  EXPECT_THAT(first, testing::Not(testing::Contains("at 4")));
  EXPECT_THAT(first, testing::Not(testing::Contains("total 4")));
  // The disk is back: new sightings are taken, the position still waits …
  EXPECT_FALSE(waiting.written(noon));
  waiting.add({seen("192.0.2.9", noon + 1s), position(9)}, noon + 1s);
  EXPECT_THAT(spelt(waiting.take()), ElementsAre("seen 192.0.2.9"));
  // … until what was given up counts no more.
  EXPECT_TRUE(waiting.written(noon + 601s));
  EXPECT_THAT(spelt(waiting.take()), ElementsAre("end sshd", "at 9", "total 4"));
  EXPECT_FALSE(waiting.written(noon + 602s));
  waiting.add({position(10)}, noon + 602s);
  EXPECT_THAT(spelt(waiting.take()), ElementsAre("at 10"));
}

TEST(Waiting, HasAReserveForBans) {
  Waiting waiting(4 * little);
  waiting.set_jails(jails);
  for (int i = 0; i < 100; ++i) {
    waiting.add({seen("192.0.2.1")}, noon);
  }
  waiting.add({banned("192.0.2.2"), BanEnded{"sshd", "192.0.2.3", noon}}, noon);
  const auto entries = spelt(waiting.take());
  EXPECT_THAT(entries, testing::Contains("ban 192.0.2.2"));
  EXPECT_THAT(entries, testing::Contains("unban 192.0.2.3"));
}

TEST(Waiting, KeepsThatAPersonEndedBansWhereNewBansAreGivenUp) {
  Waiting waiting(10 * little);
  waiting.set_jails(jails);
  Records all;
  for (int i = 0; i < 150; ++i) {
    all.emplace_back(BanEnded{"sshd", fmt::format("192.0.2.{}", i), noon});
  }
  waiting.add(std::move(all), noon);
  waiting.add({banned("198.51.100.1")}, noon);
  EXPECT_EQ(waiting.dropped(), 1U);
  EXPECT_THAT(spelt(waiting.take()), testing::Contains("unban 192.0.2.149"));
}

TEST(Waiting, IsBoundedWhateverComes) {
  Waiting waiting(10 * little);
  waiting.set_jails(jails);
  auto made = banned("192.0.2.1");
  made.matches.assign(10, std::string(5000, 'm'));
  for (std::uint64_t i = 0; i < 5000; ++i) {
    waiting.add({seen("192.0.2.1"), made, BanEnded{"sshd", "192.0.2.3", noon}, position(i)}, noon);
  }
  EXPECT_LT(waiting.size(), 250U);  // a person's word is kept longest
  EXPECT_GT(waiting.dropped(), 10'000U);
}

TEST(Waiting, CountsWhatIsOnItsWay) {
  Waiting waiting(little);
  waiting.set_jails(jails);
  waiting.add({seen("192.0.2.1"), position(1)}, noon);
  waiting.add({seen("192.0.2.2"), position(2)}, noon);
  const auto taken = waiting.take();
  waiting.add({seen("192.0.2.3"), position(3)}, noon);
  waiting.add({seen("192.0.2.4"), position(4)}, noon);
  EXPECT_GE(waiting.dropped(), 1U);
}

}  // namespace
}  // namespace spranga::ledger::test
