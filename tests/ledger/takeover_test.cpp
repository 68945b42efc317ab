// Both databases, when now one program ran and now the other. (With real fail2ban:
// tests/oracle/database.py.)
#include "ledger/takeover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/support.h"

namespace spranga::ledger::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr auto ample = 20s;

/// One life of ours.
void live(const Folder& folder, const Clock& clock, Records records) {
  auto ledger = opened(folder.files(), clock);
  ledger->note(std::move(records));
  ASSERT_TRUE(ledger->flush(ample)) << ledger->health().trouble;
}

Memory recalled(const Folder& folder, const Clock& clock) {
  auto memory = opened(folder.files(), clock)->recall(jails, noon);
  EXPECT_TRUE(memory);
  return memory ? *memory : Memory{};
}

/// As fail2ban would write it.
void theirs(const Folder& folder, const std::string& sql) {
  auto db = Database::open({folder.fail2ban(), "", {}}, Database::Mode::existing);
  ASSERT_TRUE(db);
  const auto done = db->script(sql.c_str());
  ASSERT_TRUE(done) << done.error().detail;
}

std::string insert_bip(const std::string& ip, std::int64_t since, std::int64_t length, int count) {
  return fmt::format(
      "INSERT OR REPLACE INTO bips VALUES('{}', 'sshd', {}, {}, {},"
      " CAST('{{\"matches\": [[\"\", \"2027\", \" x\"]], \"failures\": 4}}' AS BLOB));",
      ip,
      since,
      length,
      count);
}

constexpr std::int64_t now_seconds = 1'800'000'000;

TEST(Mirror, WritesWhatFail2banWouldWrite) {
  const FixedClock clock;
  const Folder folder;
  auto weak = seen("192.0.2.9");
  weak.weak = true;
  live(folder,
       clock,
       {weak, banned("192.0.2.1"), banned("2001:db8::/64", std::nullopt, "postfix"), position(9)});
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT version FROM fail2banDb"), ElementsAre("4"));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT name || enabled FROM jails"),
              UnorderedElementsAre("sshd1", "postfix1"));
  for (const auto* table : {"bans", "bips"}) {
    EXPECT_THAT(
        asked(folder.fail2ban(),
              fmt::format("SELECT jail || ' ' || ip || ' ' || timeofban || ' ' || bantime || ' ' ||"
                          " bancount || ' ' || typeof(data) || ' ' || data FROM {} ORDER BY ip",
                          table)),
        ElementsAre("sshd 192.0.2.1 1799999940 3660 1 blob "
                    R"({"matches": ["first line", "second line"], "failures": 5})",
                    "postfix 2001:db8::/64 1799999940 -1 1 blob "
                    R"({"matches": ["first line", "second line"], "failures": 5})"));
  }
  EXPECT_THAT(
      asked(folder.fail2ban(), "SELECT jail || path || firstlinemd5 || lastfilepos FROM logs"),
      ElementsAre("sshd/var/log/sshd.log" + std::string(40, 'a') + "9"));
}

TEST(Mirror, KeepsTheJournalsTimeAsFail2banDoes) {
  const FixedClock clock;
  const Folder folder;
  const Position journal{"sshd", "", 0, 0, 0, "", "s=abc", noon + 250ms};
  live(folder, clock, {journal});
  EXPECT_THAT(asked(folder.fail2ban(),
                    "SELECT path || ' ' || lastfilepos || ' ' || firstlinemd5 FROM logs"),
              ElementsAre("systemd-journal 1800000000.25 2027-01-15T08:00:00.250000"));
  EXPECT_EQ(recalled(folder, clock).positions.at(0).cursor, "s=abc");
}

TEST(Mirror, ProlongsInPlaceAndCountsABanOnce) {
  const FixedClock clock;
  const Folder folder;
  auto longer = banned("192.0.2.1", noon + 2h);
  longer.prolonged = true;
  live(folder, clock, {banned("192.0.2.1"), longer});
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT bantime FROM bans"), ElementsAre("7260"));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT bantime FROM bips"), ElementsAre("7260"));
}

TEST(Mirror, DisablesJailsThatStopped) {
  const FixedClock clock;
  const Folder folder;
  live(folder, clock, {});
  {
    auto ledger = opened(folder.files(), clock);
    ledger->set_jails({{"sshd", 600s}});
    ASSERT_TRUE(ledger->flush(ample));
    EXPECT_THAT(asked(folder.fail2ban(), "SELECT name FROM jails WHERE enabled"),
                ElementsAre("sshd"));
  }
  live(folder, clock, {CleanStop{noon}});
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT name FROM jails WHERE enabled"), IsEmpty());
}

