// Disks that are full, read-only, locked, damaged: records wait, health tells, everything arrives.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <fstream>

#include "ledger/ban_reader.h"
#include "ledger/own_database.h"
#include "tests/ledger/fault_vfs.h"
#include "tests/ledger/support.h"

namespace spranga::ledger::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto soon = 200ms;
constexpr auto ample = 20s;

/// Waits for the eventfd, and takes what it says back.
void await_change(const Ledger& ledger) {
  pollfd poll{ledger.health_fd(), POLLIN, 0};
  ASSERT_EQ(::poll(&poll, 1, 20'000), 1);
  eventfd_t value = 0;
  ::eventfd_read(ledger.health_fd(), &value);
}

void note_many(Ledger& ledger, int from, int to) {
  for (int i = from; i < to; ++i) {
    ledger.note({seen(fmt::format("192.0.2.{}", i)), position(static_cast<std::uint64_t>(i))});
  }
}

void expect_all(const LedgerFiles& files, const Clock& clock, int count) {
  const auto memory = opened({files.own, files.fail2ban, ""}, clock)->recall(jails, noon);
  ASSERT_TRUE(memory) << memory.error().detail;
  ASSERT_EQ(memory->seen.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    EXPECT_EQ(memory->seen[static_cast<std::size_t>(i)].id, fmt::format("192.0.2.{}", i));
  }
  EXPECT_EQ(memory->positions.at(0).offset, static_cast<std::uint64_t>(count - 1));
}

class Failing : public testing::TestWithParam<int> {};

TEST_P(Failing, DiskIsToldAndEverythingArrivesAfterwards) {
  const FixedClock clock;
  const Folder folder;
  FaultVfs vfs("failing");
  auto files = folder.files();
  files.vfs = vfs.name();
  {
    auto ledger = opened(files, clock);
    note_many(*ledger, 0, 50);
    ASSERT_TRUE(ledger->flush(ample));
    vfs.fail_after(20'000, GetParam());
    note_many(*ledger, 50, 150);
    await_change(*ledger);
    const auto flushed = ledger->flush(soon);
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().code, Errc::timeout);
    const auto health = ledger->health();
    EXPECT_THAT(health.trouble, HasSubstr(folder.own()));
    EXPECT_THAT(health.trouble, HasSubstr("(since 2027-01-15 08:00:00 UTC)"));
    EXPECT_GT(health.queued, 0U);
    EXPECT_EQ(health.dropped, 0U);
    note_many(*ledger, 150, 200);
    vfs.heal();
    await_change(*ledger);
    ASSERT_TRUE(ledger->flush(ample)) << ledger->health().trouble;
    EXPECT_EQ(ledger->health().trouble, "");
    EXPECT_EQ(ledger->health().queued, 0U);
    EXPECT_GT(vfs.refused(), 0U);
  }
  expect_all(files, clock, 200);
}

INSTANTIATE_TEST_SUITE_P(Full, Failing, testing::Values(SQLITE_FULL));
INSTANTIATE_TEST_SUITE_P(ReadOnly, Failing, testing::Values(SQLITE_READONLY));
INSTANTIATE_TEST_SUITE_P(Broken, Failing, testing::Values(SQLITE_IOERR_WRITE));

TEST(Trouble, AtTheStartIsNotTheEnd) {
  const FixedClock clock;
  const Folder folder;
  FaultVfs vfs("full-at-start");
  auto files = folder.files();
  files.vfs = vfs.name();
  vfs.fail_after(0);
  {
    auto ledger = opened(files, clock);
    ASSERT_NE(ledger, nullptr);
    EXPECT_THAT(ledger->health().trouble, HasSubstr("full"));
    const auto memory = ledger->recall(jails, noon);
    ASSERT_TRUE(memory);
    EXPECT_THAT(memory->bans, IsEmpty());
    note_many(*ledger, 0, 20);
    EXPECT_FALSE(ledger->flush(soon));
    vfs.heal();
    ASSERT_TRUE(ledger->flush(ample)) << ledger->health().trouble;
  }
  expect_all(files, clock, 20);
}

TEST(Trouble, AtTheStartDoesNotHideWhatFail2banKnows) {
  const FixedClock clock;
  const Folder folder;
  {
    auto ledger = opened({"", folder.fail2ban(), ""}, clock);
    ledger->note({banned("192.0.2.1"), position(5)});
    ASSERT_TRUE(ledger->flush(ample));
  }
  FaultVfs vfs("full-at-start-too");
  vfs.fail_after(0);
  auto ledger = opened({folder.own(), folder.fail2ban(), vfs.name()}, clock);
  const auto memory = ledger->recall(jails, noon);
  ASSERT_TRUE(memory);
  EXPECT_THAT(names(memory->bans), ElementsAre("192.0.2.1"));
  EXPECT_EQ(memory->positions.at(0).offset, 5U);
}

/// After an orderly stop: what the file knows is read, from a disk that takes nothing.
class AtTheStart : public testing::TestWithParam<bool> {
protected:
  void SetUp() override {
    {
      auto ledger = opened({folder.own(), "", ""}, clock);
      ledger->note({banned("192.0.2.1"), position(5)});
      ASSERT_TRUE(ledger->flush(ample));
    }
    if (GetParam()) {
      vfs.refuse_shm();
    }
    vfs.fail_after(0);
  }

  void expect_all() {
    auto ledger = opened({folder.own(), "", vfs.name()}, clock);
    ASSERT_NE(ledger, nullptr);
    auto running = ledger->running_bans(noon);
    ASSERT_TRUE(running);
    EXPECT_EQ((*running)->take(std::chrono::seconds(5)).bans.size(), 1U);
    EXPECT_EQ((*running)->trouble(), "");
    const auto memory = ledger->recall_without_bans(jails, noon);
    ASSERT_TRUE(memory);
    EXPECT_EQ(memory->positions.at(0).offset, 5U);
    EXPECT_EQ(ledger->past_bans(noon)->size(), 1U);
  }

  FixedClock clock;
  Folder folder;
  FaultVfs vfs{"full-at-rest"};
};

TEST_P(AtTheStart, WhatIsThereIsKnown) {
  expect_all();
}

TEST_P(AtTheStart, WhatAnOlderVersionHasWrittenIsKnownToo) {
  asked(folder.own(), "DROP TRIGGER bans_latest");
  asked(folder.own(), "ALTER TABLE bans DROP COLUMN latest");
  asked(folder.own(), "ALTER TABLE bans DROP COLUMN fields");
  asked(folder.own(), "PRAGMA user_version = 3");
  expect_all();
}

INSTANTIATE_TEST_SUITE_P(WithoutShm, AtTheStart, testing::Bool());

/// What cannot be read is not taken for a ledger without bans.
TEST(Trouble, AtTheStartThatHidesEverythingIsSaid) {
  const FixedClock clock;
  const Folder folder;
  std::ofstream(folder.own()) << std::string(8192, 'x');
  FaultVfs vfs("full-and-damaged");
  vfs.fail_after(0, SQLITE_READONLY);
  // The damaged one cannot be set aside: a folder has its name.
  ASSERT_EQ(::mkdir((folder.own() + ".set-aside").c_str(), 0700), 0);
  auto ledger = opened({folder.own(), "", vfs.name()}, clock);
  ASSERT_NE(ledger, nullptr);
  auto running = ledger->running_bans(noon);
  ASSERT_TRUE(running);
  EXPECT_TRUE((*running)->take().bans.empty());
  EXPECT_THAT((*running)->trouble(), HasSubstr(folder.own()));
}

TEST(Trouble, OfALastingKindIsCountedAndLeavesAConsistentFile) {
  const FixedClock clock;
  const Folder folder;
  FaultVfs vfs("lasting");
  auto files = folder.files();
  files.vfs = vfs.name();
  LedgerOptions options;
  options.most_waiting_bytes = 100'000;
  {
    auto ledger = opened(files, clock, options);
    note_many(*ledger, 0, 100);
    ASSERT_TRUE(ledger->flush(ample));
    vfs.fail_after(0);
    note_many(*ledger, 100, 1100);
    const auto health = ledger->health();
    EXPECT_GT(health.dropped, 100U);
    EXPECT_LT(health.queued, 1000U);
    vfs.heal();
    ASSERT_TRUE(ledger->flush(ample));
    note_many(*ledger, 1100, 1200);
    ASSERT_TRUE(ledger->flush(ample));
  }
  // As after a crash: the log is read again from the position, and holds all that is behind it.
  const auto memory = opened(folder.files(), clock)->recall(jails, noon);
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->positions.at(0).offset + 1, memory->seen.size());
  EXPECT_GE(memory->seen.size(), 100U);
  EXPECT_LT(memory->seen.size(), 1000U);
}

TEST(Trouble, WithAGapEndsWhenNothingOfItCounts) {
  FixedClock clock;
  const Folder folder;
  FaultVfs vfs("gap");
  auto files = folder.files();
  files.vfs = vfs.name();
  LedgerOptions options;
  options.most_waiting_bytes = 100'000;
  auto ledger = opened(files, clock, options);
  vfs.fail_after(0);
  note_many(*ledger, 0, 1000);
  EXPECT_GT(ledger->health().dropped, 0U);
  vfs.heal();
  ASSERT_TRUE(ledger->flush(ample));
  clock.advance(601s);
  ledger->note({seen("192.0.2.200", noon + 601s), position(1000)});
  ASSERT_TRUE(ledger->flush(ample));
  EXPECT_THAT(asked(folder.own(), "SELECT count(*) FROM gaps"), ElementsAre("0"));
  EXPECT_THAT(asked(folder.own(), "SELECT offset FROM positions"), ElementsAre("1000"));
}

TEST(Trouble, OfFail2bansDatabaseDoesNotStopOurs) {
  const FixedClock clock;
  const Folder folder;
  auto ledger = opened(folder.files(), clock);
  ASSERT_TRUE(ledger->flush(ample));
  auto other = Database::open({folder.fail2ban(), "", {}}, Database::Mode::existing);
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->run("BEGIN EXCLUSIVE"));
  ledger->note({banned("192.0.2.1"), position(9)});
  await_change(*ledger);
  EXPECT_THAT(ledger->health().trouble, HasSubstr("locked"));
  EXPECT_EQ(ledger->health().queued, 0U);
  EXPECT_THAT(asked(folder.own(), "SELECT target FROM bans"), ElementsAre("192.0.2.1"));
  ASSERT_TRUE(other->run("COMMIT"));
  ASSERT_TRUE(ledger->flush(ample));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bips"), ElementsAre("192.0.2.1"));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT lastfilepos FROM logs"), ElementsAre("9"));
  EXPECT_EQ(ledger->health().trouble, "");
}

