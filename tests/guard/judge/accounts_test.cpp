#include "guard/judge/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "guard/judge/standing_bans.h"

namespace spranga::guard {
namespace {

using std::chrono::seconds;
constexpr seconds findtime{600};
constexpr int enough = 3;
constexpr Secret secret{1, 2};

ban::Instant at_second(long long second) {
  return ban::Instant(seconds(second));
}

TargetKey key(int number) {
  return target_key(secret, "2001:db8::" + std::to_string(number));
}

bool same(const Account& a, const Account& b) {
  return a.count() == b.count() && a.last() == b.last() && a.failures == b.failures &&
         a.latest_line == b.latest_line;
}

/// The same failures into a plain map and into Accounts: both give the same at every step.
void compare_with_a_map(bool window, unsigned seed) {
  std::mt19937 random(seed);
  Accounts accounts;
  std::map<int, Account> plain;
  for (int step = 0; step < 20'000; ++step) {
    const auto now = at_second(step / 4);
    const int who = static_cast<int>(random() % 300);
    auto account = accounts.find(key(who), enough);
    ASSERT_EQ(account.has_value(), plain.contains(who)) << step;
    if (account) {
      ASSERT_TRUE(same(*account, plain.at(who))) << step;
    }
    const auto what = random() % 16;
    if (what == 0) {
      accounts.erase(key(who));
      plain.erase(who);
      continue;
    }
    if (what == 1) {
      accounts.purge(now, findtime);
      std::erase_if(plain, [&](auto one) { return one.second.expire(now, findtime); });
      ASSERT_EQ(accounts.size(), plain.size()) << step;
      continue;
    }
    if (!account) {
      account.emplace();
      if (window) {
        account->tally = SlidingWindow(enough);
      }
    }
    const Strike strike{
        now - seconds(random() % 5), static_cast<int>(random() % 3) + 1, random() % 4 == 0};
    for (auto* each : {&*account, &plain.try_emplace(who, *account).first->second}) {
      std::visit([&](auto& tally) { tally.add(strike, findtime); }, each->tally);
      ++each->failures;
      each->latest_line = static_cast<RecentLines::Place>(step);
    }
    accounts.put(key(who), *account);
  }
  EXPECT_GT(plain.size(), 100U);
  EXPECT_EQ(accounts.size(), plain.size());
}

TEST(Accounts, GiveBackWhatWasPutInWithTheRateEstimate) {
  compare_with_a_map(false, 1);
}

TEST(Accounts, GiveBackWhatWasPutInWithAWindow) {
  compare_with_a_map(true, 2);
}

TEST(Accounts, DropTheHalfThatFailedLongestAgo) {
  Accounts accounts;
  for (int i = 0; i < 1000; ++i) {
    Account account;
    std::get<RateEstimate>(account.tally).add({at_second(i), 1, false}, findtime);
    accounts.put(key(i), account);
  }
  accounts.halve();
  EXPECT_EQ(accounts.size(), 499U);
  EXPECT_FALSE(accounts.find(key(500), enough));
  EXPECT_TRUE(accounts.find(key(501), enough));
}

TEST(StandingBans, AreFoundReplacedAndPurged) {
  StandingBans bans;
  for (int i = 0; i < 5000; ++i) {
    bans.put(key(i), {"jail", "x", at_second(i), at_second(i + 10), 1, 3});
  }
  bans.put(key(4), {"jail", "x", at_second(4), std::nullopt, 2, 3});
  EXPECT_EQ(bans.size(), 5000U);
  bans.purge(at_second(4000));
  EXPECT_EQ(bans.size(), 1011U);
  EXPECT_FALSE(bans.find(key(3989)));
  EXPECT_EQ(bans.find(key(3990))->until, at_second(4000));
  EXPECT_EQ(bans.find(key(4))->until, std::nullopt);
  EXPECT_EQ(bans.find(key(4))->count, 2);
  EXPECT_TRUE(bans.erase(key(4)));
  EXPECT_FALSE(bans.erase(key(4)));
}

/// Of the reference implementation: the key 00…0f, and 00 01 … as the text.
TEST(TargetKey, IsSipHashWith128Bits) {
  const Secret reference{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  const auto none = target_key(reference, "");
  EXPECT_EQ(none.first, 0xe6a825ba047f81a3ULL);
  EXPECT_EQ(none.second, 0x930255c71472f66dULL);
  const auto one = target_key(reference, std::string_view("\0", 1));
  EXPECT_EQ(one.first, 0x44af996bd8c187daULL);
  EXPECT_EQ(one.second, 0x45fc229b11597634ULL);
}

TEST(TargetKey, TellsTextsOfAnyLengthApart) {
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> seen;
  for (std::size_t length = 0; length < 64; ++length) {
    const auto key = target_key(secret, std::string(length, 'a'));
    EXPECT_TRUE(seen.emplace(std::pair(key.first, key.second), length).second) << length;
  }
}

TEST(RecentLines, TellTheLastLinesOfEachAccount) {
  RecentLines lines;
  RecentLines::Place mine = 0;
  RecentLines::Place other = 0;
  for (int i = 0; i < 4; ++i) {
    mine = lines.add("mine " + std::to_string(i), mine);
    other = lines.add("other " + std::to_string(i), other);
  }
  EXPECT_THAT(lines.story(mine, 3).lines, testing::ElementsAre("mine 1", "mine 2", "mine 3"));
  EXPECT_THAT(lines.story(other, 9).lines, testing::SizeIs(4));
  EXPECT_TRUE(lines.story(other, 9).is_whole);
  EXPECT_TRUE(lines.story(0, 9).lines.empty());
}

TEST(RecentLines, DropTheOldestLinesAndSaySo) {
  RecentLines lines(256UL * 1024);
  auto slow = lines.add("the first", 0);
  for (int i = 0; i < 10'000; ++i) {
    static_cast<void>(lines.add(std::string(100, 'x'), 0));
  }
  slow = lines.add("the last", slow);
  EXPECT_LE(lines.size(), 256UL * 1024);
  EXPECT_GT(lines.dropped(), 7000U);
  const auto story = lines.story(slow, 5);
  EXPECT_THAT(story.lines, testing::ElementsAre("the last"));
  EXPECT_FALSE(story.is_whole);
}

TEST(RecentLines, CutLongLinesAndKeepEveryByte) {
  RecentLines lines;
  const std::string odd("a\0b\n\xff", 5);
  const auto first = lines.add(odd, 0);
  const auto second = lines.add(std::string(100'000, 'x'), first);
  const auto story = lines.story(second, 5);
  ASSERT_THAT(story.lines, testing::SizeIs(2));
  EXPECT_EQ(story.lines[0], odd);
  EXPECT_EQ(story.lines[1].size(), RecentLines::longest_line);
}

}  // namespace
}  // namespace spranga::guard
