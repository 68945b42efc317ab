#include "ledger/questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/own_database.h"
#include "ledger/purge.h"
#include "tests/ledger/support.h"

namespace spranga::ledger::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto ample = 20s;

class Questions : public testing::Test {
protected:
  void note(Records records) {
    ledger_->note(std::move(records));
    ASSERT_TRUE(ledger_->flush(ample));
  }

  FixedClock clock_;
  Folder folder_;
  std::unique_ptr<Ledger> ledger_{opened(folder_.files(), clock_)};
};

std::vector<std::string> targets(const std::vector<BanStory>& stories) {
  std::vector<std::string> out;
  out.reserve(stories.size());
  for (const auto& story : stories) {
    out.push_back(story.made.ban.target);
  }
  return out;
}

TEST_F(Questions, FindBansOfAnAddressAndOfNetworksThatHoldIt) {
  auto network = banned("2001:db8:1::/64");
  network.ban.since = noon;
  note({banned("2001:db8:1::7"), network, banned("2001:db8:2::/64"), banned("192.0.2.0/24")});
  EXPECT_THAT(targets(*ledger_->bans_of("2001:db8:1::7", 10)),
              ElementsAre("2001:db8:1::/64", "2001:db8:1::7"));
  EXPECT_THAT(targets(*ledger_->bans_of("192.0.2.200", 10)), ElementsAre("192.0.2.0/24"));
  EXPECT_THAT(targets(*ledger_->bans_of("198.51.100.1", 10)), IsEmpty());
  EXPECT_THAT(targets(*ledger_->bans_of("2001:db8:1::7", 1)), ElementsAre("2001:db8:1::/64"));
}

TEST_F(Questions, FindSightingsOfAnAddressAndWithinANetwork) {
  note({seen("192.0.2.1", noon - 10s),
        seen("192.0.2.2", noon - 9s),
        seen("198.51.100.1"),
        seen("192.0.2.1", noon - 8s, "postfix")});
  const auto one = ledger_->sightings_of("192.0.2.1", noon - 1h, 10);
  ASSERT_THAT(*one, SizeIs(2));
  EXPECT_EQ((*one)[0].jail, "postfix");
  EXPECT_EQ((*one)[1].rule, "filter.d/sshd.conf:12");
  EXPECT_THAT(names(*ledger_->sightings_of("192.0.2.0/24", noon - 1h, 10)),
              ElementsAre("192.0.2.1", "192.0.2.2", "192.0.2.1"));
  EXPECT_THAT(*ledger_->sightings_of("192.0.2.1", noon - 8s, 10), SizeIs(1));
}

TEST_F(Questions, TellTheWorstOffenders) {
  auto many = seen("192.0.2.3");
  many.attempts = 9;
  note({seen("192.0.2.1"), seen("192.0.2.1"), many, banned("192.0.2.1"), banned("192.0.2.4")});
  const auto by_failures = ledger_->top(TopBy::failures, noon - 1h, 10);
  ASSERT_TRUE(by_failures);
  EXPECT_THAT(names(*by_failures), ElementsAre("192.0.2.3", "192.0.2.1"));
  EXPECT_EQ((*by_failures)[1].failures, 2U);
  EXPECT_EQ((*by_failures)[1].bans, 1U);
  EXPECT_THAT(names(*ledger_->top(TopBy::bans, noon - 1h, 10)),
              ElementsAre("192.0.2.1", "192.0.2.4"));
  EXPECT_THAT(*ledger_->top(TopBy::failures, noon + 1s, 10), IsEmpty());
  EXPECT_THAT(*ledger_->top(TopBy::failures, noon - 1h, 1), SizeIs(1));
}

TEST_F(Questions, CountPerJail) {
  note({seen("192.0.2.1"),
        seen("192.0.2.1", noon, "postfix"),
        banned("192.0.2.1"),
        banned("192.0.2.2", noon - 1s),
        banned("192.0.2.3"),
        BanEnded{"sshd", "192.0.2.3", noon}});
  const auto counts = ledger_->count_jails(noon - 1h, noon);
  ASSERT_THAT(*counts, SizeIs(2));
  EXPECT_EQ((*counts)[0].jail, "postfix");
  EXPECT_EQ((*counts)[0].failures, 1U);
  EXPECT_EQ((*counts)[1].bans, 3U);
  EXPECT_EQ((*counts)[1].running, 1U);
}

