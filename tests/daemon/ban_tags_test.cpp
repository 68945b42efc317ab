#include "daemon/ban_tags.h"

#include <gtest/gtest.h>

namespace spranga::daemon {
namespace {

using std::chrono::hours;
using Lines = std::vector<std::string>;

constexpr auto start = ban::Instant(std::chrono::hours(500'000));

guard::HeldBan held() {
  guard::HeldBan out;
  out.ban = {"mail", "192.0.2.7", start, start + hours(1), 1, 3};
  out.known = std::make_shared<guard::Evidence>(guard::Evidence{{"c1", "c2"}});
  return out;
}

ledger::BanStory story(const std::string& jail, ban::Instant since, int failures, Lines lines) {
  ledger::BanStory out;
  out.made.ban = {jail, "192.0.2.7", since, since + hours(1), 1, failures};
  out.made.matches = std::move(lines);
  return out;
}

TEST(MergedBans, OfOneThatIsNotInTheLedgerYetAreItsOwn) {
  const auto merged = merge_bans(held(), {}, "", 10);
  EXPECT_EQ(merged.failures, 3);
  EXPECT_EQ(merged.matches, (Lines{"c1", "c2"}));
}

TEST(MergedBans, CountTheBanAtHandOnce) {
  const auto merged = merge_bans(held(), {story("mail", start, 3, {"c1", "c2"})}, "", 10);
  EXPECT_EQ(merged.failures, 3);
  EXPECT_EQ(merged.matches, (Lines{"c1", "c2"}));
}

TEST(MergedBans, HoldTheLastLinesTheOldestFirst) {
  const std::vector<ledger::BanStory> past = {story("ssh", start - hours(2), 5, {"b1", "b2"}),
                                              story("mail", start - hours(4), 7, {"a1", "a2"})};
  const auto all = merge_bans(held(), past, "", 5);
  EXPECT_EQ(all.failures, 15);
  EXPECT_EQ(all.matches, (Lines{"a2", "b1", "b2", "c1", "c2"}));
  const auto own = merge_bans(held(), past, "mail", 5);
  EXPECT_EQ(own.failures, 10);
  EXPECT_EQ(own.matches, (Lines{"a1", "a2", "c1", "c2"}));
}

TEST(MergedBans, OfAnEndedBanTakeALaterOneInToo) {
  const auto merged = merge_bans(held(), {story("ssh", start + hours(1), 2, {"d"})}, "", 10);
  EXPECT_EQ(merged.matches, (Lines{"c1", "c2", "d"}));
}

TEST(MergedBans, LeaveOutWhatAPersonLetGoAndWhoIsOnlyANeighbour) {
  auto let_go = story("mail", start - hours(4), 7, {"a"});
  let_go.ended = start - hours(3);
  auto network = story("mail", start - hours(2), 9, {"n"});
  network.made.ban.target = "192.0.2.0/24";
  EXPECT_EQ(merge_bans(held(), {network, let_go}, "", 10).failures, 3);
}

TEST(BanTags, AskForEarlierBansOnlyWhereTheActionDoes) {
  int questions = 0;
  const PastBans past = [&](const std::string& target) {
    ++questions;
    EXPECT_EQ(target, "192.0.2.7");
    return std::vector<ledger::BanStory>{story("ssh", start - hours(2), 5, {"b"})};
  };
  const auto plain = tags_of("mail", held(), {}, {"ip", "matches"}, past, 10);
  EXPECT_EQ(questions, 0);
  EXPECT_EQ(plain.at("matches"), "c1\nc2");
  EXPECT_FALSE(plain.contains("ipmatches"));
  const auto merged = tags_of("mail", held(), {}, {"ipmatches", "ipjailfailures"}, past, 10);
  EXPECT_EQ(questions, 1);
  EXPECT_EQ(merged.at("ipmatches"), "b\nc1\nc2");
  EXPECT_EQ(merged.at("ipfailures"), "8");
  EXPECT_EQ(merged.at("ipjailmatches"), "c1\nc2");
  EXPECT_EQ(merged.at("ipjailfailures"), "3");
}

action_runner::Tags tags_of_ban(const guard::HeldBan& ban) {
  return tags_of("mail", ban, {}, {}, {}, 10);
}

TEST(BanTags, CountAFirstBanAsOne) {
  auto ban = held();
  EXPECT_EQ(tags_of_ban(ban).at("bancount"), "1");
  ban.ban.count = 3;
  EXPECT_EQ(tags_of_ban(ban).at("bancount"), "3");
}

TEST(BanTags, CountABanThatComesBackOnceMore) {
  auto ban = held();
  ban.restored = true;
  EXPECT_EQ(tags_of_ban(ban).at("bancount"), "2");
}

TEST(BanTags, HoldTheAddressBesideAnIdOfTheFilters) {
  auto ban = held();
  ban.ban.target = "joe";
  EXPECT_EQ(tags_of_ban(ban).at("ip"), "joe");
  ban.known = std::make_shared<guard::Evidence>(guard::Evidence{{}, {{"ip", "192.0.2.9"}}});
  EXPECT_EQ(tags_of_ban(ban).at("ip"), "192.0.2.9");
  EXPECT_EQ(tags_of_ban(ban).at("fid"), "joe");
}

ban::JailSpec asking(const std::string& command) {
  ban::JailSpec out;
  out.name = "mail";
  out.bantime = std::chrono::seconds(77);
  out.ignorecommand = command;
  return out;
}

ban::Sighting failure() {
  ban::Sighting out;
  out.id = "192.0.2.7";
  out.at = start;
  out.fields = {{"user", std::string("boss")}, {"none", std::monostate()}};
  out.matches = {"the line"};
  return out;
}

TEST(IgnoreQuestion, HoldsWhatIsKnownOfTheFailure) {
  const auto asked =
      ignore_question(asking("<F-USER>"), failure(), {1, 2, 3, 4}, {}, 10, start + hours(1));
  EXPECT_EQ(asked.verb, action_runner::Verb::ignore);
  EXPECT_EQ(asked.jail, "mail");
  EXPECT_EQ(asked.fields.at("user"), "boss");
  const std::vector<std::pair<std::string, std::string>> expected = {{"ip", "192.0.2.7"},
                                                                     {"fid", "192.0.2.7"},
                                                                     {"matches", "the line"},
                                                                     {"bantime", "77"},
                                                                     {"failures", "0"},
                                                                     {"bancount", "0"},
                                                                     {"restored", "0"},
                                                                     {"time", "1800000000.0"},
                                                                     {"jail.found", "1"},
                                                                     {"jail.found_total", "2"},
                                                                     {"jail.banned", "3"},
                                                                     {"jail.banned_total", "4"}};
  for (const auto& [name, value] : expected) {
    EXPECT_EQ(asked.tags.at(name), value) << name;
  }
  EXPECT_FALSE(asked.tags.contains("ipmatches"));
}

TEST(IgnoreQuestion, IsNeverOfTheFuture) {
  auto early = failure();
  early.at = start + hours(1);
  EXPECT_EQ(ignore_question(asking(""), early, {}, {}, 10, start).tags.at("time"), "1800000000.0");
}

TEST(IgnoreQuestion, TellsOfEarlierBansWhereItIsAskedTo) {
  const PastBans past = [](const std::string& /*target*/) {
    return std::vector<ledger::BanStory>{story("ssh", start - hours(2), 5, {"b"})};
  };
  const auto jail = asking("x <ipmatches> <ipfailures> <ipjailmatches>");
  const auto tags = ignore_question(jail, failure(), {}, past, 10, start).tags;
  EXPECT_EQ(tags.at("ipmatches"), "b");
  EXPECT_EQ(tags.at("ipfailures"), "5");
  EXPECT_EQ(tags.at("ipjailmatches"), "the line");
  EXPECT_EQ(tags.at("ipjailfailures"), "0");
}

}  // namespace
}  // namespace spranga::daemon