TEST(Mirror, DeletesAnUnbannedTargetAndWeRememberIt) {
  const FixedClock clock;
  const Folder folder;
  live(folder, clock, {banned("192.0.2.1"), BanEnded{"sshd", "192.0.2.1", noon}});
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bips"), IsEmpty());
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bans"), IsEmpty());
  const auto stories = opened(folder.files(), clock)->bans_of("192.0.2.1", 10);
  ASSERT_EQ(stories->size(), 1U);
  EXPECT_EQ(stories->front().ended, noon);
}

TEST(Mirror, IsNotKeptWhereThereIsNone) {
  const FixedClock clock;
  const Folder folder;
  auto ledger = opened({folder.own(), "", ""}, clock);
  ledger->note(banned("192.0.2.1"));
  ASSERT_TRUE(ledger->flush(ample));
  EXPECT_FALSE(std::filesystem::exists(folder.fail2ban()));
  EXPECT_EQ(ledger->health().trouble, "");
}

TEST(Mirror, CatchesUpWithWhatItMissed) {
  const FixedClock clock;
  const Folder folder;
  {
    auto ledger = opened({folder.own(), "", ""}, clock);
    for (int i = 0; i < 1200; ++i) {
      ledger->note(banned(fmt::format("198.51.{}.{}", i / 250, i % 250)));
    }
    ASSERT_TRUE(ledger->flush(ample));
  }
  live(folder, clock, {});
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT count(*) FROM bips"), ElementsAre("1200"));
  EXPECT_EQ(recalled(folder, clock).bans.size(), 1200U);
}

TEST(Takeover, BringsBansAndPositionsOfFail2ban) {
  const FixedClock clock;
  const Folder folder;
  live(folder, clock, {});
  std::filesystem::remove(folder.own());
  theirs(folder,
         insert_bip("192.0.2.1", now_seconds - 100, 600, 3) +
             insert_bip("192.0.2.2", now_seconds - 100, -1, 1) +
             insert_bip("192.0.2.3", now_seconds - 100, 50, 2) +
             "INSERT INTO logs VALUES('sshd', '/var/log/auth.log', 'abc', 1234);"
             "INSERT INTO logs VALUES('postfix', 'systemd-journal', '2027', 1799999000.5)");
  const auto memory = recalled(folder, clock);
  ASSERT_THAT(names(memory.bans), ElementsAre("192.0.2.1", "192.0.2.2"));
  EXPECT_EQ(memory.bans[0].ban.until, noon + 500s);
  EXPECT_EQ(memory.bans[0].ban.count, 3);
  EXPECT_EQ(memory.bans[0].ban.failures, 4);
  EXPECT_EQ(memory.bans[0].by, "fail2ban");
  EXPECT_THAT(memory.bans[0].matches, ElementsAre("2027 x"));
  EXPECT_EQ(memory.bans[1].ban.until, std::nullopt);
  ASSERT_EQ(memory.positions.size(), 2U);
  EXPECT_EQ(memory.positions[0].at, noon - 999'500ms);
  EXPECT_EQ(memory.positions[0].path, "");
  EXPECT_EQ(memory.positions[1].path, "/var/log/auth.log");
  EXPECT_EQ(memory.positions[1].offset, 1234U);
  EXPECT_EQ(memory.positions[1].first_line_md5, "abc");
  const auto past = opened(folder.files(), clock)->past_bans(noon);
  EXPECT_EQ(past->size(), 3U);
  // What fail2ban wrote stays as it is.
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT DISTINCT data FROM bips"),
              ElementsAre(R"({"matches": [["", "2027", " x"]], "failures": 4})"));
}

TEST(Takeover, TakesWhatFail2banDidBetweenTwoLives) {
  const FixedClock clock;
  const Folder folder;
  live(folder,
       clock,
       {banned("192.0.2.1"), banned("192.0.2.2"), banned("192.0.2.3"), position(100)});
  theirs(folder,
         insert_bip("192.0.2.1", now_seconds - 10, 600, 2) +  // banned again
             "DELETE FROM bips WHERE ip = '192.0.2.2';"       // unbanned
             "UPDATE logs SET lastfilepos = 5, firstlinemd5 = 'rotated'");
  const auto memory = recalled(folder, clock);
  ASSERT_THAT(names(memory.bans), ElementsAre("192.0.2.3", "192.0.2.1"));
  EXPECT_EQ(memory.bans[1].ban.until, noon + 590s);
  EXPECT_EQ(memory.bans[1].ban.count, 2);
  EXPECT_EQ(memory.positions.at(0).offset, 5U);
  EXPECT_EQ(memory.positions.at(0).inode, 0U);
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bips ORDER BY ip"),
              ElementsAre("192.0.2.1", "192.0.2.3"));
}