TEST(Networks, ThatHoldAnAddressAreSpeltAsBansAre) {
  const auto four = networks_holding("192.0.2.77");
  EXPECT_THAT(four, SizeIs(32));
  EXPECT_THAT(four, Contains("192.0.2.64/26"));
  EXPECT_THAT(networks_holding("2001:db8::1"), Contains("2001:db8::/32"));
  EXPECT_THAT(networks_holding("192.0.2.0/24"), SizeIs(24));
  EXPECT_THAT(networks_holding("a user's name"), IsEmpty());
  EXPECT_THAT(networks_holding("192.0.2.0/x"), IsEmpty());
  EXPECT_TRUE(holds("192.0.2.0/24", "192.0.2.9"));
  EXPECT_FALSE(holds("192.0.2.0/24", "192.0.3.9"));
  EXPECT_FALSE(holds("192.0.2.0/24", "2001:db8::1"));
  EXPECT_FALSE(holds("192.0.2.0/24", "192.0.0.0/16"));
}

TEST(Purge, KeepsOurTablesBounded) {
  auto own = open_own_database({});
  ASSERT_TRUE(own);
  auto& db = own->db;
  const auto insert = [&db](const char* sql, ban::Instant at) { ASSERT_TRUE(db.run(sql, at)); };
  const auto* const sighting =
      "INSERT INTO sightings(jail, target, at, attempts, weak, rule, line)"
      " VALUES('j', 't', ?, 1, 0, '', '')";
  for (int i = 0; i < 5000; ++i) {
    insert(sighting, noon - 2h);
  }
  for (int i = 0; i < 30; ++i) {
    insert(sighting, noon);
  }
  PurgeRules rules;
  rules.sightings = 1h;
  rules.most_sightings = 10;
  bool more = true;
  int times = 0;
  while (more) {
    const auto purged = purge_some(db, rules, noon);
    ASSERT_TRUE(purged) << purged.error().detail;
    more = *purged;
    ASSERT_LT(++times, 10);
  }
  EXPECT_GT(times, 1);
  EXPECT_EQ(*db.number("SELECT count(*) FROM sightings"), 10);
}

TEST(Purge, NeverTakesABanThatRuns) {
  auto own = open_own_database({});
  auto& db = own->db;
  const auto insert = [&db](const std::string& target,
                            ban::Instant since,
                            std::optional<ban::Instant> until,
                            std::optional<ban::Instant> ended) {
    ASSERT_TRUE(db.run(
        "INSERT INTO bans(change, jail, target, since, until, count, failures, made_by, ended,"
        " matches) VALUES(1, 'j', ?, ?, ?, 1, 1, 'filter', ?, '')",
        target,
        since,
        until,
        ended));
  };
  insert("for good", noon - 1000h, std::nullopt, std::nullopt);
  insert("ended for good", noon - 1000h, std::nullopt, noon - 900h);
  insert("runs", noon - 100h, noon + 1h, std::nullopt);
  insert("is over", noon - 100h, noon - 99h, std::nullopt);
  insert("was long", noon - 30h, noon - 10h, std::nullopt);
  insert("came again", noon - 30h, noon - 10h, std::nullopt);
  insert("came again", noon - 5h, noon - 4h, std::nullopt);
  ASSERT_TRUE(purge_some(db, {}, noon));
  std::vector<std::string> left;
  ASSERT_TRUE(db.each("SELECT target FROM bans ORDER BY id",
                      [&left](const Row& row) { left.push_back(row.bytes(0)); }));
  EXPECT_THAT(left, ElementsAre("for good", "runs", "was long", "came again"));
  PurgeRules few;
  few.most_bans = 1;
  ASSERT_TRUE(purge_some(db, few, noon));
  EXPECT_EQ(*db.number("SELECT count(*) FROM bans"), 2);
}

}  // namespace
}  // namespace spranga::ledger::test
