#include "guard/live/ban_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace spranga::guard {
namespace {

using std::chrono::seconds;

ban::Instant at_second(long long second) {
  return ban::Instant(seconds(second));
}

HeldBan held(const std::string& target, std::optional<ban::Instant> until) {
  HeldBan out;
  out.ban = {"jail", target, at_second(0), until, 1, 3};
  return out;
}

std::vector<std::string> targets(const std::vector<const HeldBan*>& bans) {
  std::vector<std::string> out;
  out.reserve(bans.size());
  for (const auto* one : bans) {
    out.push_back(one->ban.target);
  }
  return out;
}

TEST(BanList, KeepsTheOrderInWhichBansCame) {
  BanList list;
  for (const auto* target : {"c", "a", "b", "d"}) {
    list.put(held(target, at_second(10)));
  }
  EXPECT_TRUE(list.take("a"));
  list.put(held("c", at_second(20)));  // anew: the last one now
  list.put(held("e", std::nullopt));
  EXPECT_THAT(targets(list.all()), testing::ElementsAre("b", "d", "c", "e"));
  EXPECT_EQ(list.size(), 4U);
}

TEST(BanList, LetsGoInTheOrderOfTheEndsAsTheyAreNow) {
  BanList list;
  list.put(held("a", at_second(10)));
  list.put(held("b", at_second(20)));
  list.put(held("c", std::nullopt));
  list.prolong("a", at_second(30));
  list.prolong("c", at_second(5));
  EXPECT_EQ(list.next_end(), at_second(5));
  EXPECT_TRUE(list.take("c"));
  EXPECT_EQ(list.next_end(), at_second(20));
  const auto gone = list.take_ended(at_second(31), 10);
  ASSERT_EQ(gone.size(), 2U);
  EXPECT_EQ(gone[0].ban.target, "b");
  EXPECT_EQ(gone[1].ban.target, "a");
  EXPECT_EQ(list.next_end(), std::nullopt);
}

/// The same into a plain map: both hold the same, and the same ends come next.
TEST(BanList, IsWhatAPlainMapIs) {
  std::mt19937 random(7);
  BanList list;
  std::map<std::string, std::optional<ban::Instant>> plain;
  for (int step = 0; step < 20'000; ++step) {
    const auto target = std::to_string(random() % 400);
    const auto end = random() % 8 == 0
                         ? std::nullopt
                         : std::optional(at_second(step + static_cast<int>(random() % 1000)));
    switch (random() % 4) {
      case 0:
        EXPECT_EQ(list.take(target).has_value(), plain.erase(target) > 0);
        break;
      case 1:
        list.prolong(target, end);
        if (plain.contains(target)) {
          plain[target] = end;
        }
        break;
      case 2:
        for (const auto& gone : list.take_ended(at_second(step), 1000)) {
          EXPECT_EQ(plain.erase(gone.ban.target), 1U);
        }
        break;
      default:
        list.put(held(target, end));
        plain[target] = end;
    }
    std::optional<ban::Instant> next;
    for (const auto& [name, until] : plain) {
      next = until && (!next || *until < *next) ? until : next;
    }
    ASSERT_EQ(list.next_end(), next) << step;
    ASSERT_EQ(list.size(), plain.size()) << step;
  }
  for (const auto* one : list.all()) {
    EXPECT_EQ(plain.at(one->ban.target), one->ban.until);
  }
}

}  // namespace
}  // namespace spranga::guard