TEST(Trouble, OfAnotherProgramThatHoldsOursIsWaitedFor) {
  const FixedClock clock;
  const Folder folder;
  auto ledger = opened(folder.files(), clock);
  ASSERT_TRUE(ledger->flush(ample));
  auto other = Database::open({folder.own(), "", {}}, Database::Mode::existing);
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  note_many(*ledger, 0, 10);
  await_change(*ledger);
  EXPECT_THAT(ledger->health().trouble, HasSubstr("locked"));
  EXPECT_GE(ledger->health().queued, 11U);  // of ten positions at least the last
  ASSERT_TRUE(other->run("COMMIT"));
  ASSERT_TRUE(ledger->flush(ample));
  EXPECT_EQ(ledger->recall(jails, noon)->seen.size(), 10U);
}

TEST(Trouble, WithLocksDoesNotHoldUpTheEnd) {
  const FixedClock clock;
  const Folder folder;
  auto ledger = opened(folder.files(), clock);
  ASSERT_TRUE(ledger->flush(ample));
  auto other = Database::open({folder.own(), "", {}}, Database::Mode::existing);
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  note_many(*ledger, 0, 10);
  const auto before = std::chrono::steady_clock::now();
  ledger.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1500ms);
}

void damage(const std::string& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(0);
  file << std::string(8192, 'x');
}

