#include "finding/catalogue.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace spranga::finding {
namespace {

TEST(Catalogue, HasEachIdOnce) {
  std::set<std::string_view> ids;
  for (const auto& check : catalogue()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id;
    EXPECT_EQ(find_check(check.id), &check);
  }
}

TEST(Catalogue, HasTheChecksOfThisProduct) {
  for (const auto* id : {"A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "S1", "S2", "S3",
                         "S4", "S6", "S7", "G1", "G2", "G3", "G4", "G5", "G6", "X8", "X11"}) {
    EXPECT_NE(find_check(id), nullptr) << id;
  }
  EXPECT_EQ(catalogue().size(), 22U);
}

TEST(Catalogue, KnowsNoOtherIds) {
  EXPECT_EQ(find_check("a1"), nullptr);
  EXPECT_EQ(find_check(""), nullptr);
  EXPECT_EQ(find_check("A99"), nullptr);
}

TEST(Catalogue, DecidesByTheRightChecks) {
  std::set<std::string_view> deciding;
  for (const auto& check : catalogue()) {
    if (check.weight == Weight::must) {
      deciding.insert(check.id);
    }
  }
  EXPECT_EQ(
      deciding,
      (std::set<std::string_view>{"A1", "A2", "A4", "A5", "A6", "S1", "S2", "S4", "G1", "G2"}));
}

TEST(Catalogue, GoesByRuleAndBeyondLast) {
  int before = 1;
  for (const auto& check : catalogue()) {
    const int place = check.rule == Rule::beyond ? 4 : static_cast<int>(check.rule);
    EXPECT_GE(place, before) << check.id;
    before = place;
  }
}

TEST(Catalogue, FirstLetterOfAnIdTellsTheRule) {
  const std::map<char, Rule> rules = {{'A', Rule::passwords_over_tls},
                                      {'S', Rule::authorised_senders},
                                      {'G', Rule::guessing_blocked},
                                      {'X', Rule::beyond}};
  for (const auto& check : catalogue()) {
    EXPECT_EQ(rules.at(check.id.front()), check.rule) << check.id;
  }
}

TEST(Catalogue, TitlesFitOnALine) {
  for (const auto& check : catalogue()) {
    EXPECT_LE(words::say(check.title).size(), 60U) << check.id;
  }
}

TEST(Catalogue, BeyondNeverDecides) {
  for (const auto& check : catalogue()) {
    if (check.rule == Rule::beyond) {
      EXPECT_EQ(check.weight, Weight::inform) << check.id;
    }
  }
}

}  // namespace
}  // namespace spranga::finding
