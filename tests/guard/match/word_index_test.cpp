#include "guard/match/word_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace spranga::guard {
namespace {

WordTable table_of(std::uint32_t words) {
  WordTable table;
  for (std::uint32_t i = 0; i < words; ++i) {
    static_cast<void>(table.number_of("word" + std::to_string(i)));
  }
  return table;
}

TEST(WordIndex, AnExpressionIsLikelyWhereAllWordsOfASetAreThere) {
  const auto table = table_of(5);
  WordIndex index;
  index.add(std::vector<WordIndex::Set>{{0}, {1, 2}});
  index.add(std::vector<WordIndex::Set>{});
  LikelyExpressions likely;
  FoundWords found(table);
  found.add(1);
  index.look_up(found, likely);
  EXPECT_FALSE(likely.has(0));
  EXPECT_TRUE(likely.has(1));
  EXPECT_FALSE(likely.has_any(0, 1));
  found.add(2);
  index.look_up(found, likely);
  EXPECT_TRUE(likely.has(0));
  EXPECT_EQ(index.first_words(0, 2), (std::vector<std::uint32_t>{0, 1}));
}

TEST(WordIndex, SaysWhatALookAtEachSetSays) {
  std::mt19937 random(5);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
  constexpr std::uint32_t words = 30;
  const auto table = table_of(words);
  for (int round = 0; round < 200; ++round) {
    WordIndex index;
    std::vector<std::vector<WordIndex::Set>> all(1 + random() % 150);
    for (auto& sets : all) {
      sets.resize(random() % 4);
      for (auto& set : sets) {
        set = {static_cast<std::uint32_t>(random() % words)};
        if (random() % 2 == 0) {
          set.push_back(static_cast<std::uint32_t>(random() % words));
        }
      }
      index.add(sets);
    }
    FoundWords found(table);
    for (auto left = random() % 4; left > 0; --left) {
      found.add(static_cast<std::uint32_t>(random() % words));
    }
    LikelyExpressions likely;
    index.look_up(found, likely);
    std::vector<bool> expected;
    for (const auto& sets : all) {
      bool may = sets.empty();
      for (const auto& set : sets) {
        may = may || std::ranges::all_of(set, [&](auto word) { return found.has(word); });
      }
      expected.push_back(may);
      EXPECT_EQ(likely.has(expected.size() - 1), may);
    }
    const auto from = random() % all.size();
    const auto to = from + random() % (all.size() - from + 1);
    EXPECT_EQ(likely.has_any(from, to),
              std::find(expected.begin() + static_cast<std::ptrdiff_t>(from),
                        expected.begin() + static_cast<std::ptrdiff_t>(to),
                        true) != expected.begin() + static_cast<std::ptrdiff_t>(to));
  }
}

}  // namespace
}  // namespace spranga::guard