TEST(Damage, IsSetAsideAndBansComeBackFromFail2ban) {
  const FixedClock clock;
  const Folder folder;
  {
    auto ledger = opened(folder.files(), clock);
    ledger->note({banned("192.0.2.1"), seen("192.0.2.2"), position(9)});
    ASSERT_TRUE(ledger->flush(ample));
  }
  damage(folder.own());
  auto ledger = opened(folder.files(), clock);
  EXPECT_THAT(ledger->take_notices(), ElementsAre(HasSubstr("set-aside")));
  EXPECT_TRUE(std::filesystem::exists(folder.own() + ".set-aside"));
  const auto memory = ledger->recall(jails, noon);
  EXPECT_THAT(names(memory->bans), ElementsAre("192.0.2.1"));
  EXPECT_THAT(memory->seen, IsEmpty());
  EXPECT_EQ(memory->positions.at(0).offset, 9U);
  EXPECT_FALSE(memory->clean_stop);
}

TEST(Damage, WithinAPageIsFoundAtTheStart) {
  const FixedClock clock;
  const Folder folder;
  {
    auto ledger = opened({folder.own(), "", ""}, clock);
    note_many(*ledger, 0, 200);
    ASSERT_TRUE(ledger->flush(ample));
  }
  const auto size = std::filesystem::file_size(folder.own());
  {
    std::fstream file(folder.own(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(size - 4096, '\xff');
  }
  auto ledger = opened({folder.own(), "", ""}, clock);
  EXPECT_THAT(ledger->take_notices(), ElementsAre(HasSubstr("set-aside")));
  EXPECT_EQ(ledger->health().trouble, "");
}

TEST(Damage, OfFail2bansFileIsMadeGoodFromOurs) {
  const FixedClock clock;
  const Folder folder;
  {
    auto ledger = opened(folder.files(), clock);
    ledger->note({banned("192.0.2.1"), position(9)});
    ASSERT_TRUE(ledger->flush(ample));
  }
  damage(folder.fail2ban());
  auto ledger = opened(folder.files(), clock);
  ASSERT_TRUE(ledger->flush(ample)) << ledger->health().trouble;
  EXPECT_THAT(ledger->take_notices(), ElementsAre(HasSubstr("begun anew")));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bips"), ElementsAre("192.0.2.1"));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT lastfilepos FROM logs"), ElementsAre("9"));
  EXPECT_TRUE(std::filesystem::exists(folder.own() + ".fail2ban.set-aside"));
  EXPECT_THAT(names(ledger->recall(jails, noon)->bans), ElementsAre("192.0.2.1"));
}

