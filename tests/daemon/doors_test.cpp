#include "daemon/doors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class RecordingFirewall : public firewall::Firewall {
public:
  std::uint64_t open(const firewall::Door& door) override {
    return note("open " + std::to_string(door.id));
  }

  std::uint64_t close(firewall::DoorId door) override {
    return note("close " + std::to_string(door));
  }

  std::uint64_t ban(std::span<const firewall::Entry> entries) override {
    return each("ban", entries);
  }

  std::uint64_t unban(std::span<const firewall::Entry> entries) override {
    return each("unban", entries);
  }

  std::uint64_t flush(firewall::DoorId door) override {
    return note("flush " + std::to_string(door));
  }

  std::uint64_t list(firewall::DoorId door) override {
    return note("list " + std::to_string(door));
  }

  std::vector<std::string> done;

private:
  std::uint64_t note(std::string what) {
    done.push_back(std::move(what));
    return done.size();
  }

  std::uint64_t each(const std::string& verb, std::span<const firewall::Entry> entries) {
    for (const auto& entry : entries) {
      note(verb + " " + std::to_string(entry.door) + " " + entry.base.to_string() + "/" +
           std::to_string(entry.prefix) +
           (verb == "unban" ? ""
            : entry.lasts   ? " " + std::to_string(entry.lasts->count()) + " ms"
                            : " for good"));
    }
    return done.size();
  }
};

