#include "guard/judge/stable_list.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>
#include <string>

namespace spranga::guard {
namespace {

TEST(StableList, HoldsWhatADequeHolds) {
  std::mt19937 random(3);
  StableList<std::string> list;
  std::deque<std::string> other;
  for (int step = 0; step < 20'000; ++step) {
    // It grows for a while, then shrinks for a while.
    const bool grows = random() % 4 != (step / 2000 % 2 == 0 ? 0U : 1U) && step / 2000 % 2 == 0;
    if (grows || other.empty()) {
      other.push_back(std::to_string(random()) + " is too long to be kept inside");
      EXPECT_EQ(list.push_back(other.back()), other.back());
    } else {
      other.pop_back();
      list.pop_back();
    }
    ASSERT_EQ(list.size(), other.size());
    if (!other.empty()) {
      const auto at = random() % other.size();
      ASSERT_EQ(list[at], other[at]);
      ASSERT_EQ(list.back(), other.back());
    }
  }
  EXPECT_TRUE(std::equal(list.begin(), list.end(), other.begin(), other.end()));
}

TEST(StableList, NothingInItMoves) {
  StableList<int> list;
  const auto* const first = &list.push_back(7);
  for (int i = 1; i < 1'000'000; ++i) {
    list.push_back(i);
  }
  EXPECT_EQ(&list[0], first);
  EXPECT_EQ(*first, 7);
  EXPECT_EQ(list[999'999], 999'999);
  EXPECT_EQ(list[524'288], 524'288);  // where a block begins
  while (list.size() > 3) {
    list.pop_back();
  }
  EXPECT_EQ(&list[0], first);
  list.push_back(3);
  EXPECT_EQ(list[3], 3);
}

TEST(StableList, LetsGoOfWhatItHolds) {
  const auto shared = std::make_shared<int>(1);
  {
    StableList<std::shared_ptr<int>> list;
    for (int i = 0; i < 100; ++i) {
      list.push_back(shared);
    }
    list.pop_back();
    EXPECT_EQ(shared.use_count(), 100);
    StableList<std::shared_ptr<int>> other = std::move(list);
    EXPECT_EQ(other.size(), 99U);
    list = StableList<std::shared_ptr<int>>();
    EXPECT_TRUE(list.empty());
    other.clear();
    EXPECT_EQ(shared.use_count(), 1);
    other.push_back(shared);
    EXPECT_EQ(shared.use_count(), 2);
  }
  EXPECT_EQ(shared.use_count(), 1);
}

}  // namespace
}  // namespace spranga::guard
