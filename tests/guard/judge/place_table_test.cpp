#include "guard/judge/place_table.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace spranga::guard {
namespace {

TargetKey key(std::uint32_t number) {
  return target_key({1, 2}, std::to_string(number));
}

/// A list with a table over it; what it says is compared with a map.
class Listed {
public:
  void put(std::uint32_t number, std::uint32_t place) {
    keys_[place] = key(number);
    places_[number] = place;
    table_.insert(key(number), place, key_of());
  }

  void erase(std::uint32_t number) {
    table_.erase(key(number), places_.at(number), key_of());
    keys_.erase(places_.at(number));
    places_.erase(number);
  }

  [[nodiscard]] bool has(std::uint32_t number) const { return places_.contains(number); }

  [[nodiscard]] std::size_t size() const { return places_.size(); }

  void expect_right(std::uint32_t numbers) const {
    for (std::uint32_t number = 0; number < numbers; ++number) {
      const auto known = places_.find(number);
      const auto found = table_.find(key(number), key_of());
      ASSERT_EQ(found.has_value(), known != places_.end()) << number;
      if (found) {
        ASSERT_EQ(*found, known->second) << number;
      }
    }
  }

private:
  [[nodiscard]] std::function<TargetKey(std::uint32_t)> key_of() const {
    return [this](std::uint32_t place) { return keys_.at(place); };
  }

  PlaceTable table_;
  std::map<std::uint32_t, TargetKey> keys_;        // by place
  std::map<std::uint32_t, std::uint32_t> places_;  // by number
};

TEST(PlaceTable, KnowsWhatAMapKnows) {
  constexpr std::uint32_t numbers = 3000;
  std::mt19937 random(7);
  Listed listed;
  std::vector<std::uint32_t> free(numbers);
  for (std::uint32_t place = 0; place < numbers; ++place) {
    free[place] = place;
  }
  std::uint32_t next = numbers;
  for (int round = 0; round < 20'000; ++round) {
    const auto number = static_cast<std::uint32_t>(random() % numbers);
    if (listed.has(number)) {
      listed.erase(number);
    } else if (random() % 3 > 0) {
      listed.put(number, free.empty() ? next++ : free.back());
      free.empty() ? void() : free.pop_back();
    }
  }
  EXPECT_GT(listed.size(), 1000U);
  listed.expect_right(numbers);
}

TEST(PlaceTable, KnowsPlacesThatLeaveNoRoomForMarks) {
  constexpr std::uint32_t numbers = 200;
  constexpr std::uint32_t first = 0x00ffffff - numbers / 2;
  Listed listed;
  for (std::uint32_t number = 0; number < numbers; ++number) {
    listed.put(number, first + number);
  }
  listed.expect_right(2 * numbers);
  for (std::uint32_t number = 0; number < numbers; number += 2) {
    listed.erase(number);
  }
  listed.expect_right(2 * numbers);
}

}  // namespace
}  // namespace spranga::guard