constexpr ban::Instant now{seconds(1'700'000'000)};
const std::string attacker = "198.51.100.7";

firewall::Door mail_ports() {
  firewall::Door door;
  door.ports = {{25, 25}, {465, 465}, {587, 587}};
  return door;
}

class DoorsTest : public testing::Test {
protected:
  void forget() { kernel.done.clear(); }

  RecordingFirewall kernel;
  Doors doors{kernel};
};

TEST_F(DoorsTest, SharesADoorAmongJailsOfTheSamePorts) {
  const auto one = doors.open(mail_ports(), "postfix");
  const auto two = doors.open(mail_ports(), "dovecot");
  const auto all = doors.open(firewall::Door{}, "postfix");
  EXPECT_EQ(*one, *two);
  EXPECT_NE(*one, *all);
  EXPECT_EQ(kernel.done.size(), 2U);
}

TEST_F(DoorsTest, KeepsAnElementUntilTheLastOfItsJailsLetsGo) {
  const auto door = *doors.open(mail_ports(), "postfix");
  forget();
  doors.ban(door, "postfix", attacker, now + seconds(10), now);
  doors.ban(door, "dovecot", attacker, now + seconds(60), now);
  doors.unban(door, "dovecot", attacker, now + seconds(1));
  doors.unban(door, "postfix", attacker, now + seconds(2));
  EXPECT_THAT(kernel.done,
              ElementsAre("ban 1 198.51.100.7/32 10000 ms",
                          "ban 1 198.51.100.7/32 60000 ms",
                          "ban 1 198.51.100.7/32 9000 ms",
                          "unban 1 198.51.100.7/32"));
}

TEST_F(DoorsTest, NeverShortensWhatAnotherJailHolds) {
  const auto door = *doors.open(mail_ports(), "postfix");
  forget();
  doors.ban(door, "recidive", attacker, std::nullopt, now);
  doors.ban(door, "postfix", attacker, now + seconds(10), now);
  EXPECT_THAT(kernel.done,
              ElementsAre("ban 1 198.51.100.7/32 for good", "ban 1 198.51.100.7/32 for good"));
}

TEST_F(DoorsTest, LeavesToTheKernelWhatEndsByItself) {
  const auto door = *doors.open(mail_ports(), "postfix");
  doors.ban(door, "postfix", attacker, now + seconds(10), now);
  forget();
  doors.unban(door, "postfix", attacker, now + seconds(10) + milliseconds(1));
  EXPECT_THAT(kernel.done, IsEmpty());
  EXPECT_EQ(doors.size(door), 0U);
}

TEST_F(DoorsTest, LetsGoOfWhomTheKernelStillHoldsSinceItsClockIsBehind) {
  const auto door = *doors.open(mail_ports(), "postfix");
  doors.ban(door, "postfix", attacker, now + seconds(10), now);
  forget();
  doors.unban(door, "postfix", attacker, now + std::chrono::hours(8));  // it has slept
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32"));
}

TEST_F(DoorsTest, MakesEverythingAgain) {
  const auto door = *doors.open(mail_ports(), "postfix");
  doors.ban(door, "postfix", attacker, now + seconds(100), now);
  doors.ban(door, "postfix", "2001:db8:0:7::/64", std::nullopt, now);
  doors.ban(door, "postfix", "198.51.100.8", now + seconds(1), now);
  forget();
  doors.refill(now + seconds(50));
  EXPECT_THAT(kernel.done,
              UnorderedElementsAre(
                  "open 1", "ban 1 198.51.100.7/32 50000 ms", "ban 1 2001:db8:0:7::/64 for good"));
}

TEST_F(DoorsTest, GathersBansUntilTheyAreSent) {
  Doors many(kernel, 3);
  const auto door = *many.open(mail_ports(), "postfix");
  forget();
  many.ban(door, "postfix", "198.51.100.1", std::nullopt, now);
  many.ban(door, "postfix", "198.51.100.2", std::nullopt, now);
  EXPECT_THAT(kernel.done, IsEmpty());
  many.ban(door, "postfix", "198.51.100.3", std::nullopt, now);
  EXPECT_EQ(kernel.done.size(), 3U);
  many.ban(door, "postfix", "198.51.100.4", std::nullopt, now);
  many.unban(door, "postfix", "198.51.100.4", now);
  EXPECT_EQ(kernel.done[3], "ban 1 198.51.100.4/32 for good");
  EXPECT_EQ(kernel.done[4], "unban 1 198.51.100.4/32");
  EXPECT_FALSE(many.send(now));
  many.ban(door, "postfix", "198.51.100.5", std::nullopt, now);
  EXPECT_TRUE(many.send(now));
  EXPECT_FALSE(many.send(now));
  EXPECT_EQ(kernel.done.size(), 6U);
}

TEST_F(DoorsTest, SendsFreshBansAheadOfThoseOfEarlierLives) {
  const auto door = *doors.open(mail_ports(), "postfix");
  forget();
  for (int i = 0; i < 3000; ++i) {
    doors.ban(door,
              "postfix",
              "2001:db8::" + std::to_string(i),
              now + seconds(100),
              now,
              Doors::Turn::behind_fresh);
  }
  EXPECT_TRUE(doors.is_busy());
  EXPECT_THAT(kernel.done, IsEmpty());
  doors.ban(door, "postfix", attacker, now + seconds(10), now);
  doors.send(now + seconds(1));
  EXPECT_EQ(kernel.done.at(0), "ban 1 198.51.100.7/32 10000 ms");
  EXPECT_EQ(kernel.done.at(1), "ban 1 2001:db8::/128 99000 ms");
  const auto some = kernel.done.size();
  EXPECT_LT(some, 3000U);
  doors.send(now);  // nothing was answered
  EXPECT_EQ(kernel.done.size(), some);
  // RecordingFirewall's orders are as many as its lines.
  doors.done(some);
  doors.send(now);
  EXPECT_GT(kernel.done.size(), some);
}

TEST_F(DoorsTest, LeavesOutOlderBansThatEndedWhileTheyWaited) {
  constexpr auto later = Doors::Turn::behind_fresh;
  const auto door = *doors.open(mail_ports(), "postfix");
  doors.ban(door, "postfix", "198.51.100.1", now + seconds(100), now, later);
  doors.ban(door, "postfix", "198.51.100.2", now + seconds(100), now, later);
  doors.ban(door, "postfix", "198.51.100.3", now + seconds(100), now, later);
  doors.unban(door, "postfix", "198.51.100.1", now);
  doors.ban(door, "postfix", "198.51.100.2", now + seconds(500), now);
  forget();
  doors.send(now);
  EXPECT_THAT(kernel.done,
              ElementsAre("ban 1 198.51.100.2/32 500000 ms", "ban 1 198.51.100.3/32 100000 ms"));
}

constexpr auto behind = Doors::Turn::behind_fresh;

/// A start with bans of an earlier life: first who they are, then the books.
class DoorsAhead : public DoorsTest {
protected:
  void SetUp() override {
    door = *doors.open(mail_ports(), "postfix");
    forget();
  }

  firewall::DoorId door{};
};

TEST_F(DoorsAhead, WhatIsBannedIsNotBannedOnceMoreForTheBooks) {
  doors.ban_ahead(door, attacker, now + seconds(100), now);
  doors.ban_ahead(door, "198.51.100.8", std::nullopt, now);
  doors.send(now);
  EXPECT_THAT(kernel.done,
              ElementsAre("ban 1 198.51.100.7/32 100000 ms", "ban 1 198.51.100.8/32 for good"));
  forget();
  doors.ban(door, "postfix", attacker, now + seconds(100), now, behind);
  doors.ban(door, "postfix", "198.51.100.8", std::nullopt, now, behind);
  doors.send(now);
  doors.end_ahead(now);
  EXPECT_THAT(kernel.done, IsEmpty());
  doors.unban(door, "postfix", attacker, now);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32"));
}

TEST_F(DoorsAhead, WhoComesWithTheBooksAloneGoesOutThen) {
  doors.ban_ahead(door, "198.51.100.8", now + seconds(100), now);
  doors.send(now);
  forget();
  doors.ban(door, "postfix", attacker, now + seconds(100), now, behind);
  doors.send(now);
  EXPECT_THAT(kernel.done, ElementsAre("ban 1 198.51.100.7/32 100000 ms"));
}

TEST_F(DoorsAhead, WhomTheBooksRefuseIsLetGoInTheEnd) {
  doors.ban_ahead(door, attacker, std::nullopt, now);
  doors.ban_ahead(door, "198.51.100.8", now + seconds(100), now);
  doors.send(now);
  doors.ban(door, "postfix", "198.51.100.8", now + seconds(50), now, behind);  // shorter by now
  forget();
  doors.end_ahead(now);
  EXPECT_THAT(kernel.done,
              ElementsAre("unban 1 198.51.100.7/32", "ban 1 198.51.100.8/32 50000 ms"));
  EXPECT_EQ(doors.size(door), 1U);
}

TEST_F(DoorsAhead, WhoIsUnbannedDoesNotGoOutAnyMore) {
  doors.ban_ahead(door, attacker, std::nullopt, now);  // waits
  doors.ban(door, "postfix", attacker, std::nullopt, now, behind);
  doors.end_ahead(now);
  doors.unban(door, "postfix", attacker, now);
  doors.send(now);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32"));
}

TEST_F(DoorsAhead, AllWhoAreUnbannedDoNotGoOutAnyMore) {
  doors.ban_ahead(door, attacker, now + seconds(100), now);
  doors.ban(door, "postfix", attacker, now + seconds(100), now, behind);
  doors.end_ahead(now);
  doors.clear(door, "postfix", now, Doors::Clearing::by_person);
  doors.send(now);
  EXPECT_THAT(kernel.done, ElementsAre("flush 1"));
}

TEST_F(DoorsAhead, WhoIsBannedAnewKeepsTheLaterEnd) {
  doors.ban_ahead(door, attacker, now + seconds(10), now);  // waits
  doors.ban(door, "postfix", attacker, now + seconds(500), now);
  doors.send(now);
  ASSERT_FALSE(kernel.done.empty());
  for (const auto& order : kernel.done) {
    EXPECT_EQ(order, "ban 1 198.51.100.7/32 500000 ms");
  }
  forget();
  doors.end_ahead(now);
  EXPECT_THAT(kernel.done, IsEmpty());
}

TEST_F(DoorsAhead, OfSeveralJailsTheLastEndCounts) {
  ASSERT_EQ(*doors.open(mail_ports(), "dovecot"), door);
  doors.ban_ahead(door, attacker, now + seconds(900), now);  // of postfix
  doors.ban_ahead(door, attacker, now + seconds(3), now);    // of dovecot
  doors.send(now);
  EXPECT_EQ(kernel.done.back(), "ban 1 198.51.100.7/32 900000 ms");
  forget();
  const auto later = now + seconds(10);  // dovecot's is over before the books come to it
  doors.ban(door, "postfix", attacker, now + seconds(900), later, behind);
  doors.send(later);
  doors.end_ahead(later);
  EXPECT_THAT(kernel.done, IsEmpty());
}

TEST_F(DoorsAhead, AFreshBanOfAnotherJailThatEndsTakesNothingAway) {
  ASSERT_EQ(*doors.open(mail_ports(), "dovecot"), door);
  doors.ban_ahead(door, attacker, now + seconds(900), now);  // of postfix
  doors.send(now);
  doors.ban(door, "dovecot", attacker, now + seconds(5), now);
  EXPECT_EQ(kernel.done.back(), "ban 1 198.51.100.7/32 900000 ms");
  forget();
  const auto later = now + seconds(6);
  doors.unban(door, "dovecot", attacker, later);
  doors.ban(door, "postfix", attacker, now + seconds(900), later, behind);
  doors.send(later);
  doors.end_ahead(later);
  EXPECT_THAT(kernel.done, IsEmpty());
}

TEST_F(DoorsAhead, WhatTheKernelHasLostIsMadeAgain) {
  doors.ban_ahead(door, attacker, now + seconds(100), now);
  doors.send(now);
  forget();
  doors.refill(now);
  EXPECT_THAT(kernel.done, testing::Contains("ban 1 198.51.100.7/32 100000 ms"));
}

TEST_F(DoorsAhead, AnOrderThatFailedIsRepeatedInTheEnd) {
  doors.ban_ahead(door, attacker, now + seconds(100), now);
  doors.send(now);
  // RecordingFirewall's orders are as many as its lines, and one line opened the door.
  doors.failed(1);
  doors.failed(2);
  doors.ban(door, "postfix", attacker, now + seconds(100), now, behind);
  forget();
  doors.end_ahead(now);
  doors.send(now);
  EXPECT_THAT(kernel.done, ElementsAre("ban 1 198.51.100.7/32 100000 ms"));
}

TEST_F(DoorsAhead, NobodyIsBannedInASetOfIpset) {
  auto shape = mail_ports();
  shape.backend = firewall::Backend::ipset;
  shape.name = "postfix";
  const auto other = *doors.open(shape, "postfix");
  forget();
  doors.ban_ahead(other, attacker, now + seconds(10), now);
  doors.send(now);
  EXPECT_THAT(kernel.done, IsEmpty());
}

/// As many bans as two portions: the books may be through before the firewall has answered.
TEST_F(DoorsAhead, AnOrderThatFailsAfterTheEndIsRepeatedToo) {
  doors.ban_ahead(door, attacker, now + seconds(100), now);
  doors.ban(door, "postfix", attacker, now + seconds(100), now, behind);
  doors.end_ahead(now);
  doors.send(now);
  ASSERT_THAT(kernel.done, ElementsAre("ban 1 198.51.100.7/32 100000 ms"));
  const auto order = kernel.done.size();
  forget();
  doors.failed(order);
  doors.send(now);
  EXPECT_THAT(kernel.done, ElementsAre("ban 1 198.51.100.7/32 100000 ms"));
}

TEST_F(DoorsAhead, AnOrderThatFailedIsRepeatedWhereTheLedgerIsDamaged) {
  doors.ban_ahead(door, attacker, now + seconds(100), now);
  doors.send(now);
  const auto order = kernel.done.size();
  forget();
  doors.failed(order);
  doors.ban(door, "postfix", attacker, now + seconds(100), now, behind);
  doors.end_ahead(now, Doors::Rest::kept);
  doors.send(now);
  EXPECT_THAT(kernel.done, ElementsAre("ban 1 198.51.100.7/32 100000 ms"));
}

TEST_F(DoorsAhead, WhomADamagedLedgerHasLeftEndsWithHisNextBan) {
  doors.ban_ahead(door, attacker, std::nullopt, now);
  doors.send(now);
  doors.end_ahead(now, Doors::Rest::kept);
  doors.ban(door, "postfix", attacker, now + seconds(600), now);
  forget();
  doors.unban(door, "postfix", attacker, now + seconds(300));  // by a person
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32"));
}

TEST_F(DoorsAhead, WhomADamagedLedgerHasLeftGoesWithAll) {
  doors.ban_ahead(door, attacker, std::nullopt, now);
  doors.send(now);
  doors.end_ahead(now, Doors::Rest::kept);
  doors.ban(door, "postfix", "198.51.100.8", now + seconds(600), now);
  forget();
  doors.clear(
      door, "postfix", now, Doors::Clearing::by_person);  // unban --all; nobody else uses the door
  EXPECT_THAT(kernel.done, ElementsAre("flush 1"));
}

TEST_F(DoorsAhead, WhomADamagedLedgerHasLeftGoesByAPersonsWord) {
  EXPECT_FALSE(doors.let_stranger_go(door, attacker, now)) << "there are no strangers";
  doors.ban_ahead(door, attacker, std::nullopt, now);
  doors.send(now);
  doors.end_ahead(now, Doors::Rest::kept);
  forget();
  EXPECT_TRUE(doors.let_stranger_go(door, attacker, now));
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32"));
  doors.ban(door, "postfix", "198.51.100.8", now + seconds(600), now);
  EXPECT_FALSE(doors.let_stranger_go(door, "198.51.100.8", now)) << "he is no stranger";
  EXPECT_FALSE(doors.let_stranger_go(door, "nobody", now));
}

TEST_F(DoorsAhead, WhomADamagedLedgerHasLeftGoesWithAllEvenWhereNobodyElseIsHeld) {
  doors.ban_ahead(door, attacker, std::nullopt, now);
  doors.send(now);
  doors.end_ahead(now, Doors::Rest::kept);
  forget();
  doors.clear(door, "postfix", now, Doors::Clearing::by_person);
  EXPECT_THAT(kernel.done, ElementsAre("flush 1"));
}

TEST_F(DoorsAhead, WhomADamagedLedgerHasLeftStaysWhereOneOfSeveralJailsGoes) {
  ASSERT_EQ(*doors.open(mail_ports(), "dovecot"), door);
  doors.ban_ahead(door, attacker, std::nullopt, now);  // of dovecot, whose row is not read again
  doors.ban_ahead(door, "198.51.100.8", now + seconds(100), now);
  doors.send(now);
  doors.ban(door, "postfix", "198.51.100.8", now + seconds(100), now, behind);
  doors.end_ahead(now, Doors::Rest::kept);
  forget();
  doors.leave(door, "postfix", now);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.8/32"));
}

TEST_F(DoorsAhead, WhomADamagedLedgerHasLeftGoesWhenAPersonLetsAllOfEachJailGo) {
  ASSERT_EQ(*doors.open(mail_ports(), "dovecot"), door);
  doors.ban_ahead(door, attacker, std::nullopt, now);
  doors.send(now);
  doors.end_ahead(now, Doors::Rest::kept);
  forget();
  doors.clear(door, "postfix", now, Doors::Clearing::by_person);
  EXPECT_THAT(kernel.done, IsEmpty());
  doors.clear(door, "dovecot", now, Doors::Clearing::by_person);
  EXPECT_THAT(kernel.done, ElementsAre("flush 1"));
}

TEST_F(DoorsAhead, WhomADamagedLedgerHasLeftKeepsTheLongerTime) {
  ASSERT_EQ(*doors.open(mail_ports(), "dovecot"), door);
  doors.ban_ahead(door, attacker, now + seconds(600), now);
  doors.ban_ahead(door, attacker, now + seconds(60'000), now);  // of dovecot
  doors.send(now);
  doors.ban(door, "postfix", attacker, now + seconds(600), now, behind);
  forget();
  doors.end_ahead(now, Doors::Rest::kept);
  EXPECT_THAT(kernel.done, IsEmpty());
}

/// As the daemon has it: fresh bans gather until the next send().
TEST_F(DoorsAhead, TheEndDoesNotOvertakeAFreshBanThatWaits) {
  Doors gathering{kernel, 64};
  const auto gate = *gathering.open(mail_ports(), "postfix");
  gathering.ban_ahead(gate, attacker, std::nullopt, now);  // the books will refuse it
  gathering.send(now);
  gathering.ban(gate, "dovecot", attacker, now + seconds(100), now);  // banip
  forget();
  gathering.end_ahead(now);
  gathering.send(now);
  EXPECT_EQ(kernel.done.back(), "ban 1 198.51.100.7/32 100000 ms");
}

/// A stop while the ledger still holds: one flush rather than an unban of each of a million.
TEST_F(DoorsAhead, ADoorThatItsLastJailLeavesIsEmptiedAtOnce) {
  doors.ban_ahead(door, attacker, now + seconds(100), now);
  doors.ban_ahead(door, "198.51.100.8", now + seconds(100), now);
  doors.send(now);
  doors.ban(door, "postfix", "198.51.100.8", now + seconds(100), now, behind);
  forget();
  doors.leave(door, "postfix", now);
  EXPECT_THAT(kernel.done, ElementsAre("flush 1", "close 1"));
}

/// What failed before some refill is whole again: nothing is to be repeated.
TEST_F(DoorsAhead, ARefillMakesGoodWhatFailedBefore) {
  doors.ban_ahead(door, attacker, now + seconds(100), now);
  doors.send(now);
  doors.failed(kernel.done.size());
  doors.refill(now);
  doors.ban(door, "postfix", attacker, now + seconds(100), now, behind);
  forget();
  doors.end_ahead(now);
  EXPECT_THAT(kernel.done, IsEmpty());
}

TEST_F(DoorsTest, GoTogetherToAFirewallThatIsNotThereYet) {
  doors.gather();
  const auto mail = *doors.open(mail_ports(), "postfix");
  const auto all = *doors.open(firewall::Door{}, "recidive");
  EXPECT_THAT(kernel.done, IsEmpty());
  EXPECT_EQ(doors.all().size(), 2U);
  doors.begin();
  EXPECT_THAT(kernel.done, ElementsAre("open 1", "open 2"));
  forget();
  doors.leave(mail, "postfix", now);
  EXPECT_NE(*doors.open(mail_ports(), "dovecot"), all);
  EXPECT_THAT(kernel.done, ElementsAre("close 1", "open 3"));
}

firewall::Entry left_in(firewall::DoorId door, const std::string& address) {
  return {door, *net::Address::parse(address), 32, std::nullopt};
}

TEST_F(DoorsTest, LetGoWhomAnEarlierLifeLeftInThemAndNobodyHolds) {
  const auto door = *doors.open(mail_ports(), "postfix");
  doors.found({{left_in(door, attacker), left_in(door, "198.51.100.8")}, true});
  doors.found({{left_in(door, "198.51.100.9"), left_in(7, "198.51.100.8")}, true});
  doors.ban(door, "postfix", attacker, now + seconds(10), now, Doors::Turn::behind_fresh);
  doors.ban(door, "postfix", "198.51.100.9", std::nullopt, now);
  forget();
  doors.let_strangers_go(now);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.8/32"));
  doors.let_strangers_go(now);
  EXPECT_EQ(kernel.done.size(), 1U);
}

TEST_F(DoorsTest, LetNobodyGoWhereNobodyKnowsWhoHasARightToBeThere) {
  const auto door = *doors.open(mail_ports(), "postfix");
  doors.found({{left_in(door, attacker)}, true});
  doors.keep_strangers();
  forget();
  doors.let_strangers_go(now);
  EXPECT_THAT(kernel.done, IsEmpty());
}

TEST_F(DoorsTest, HoldsATargetOfSeveralJailsUntilTheLastLetsGo) {
  const auto door = *doors.open(mail_ports(), "postfix");
  for (const auto* jail : {"postfix", "dovecot", "recidive"}) {
    doors.ban(door, jail, attacker, now + seconds(10), now);
  }
  forget();
  doors.unban(door, "postfix", attacker, now);
  doors.unban(door, "postfix", attacker, now);
  doors.unban(door, "recidive", attacker, now);
  EXPECT_THAT(kernel.done, IsEmpty());
  EXPECT_EQ(doors.size(door), 1U);
  doors.unban(door, "dovecot", attacker, now);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32"));
}

TEST_F(DoorsTest, LetsTheBansOfOneJailGoAndNoOthers) {
  const auto door = *doors.open(mail_ports(), "postfix");
  doors.ban(door, "postfix", attacker, now + seconds(100), now);
  doors.ban(door, "dovecot", "198.51.100.8", now + seconds(100), now);
  forget();
  doors.clear(door, "postfix", now, Doors::Clearing::by_person);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32"));
  doors.leave(door, "postfix", now);
  doors.leave(door, "dovecot", now);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32", "flush 1", "close 1"));
}

TEST_F(DoorsTest, StaysOpenForAJailThatHasBannedNobodyYet) {
  const auto door = *doors.open(mail_ports(), "postfix");
  ASSERT_EQ(*doors.open(mail_ports(), "dovecot"), door);
  forget();
  EXPECT_FALSE(doors.leave(door, "postfix", now));
  EXPECT_THAT(kernel.done, IsEmpty());
  EXPECT_TRUE(doors.leave(door, "dovecot", now));
  EXPECT_THAT(kernel.done, ElementsAre("close 1"));
}

firewall::Door ipset_door(const std::string& name, std::uint16_t port = 25) {
  firewall::Door door;
  door.backend = firewall::Backend::ipset;
  door.ports = {{port, port}};
  door.name = name;
  return door;
}

/// What RecordingFirewall was told first has the number 1.
firewall::Outcome answer(std::uint64_t order, Errc code = {}, const std::string& error = "") {
  return {order, code, error};
}

TEST_F(DoorsTest, KeepsTheBansOfAnIpsetDoorUntilItIsOpenAndThenOrdersThemTogether) {
  const auto door = *doors.open(ipset_door("mail"), "mail");
  doors.ban(door, "mail", attacker, now + seconds(10), now);
  doors.ban(door, "mail", "198.51.100.8", now + seconds(10), now);
  doors.unban(door, "mail", "198.51.100.8", now);
  EXPECT_THAT(kernel.done, ElementsAre("open 1"));
  EXPECT_EQ(doors.answered(answer(7), now), std::nullopt);
  EXPECT_EQ(doors.answered(answer(1), now), door);
  EXPECT_THAT(kernel.done, ElementsAre("open 1", "ban 1 198.51.100.7/32 10000 ms"));
  EXPECT_EQ(doors.answered(answer(1), now), std::nullopt);
  forget();
  doors.unban(door, "mail", attacker, now);
  EXPECT_THAT(kernel.done, ElementsAre("unban 1 198.51.100.7/32"));
}

TEST_F(DoorsTest, ForgetsAnIpsetDoorThatTheKernelRefused) {
  const auto door = *doors.open(ipset_door("mail"), "mail");
  doors.ban(door, "mail", attacker, now + seconds(10), now);
  EXPECT_EQ(doors.answered(answer(1, Errc::not_found, "no ipset"), now), door);
  doors.drop(door);
  EXPECT_FALSE(doors.ban(door, "mail", attacker, now + seconds(10), now));
  EXPECT_THAT(kernel.done, ElementsAre("open 1"));
}

TEST_F(DoorsTest, ClosesAnIpsetDoorOnlyWhenToldThatItsRulesAreGone) {
  const auto door = *doors.open(ipset_door("mail"), "mail");
  EXPECT_EQ(doors.answered(answer(1), now), door);
  forget();
  EXPECT_TRUE(doors.leave(door, "mail", now));
  EXPECT_THAT(kernel.done, IsEmpty());
  doors.close_unused(door);
  EXPECT_THAT(kernel.done, ElementsAre("close 1"));
}

TEST_F(DoorsTest, GivesAnIpsetDoorOtherPortsWhenNobodyUsesIt) {
  const auto door = *doors.open(ipset_door("mail"), "mail");
  const auto other = doors.open(ipset_door("mail", 143), "imap");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::conflict);
  doors.leave(door, "mail", now);
  EXPECT_EQ(*doors.open(ipset_door("mail", 143), "mail"), door);
  doors.close_unused(door);
  EXPECT_THAT(kernel.done, ElementsAre("open 1", "open 1"));
}

TEST_F(DoorsTest, OrdersAgainWhatAnIpsetCannotHoldAsLong) {
  const auto door = *doors.open(ipset_door("mail"), "mail");
  EXPECT_EQ(doors.answered(answer(1), now), door);
  using std::chrono::hours;
  doors.ban(door, "mail", attacker, now + hours(24 * 60), now);
  doors.ban(door, "mail", "198.51.100.8", now + hours(24), now);
  doors.ban(door, "mail", "198.51.100.9", std::nullopt, now);
  forget();
  doors.prolong_longest(now + hours(24 * 30));
  EXPECT_THAT(kernel.done, ElementsAre("ban 1 198.51.100.7/32 2592000000 ms"));
}

TEST_F(DoorsTest, RefusesWhatIsNoAddress) {
  const auto door = *doors.open(mail_ports(), "postfix");
  EXPECT_FALSE(doors.ban(door, "postfix", "alice", now + seconds(1), now));
}

}  // namespace
}  // namespace spranga::daemon