/// A row that an index of it knows nothing of: a look at the pages finds nothing.
void hide_from_index(const std::string& path) {
  auto db = Database::open({path, "", {}}, Database::Mode::existing);
  ASSERT_TRUE(
      db->script("PRAGMA writable_schema = ON;"
                 "CREATE TABLE kept AS SELECT * FROM sqlite_master WHERE name = 'bips_ip';"
                 "DELETE FROM sqlite_master WHERE name = 'bips_ip'"));
  db = Database::open({path, "", {}}, Database::Mode::existing);
  ASSERT_TRUE(
      db->script("INSERT INTO bips SELECT '192.0.2.99', jail, timeofban, bantime, bancount,"
                 " data FROM bips LIMIT 1;"
                 "PRAGMA writable_schema = ON;"
                 "INSERT INTO sqlite_master SELECT * FROM kept;"
                 "DROP TABLE kept"));
}

TEST(Damage, ThatOnlyUseFindsIsMadeGoodToo) {
  const FixedClock clock;
  const Folder folder;
  {
    auto ledger = opened(folder.files(), clock);
    ledger->note(banned("192.0.2.1"));
    ASSERT_TRUE(ledger->flush(ample));
  }
  ASSERT_NO_FATAL_FAILURE(hide_from_index(folder.fail2ban()));
  auto ledger = opened(folder.files(), clock);
  ledger->note(banned("192.0.2.99"));
  ledger->note(BanEnded{"sshd", "192.0.2.99", noon});
  ASSERT_TRUE(ledger->flush(ample)) << ledger->health().trouble;
  EXPECT_THAT(ledger->take_notices(), ElementsAre(HasSubstr("begun anew")));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bips"), ElementsAre("192.0.2.1"));
}

TEST(Version, OfANewerProgramIsRefusedAndLeftAlone) {
  const FixedClock clock;
  const Folder folder;
  opened(folder.files(), clock);
  asked(folder.own(), "PRAGMA user_version = 99");
  const auto ledger = Ledger::open(folder.files(), {}, clock);
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, Errc::conflict);
  EXPECT_THAT(ledger.error().detail, HasSubstr("newer spranga"));
  EXPECT_THAT(asked(folder.own(), "PRAGMA user_version"), ElementsAre("99"));
}

TEST(Version, OfSomebodyElsesDatabaseIsRefused) {
  const FixedClock clock;
  const Folder folder;
  {
    auto db = Database::open({folder.own(), "", {}}, Database::Mode::create);
    ASSERT_TRUE(db->script("CREATE TABLE theirs(a)"));
  }
  const auto ledger = Ledger::open(folder.files(), {}, clock);
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, Errc::conflict);
}

TEST(Version, OfFail2bansDatabaseThatWeDoNotKnowIsLeftAlone) {
  const FixedClock clock;
  const Folder folder;
  opened(folder.files(), clock);
  asked(folder.fail2ban(), "UPDATE fail2banDb SET version = 5");
  auto ledger = opened(folder.files(), clock);
  ledger->note(banned("192.0.2.1"));
  ASSERT_TRUE(ledger->flush(ample));
  EXPECT_THAT(ledger->health().trouble, HasSubstr("version 5"));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT ip FROM bips"), IsEmpty());
}

}  // namespace
}  // namespace spranga::ledger::test