TEST(Takeover, DoesNotTakeAnotherFileForPeoplesUnbans) {
  const FixedClock clock;
  const Folder folder;
  live(folder,
       clock,
       {banned("192.0.2.1"), banned("192.0.2.2"), BanEnded{"sshd", "192.0.2.2", noon}});
  std::filesystem::remove(folder.fail2ban());
  EXPECT_THAT(names(recalled(folder, clock).bans), ElementsAre("192.0.2.1"));
  live(folder, clock, {});
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bips"), ElementsAre("192.0.2.1"));
}

TEST(Takeover, DoesNotBringBackWhatWeUnbanned) {
  const FixedClock clock;
  const Folder folder;
  live(folder, clock, {banned("192.0.2.1")});
  {
    // A life that ended before fail2ban's database was told.
    auto ledger = opened({folder.own(), "", ""}, clock);
    ledger->note(BanEnded{"sshd", "192.0.2.1", noon});
    ASSERT_TRUE(ledger->flush(ample));
  }
  EXPECT_THAT(recalled(folder, clock).bans, IsEmpty());
  live(folder, clock, {});
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bips"), IsEmpty());
}

TEST(Takeover, KeepsOurPositionWhereFail2bansIsOnlyOlder) {
  const FixedClock clock;
  const Folder folder;
  live(folder, clock, {position(100)});
  {
    auto ledger = opened({folder.own(), "", ""}, clock);
    ledger->note(position(200));
    ASSERT_TRUE(ledger->flush(ample));
  }
  const auto memory = recalled(folder, clock);
  EXPECT_EQ(memory.positions.at(0).offset, 200U);
  EXPECT_EQ(memory.positions.at(0).inode, 2U);
}

/// A life that fail2ban's database hears nothing of.
void live_alone(const Folder& folder, const Clock& clock, Records records) {
  auto ledger = opened({folder.own(), "", ""}, clock);
  ledger->note(std::move(records));
  ASSERT_TRUE(ledger->flush(ample));
}

/// The first thing that a life does; later where the database was not to be had at its start.
void take_over_alone(const Folder& folder, bool at_start = true) {
  auto own = open_own_database({folder.own(), "", {}});
  auto theirs = open_fail2ban_database({folder.fail2ban(), "", {}}, "", "");
  ASSERT_TRUE(own && theirs);
  ASSERT_TRUE(take_over(own->db, *theirs, 24h, noon, at_start));
}

TEST(Takeover, KeepsOurPositionWhereALifeEndedBeforeItHadNotedWhatFail2banHas) {
  const FixedClock clock;
  const Folder folder;
  Position journal{"postfix", "", 0, 0, 0, "", "s=abc", noon};
  live(folder, clock, {position(100), journal});
  journal.at += 1s;
  live_alone(folder, clock, {position(200), journal});
  theirs(folder,
         "UPDATE logs SET lastfilepos = 200 WHERE path != 'systemd-journal';"
         "UPDATE logs SET lastfilepos = 1800000001 WHERE path = 'systemd-journal'");
  take_over_alone(folder);
  journal.at += 1s;
  live_alone(folder, clock, {position(300), journal});
  const auto memory = recalled(folder, clock);
  ASSERT_EQ(memory.positions.size(), 2U);
  EXPECT_EQ(memory.positions[0].at, noon + 2s);
  EXPECT_EQ(memory.positions[1].offset, 300U);
}

TEST(Takeover, KeepsOurPositionsWhereFail2bansIsThatOfAnOlderFile) {
  FixedClock clock;
  const Folder folder;
  Position rotated = position(500);
  rotated.inode = 3;
  rotated.first_line_md5 = std::string(40, 'b');
  live(folder, clock, {rotated, position(100)});
  rotated.offset = 600;
  clock.advance(1s);
  live(folder, clock, {rotated});  // its writer had not let go of it
  clock.advance(1s);
  live_alone(folder, clock, {position(200)});
  theirs(folder, insert_bip("192.0.2.1", now_seconds, 600, 1));
  const auto memory = recalled(folder, clock);
  ASSERT_EQ(memory.positions.size(), 2U);
  EXPECT_EQ(memory.positions[0].offset, 600U);
  EXPECT_EQ(memory.positions[1].offset, 200U);
}

TEST(Takeover, TakesFail2bansPositionWhereOurYoungestFileWasNotMirrored) {
  FixedClock clock;
  const Folder folder;
  live(folder, clock, {position(100)});
  Position young = position(50);
  young.inode = 3;
  young.first_line_md5 = std::string(40, 'c');
  clock.advance(1s);
  live_alone(folder, clock, {young});
  theirs(folder, "UPDATE logs SET lastfilepos = 5000, firstlinemd5 = 'rotated'");
  const auto memory = recalled(folder, clock);
  ASSERT_EQ(memory.positions.size(), 1U);
  EXPECT_EQ(memory.positions[0].offset, 5000U);
}

TEST(Takeover, LeavesOurPositionsAloneOnceLogsAreRead) {
  const FixedClock clock;
  const Folder folder;
  live(folder, clock, {position(100)});
  theirs(folder, "UPDATE logs SET lastfilepos = 5, firstlinemd5 = 'rotated'");
  take_over_alone(folder, false);
  EXPECT_THAT(asked(folder.own(), "SELECT offset FROM positions"), ElementsAre("100"));
}

TEST(Takeover, KnowsABanWithAHostileName) {
  const FixedClock clock;
  const Folder folder;
  const std::string nasty("\xff\0'x", 4);
  live(folder, clock, {banned(nasty)});
  EXPECT_THAT(names(recalled(folder, clock).bans), ElementsAre(nasty));
  EXPECT_THAT(asked(folder.own(), "SELECT count(*) FROM bans"), ElementsAre("1"));
}

TEST(Takeover, BelievesNoImpossibleRow) {
  const FixedClock clock;
  const Folder folder;
  live(folder, clock, {});
  theirs(folder,
         insert_bip("192.0.2.1", 9'000'000'000'000'000'000, 600, 1) +
             insert_bip("192.0.2.2", now_seconds, 9'000'000'000'000'000'000, 1) +
             insert_bip("192.0.2.3", now_seconds, -2, 1) + insert_bip("", now_seconds, 600, 1) +
             "INSERT INTO bips VALUES('192.0.2.4', 'sshd', 'x', 'y', 'z', 'not json')");
  const auto memory = recalled(folder, clock);
  EXPECT_THAT(names(memory.bans), ElementsAre("192.0.2.2"));
}

TEST(Purge, FollowsFail2bansRulesInItsDatabase) {
  FixedClock clock;
  const Folder folder;
  auto ledger = opened(folder.files(), clock);
  auto for_good = banned("192.0.2.2", std::nullopt);
  ledger->note({banned("192.0.2.1"), for_good, banned("192.0.2.3", noon + 20h)});
  ASSERT_TRUE(ledger->flush(ample));
  clock.advance(28h);
  ledger->note(position(0));
  ASSERT_TRUE(ledger->flush(ample));
  // One more pass: the purge comes behind the first.
  ledger->note(position(1));
  ASSERT_TRUE(ledger->flush(ample));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bans"), IsEmpty());
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bips ORDER BY ip"),
              ElementsAre("192.0.2.2", "192.0.2.3"));
  EXPECT_THAT(asked(folder.own(), "SELECT target FROM bans ORDER BY target"),
              ElementsAre("192.0.2.2", "192.0.2.3"));
}

TEST(Mirror, KnowsWhoWroteLast) {
  const FixedClock clock;
  const Folder folder;
  live(folder, clock, {banned("192.0.2.1"), position(9)});
  const auto header = [&folder] {
    auto db = Database::open({folder.fail2ban(), "", {}}, Database::Mode::reading);
    EXPECT_EQ(db->number("SELECT count(*) FROM bips").value(), 1);
    return std::to_string(db->change_counter().value());
  };
  const auto noted = [&folder] {
    return asked(folder.own(), "SELECT value FROM meta WHERE name = 'theirs'");
  };
  EXPECT_THAT(noted(), ElementsAre(header()));
  theirs(folder, "UPDATE bips SET bantime = 999999");
  EXPECT_THAT(noted(), testing::Not(ElementsAre(header())));
  EXPECT_EQ(recalled(folder, clock).bans.at(0).ban.until, noon - 60s + 999999s);
}

}  // namespace
}  // namespace spranga::ledger::test
