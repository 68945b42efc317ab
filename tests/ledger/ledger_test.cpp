#include "ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ledger/ban_reader.h"
#include "ledger/own_database.h"
#include "ledger/recall.h"
#include "tests/ledger/support.h"

namespace spranga::ledger::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

/// What a later life remembers of what `records` said.
Memory remembered(const Folder& folder, Records records, ban::Instant now = noon) {
  const FixedClock clock;
  {
    auto ledger = opened(folder.files(), clock);
    ledger->note(std::move(records));
    EXPECT_TRUE(ledger->flush(10s));
  }
  auto memory = opened(folder.files(), clock)->recall(jails, now);
  EXPECT_TRUE(memory);
  return memory ? *memory : Memory{};
}

TEST(Ledger, RemembersEverythingInALaterLife) {
  const Folder folder;
  auto weak = seen("192.0.2.9", noon - 5s, "postfix");
  weak.weak = true;
  weak.attempts = 7;
  const auto memory = remembered(folder,
                                 {seen("192.0.2.7"),
                                  weak,
                                  banned("192.0.2.8"),
                                  banned("2001:db8::/64", std::nullopt),
                                  position(4711),
                                  Totals{"sshd", 12, 3}});
  ASSERT_THAT(names(memory.seen), ElementsAre("192.0.2.7", "192.0.2.9"));
  EXPECT_EQ(memory.seen[0].rule, "filter.d/sshd.conf:12");
  EXPECT_EQ(memory.seen[0].line, "a line about 192.0.2.7");
  EXPECT_EQ(memory.seen[1].attempts, 7);
  EXPECT_TRUE(memory.seen[1].weak);
  EXPECT_EQ(memory.seen[1].at, noon - 5s);
  ASSERT_THAT(names(memory.bans), ElementsAre("192.0.2.8", "2001:db8::/64"));
  EXPECT_EQ(memory.bans[0].ban.until, noon + 1h);
  EXPECT_EQ(memory.bans[0].ban.since, noon - 60s);
  EXPECT_EQ(memory.bans[0].ban.failures, 5);
  EXPECT_EQ(memory.bans[0].by, "filter");
  EXPECT_THAT(memory.bans[0].matches, ElementsAre("first line", "second line"));
  EXPECT_EQ(memory.bans[1].ban.until, std::nullopt);
  ASSERT_EQ(memory.positions.size(), 1U);
  EXPECT_EQ(memory.positions[0].offset, 4711U);
  EXPECT_EQ(memory.positions[0].inode, 2U);
  EXPECT_FALSE(memory.clean_stop);
  ASSERT_EQ(memory.totals.size(), 1U);
  EXPECT_EQ(memory.totals[0].failed, 12U);
}

Seen joining(const std::string& id, int times, ban::Instant at = noon) {
  auto one = seen(id, at);
  one.times = one.attempts = times;
  one.joins = true;
  return one;
}

TEST(Ledger, AddsAFloodsSightingsOfTheBannedToTheRowOfTheirTenSeconds) {
  const Folder folder;
  const FixedClock clock;
  auto ledger = opened(folder.files(), clock);
  ledger->note({joining("192.0.2.7", 3), seen("192.0.2.7"), joining("192.0.2.8", 1)});
  EXPECT_TRUE(ledger->flush(10s));
  ledger->note({joining("192.0.2.7", 40, noon + 9s), joining("192.0.2.7", 500, noon + 10s)});
  EXPECT_TRUE(ledger->flush(10s));
  const auto memory = ledger->recall(jails, noon);
  ASSERT_TRUE(memory);
  std::vector<std::string> rows;
  for (const auto& one : memory->seen) {
    rows.push_back(fmt::format("{} {} {}", one.id, one.times, one.attempts));
  }
  EXPECT_THAT(
      rows, ElementsAre("192.0.2.7 43 43", "192.0.2.7 1 1", "192.0.2.8 1 1", "192.0.2.7 500 500"));
  const auto worst = ledger->top(TopBy::failures, noon - 1h, 1);
  ASSERT_TRUE(worst);
  EXPECT_EQ(worst->front().failures, 544U);
}

TEST(Ledger, BeginsARowAnewWhereTheOneBeforeWasPurged) {
  const Folder folder;
  const FixedClock clock;
  auto ledger = opened(folder.files(), clock);
  ledger->note(joining("192.0.2.7", 3));
  EXPECT_TRUE(ledger->flush(10s));
  asked(folder.own(), "DELETE FROM sightings");
  ledger->note({seen("192.0.2.9"), joining("192.0.2.7", 4)});
  EXPECT_TRUE(ledger->flush(10s));
  const auto memory = ledger->recall(jails, noon);
  ASSERT_TRUE(memory);
  ASSERT_THAT(names(memory->seen), ElementsAre("192.0.2.9", "192.0.2.7"));
  EXPECT_EQ(memory->seen[0].times, 1);
  EXPECT_EQ(memory->seen[1].times, 4);
}

TEST(Ledger, NeedsNoHourToThrowAwayWhatAFloodHasLeft) {
  const Folder folder;
  const FixedClock clock;
  LedgerOptions options;
  options.most_sightings = 100;
  auto ledger = opened(folder.files(), clock, options);
  for (int part = 0; part < 3; ++part) {
    Records together;  // a few more than allowed may stay until they are a tenth
    for (int i = 0; i < 50; ++i) {
      together.emplace_back(seen(fmt::format("192.0.2.{}", part * 50 + i)));
    }
    ledger->note(std::move(together));
    EXPECT_TRUE(ledger->flush(10s));
  }
  EXPECT_THAT(asked(folder.own(), "SELECT count(*) FROM sightings"), ElementsAre("100"));
  EXPECT_THAT(asked(folder.own(), "SELECT target FROM sightings ORDER BY id LIMIT 1"),
              ElementsAre("192.0.2.50"));
}

void bring_back_to_version_4(const Folder& folder) {
  asked(folder.own(), "ALTER TABLE bans DROP COLUMN fields");
  asked(folder.own(), "PRAGMA user_version = 4");
}

void bring_back_to_version_3(const Folder& folder) {
  bring_back_to_version_4(folder);
  asked(folder.own(), "DROP TRIGGER bans_latest");
  asked(folder.own(), "ALTER TABLE bans DROP COLUMN latest");
  asked(folder.own(), "PRAGMA user_version = 3");
}

TEST(Ledger, TakesRowsOfAnOlderVersionForOneFailureEach) {
  const Folder folder;
  remembered(folder, {seen("192.0.2.7")});
  bring_back_to_version_3(folder);
  asked(folder.own(), "ALTER TABLE sightings DROP COLUMN times");
  asked(folder.own(), "PRAGMA user_version = 2");
  const auto memory = remembered(folder, {seen("192.0.2.8")});
  ASSERT_THAT(names(memory.seen), ElementsAre("192.0.2.7", "192.0.2.8"));
  EXPECT_EQ(memory.seen[0].times, 1);
}

/// Of each target the first one would be longer, and was another one.
Records banned_twice(const std::string& id, std::optional<ban::Instant> until) {
  auto before = banned(id, std::nullopt);
  before.ban.since -= 1h;
  return {before, banned(id, until)};
}

TEST(Ledger, OfSeveralBansOfATargetBringsTheLastOneBack) {
  const Folder folder;
  auto records = banned_twice("192.0.2.7", noon + 1h);
  for (const auto& over : banned_twice("192.0.2.8", noon - 1s)) {
    records.push_back(over);
  }
  const auto memory = remembered(folder, records);
  ASSERT_THAT(names(memory.bans), ElementsAre("192.0.2.7"));
  EXPECT_EQ(memory.bans[0].ban.until, noon + 1h);
  EXPECT_EQ(asked(folder.own(), "SELECT count(*) FROM bans"), std::vector<std::string>{"4"});
}

TEST(Ledger, FindsTheLastOneInAFileOfAnOlderVersionToo) {
  const Folder folder;
  auto records = banned_twice("192.0.2.7", noon + 1h);
  for (const auto& over : banned_twice("192.0.2.8", noon - 1s)) {
    records.push_back(over);
  }
  remembered(folder, records);
  bring_back_to_version_3(folder);
  const auto memory = remembered(folder, {banned("192.0.2.9", noon + 1h)});
  EXPECT_THAT(names(memory.bans), ElementsAre("192.0.2.7", "192.0.2.9"));
}

TEST(Ledger, BringsBackWhatTheFilterCaught) {
  const Folder folder;
  auto made = banned("192.0.2.7");
  made.fields = {{"user", "al\xff\n"}, {"long", std::string(5000, 'x')}};
  remembered(folder, {made});
  auto longer = banned("192.0.2.7", noon + 2h);
  longer.prolonged = true;
  const auto memory = remembered(folder, {longer});
  ASSERT_THAT(names(memory.bans), ElementsAre("192.0.2.7"));
  EXPECT_EQ(memory.bans[0].ban.until, noon + 2h);
  EXPECT_EQ(memory.bans[0].fields.at("user"), "al\xff\n");
  EXPECT_EQ(memory.bans[0].fields.at("long").size(), BanMade::longest_field);
}

TEST(Ledger, OfABanOfAnOlderVersionKnowsNothingThatTheFilterCaught) {
  const Folder folder;
  remembered(folder, {banned("192.0.2.7")});
  bring_back_to_version_4(folder);
  auto made = banned("192.0.2.8");
  made.fields = {{"user", "al"}};
  const auto memory = remembered(folder, {made});
  ASSERT_THAT(names(memory.bans), ElementsAre("192.0.2.7", "192.0.2.8"));
  EXPECT_THAT(memory.bans[0].fields, IsEmpty());
  EXPECT_THAT(memory.bans[0].matches, testing::SizeIs(2));
  EXPECT_EQ(memory.bans[1].fields, made.fields);
}

TEST(Ledger, BeginsWithNothing) {
  const FixedClock clock;
  const Folder folder;
  const auto memory = opened(folder.files(), clock)->recall(jails, noon);
  ASSERT_TRUE(memory);
  EXPECT_THAT(memory->bans, IsEmpty());
  EXPECT_THAT(memory->positions, IsEmpty());
  EXPECT_TRUE(memory->clean_stop);
}

TEST(Ledger, KeepsItsFileForItsOwner) {
  const Folder folder;
  remembered(folder, {seen("192.0.2.7")});
  for (const auto& path : {folder.own(), folder.fail2ban()}) {
    struct stat facts {};

    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U) << path;
  }
}

TEST(Ledger, ForgetsTotalsAfterACleanStop) {
  const Folder folder;
  const auto memory =
      remembered(folder, {Totals{"sshd", 12, 3}, banned("192.0.2.8"), CleanStop{noon}});
  EXPECT_TRUE(memory.clean_stop);
  EXPECT_THAT(memory.totals, IsEmpty());
  EXPECT_THAT(names(memory.bans), ElementsAre("192.0.2.8"));
}

TEST(Ledger, RecallsSightingsOfOneFindtimeOfTheirJail) {
  const Folder folder;
  const auto memory = remembered(folder,
                                 {seen("192.0.2.1", noon - 601s),
                                  seen("192.0.2.2", noon - 599s),
                                  seen("192.0.2.3", noon - 601s, "postfix"),
                                  seen("192.0.2.4", noon, "a-jail-that-is-gone")});
  EXPECT_THAT(names(memory.seen), ElementsAre("192.0.2.2", "192.0.2.3"));
}

TEST(Ledger, RecallsOnlyBansThatRunOn) {
  const Folder folder;
  auto longer = banned("192.0.2.3", noon + 5h);
  longer.prolonged = true;
  longer.matches = {};
  const auto memory = remembered(folder,
                                 {banned("192.0.2.1", noon - 1s),
                                  banned("192.0.2.2", noon + 1s),
                                  banned("192.0.2.3", noon - 1s),
                                  longer,
                                  banned("192.0.2.4"),
                                  BanEnded{"sshd", "192.0.2.4", noon - 10s},
                                  banned("192.0.2.4", noon + 1h, "postfix")});
  ASSERT_THAT(names(memory.bans), ElementsAre("192.0.2.2", "192.0.2.3", "192.0.2.4"));
  EXPECT_EQ(memory.bans[1].ban.until, noon + 5h);
  EXPECT_THAT(memory.bans[1].matches, ElementsAre("first line", "second line"));
  EXPECT_EQ(memory.bans[2].ban.jail, "postfix");
}

TEST(Ledger, TakesABanThatIsMadeAgainForTheSame) {
  const Folder folder;
  auto again = banned("192.0.2.1");
  again.by = "restored";
  remembered(folder, {banned("192.0.2.1"), again});
  EXPECT_THAT(asked(folder.own(), "SELECT count(*) FROM bans"), ElementsAre("1"));
  EXPECT_THAT(asked(folder.own(), "SELECT made_by FROM bans"), ElementsAre("filter"));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT count(*) FROM bans"), ElementsAre("1"));
}

TEST(Ledger, KeepsTheLastPositionOfALogAndOfTheJournal) {
  const Folder folder;
  Position journal{"sshd", "", 0, 0, 0, "", "s=abc;i=1", noon - 3s};
  const auto memory = remembered(folder, {position(10), journal, position(20)});
  ASSERT_EQ(memory.positions.size(), 2U);
  EXPECT_EQ(memory.positions[0].cursor, "s=abc;i=1");
  EXPECT_EQ(memory.positions[0].at, noon - 3s);
  EXPECT_EQ(memory.positions[1].offset, 20U);
}

TEST(Ledger, KeepsHostileBytesAsTheyAre) {
  const Folder folder;
  const std::string nasty("'; DROP TABLE bans;--\"\\\n\x01\xff\xfe\0\xc3(", 29);
  auto sighting = seen(nasty);
  sighting.line = nasty + std::string(1'000'000, 'x');
  sighting.rule = nasty;
  auto made = banned(nasty);
  made.matches = {nasty, std::string(1'000'000, 'y')};
  const auto memory = remembered(folder, {sighting, made, position(1)});
  ASSERT_EQ(memory.seen.size(), 1U);
  EXPECT_EQ(memory.seen[0].id, nasty);
  EXPECT_EQ(memory.seen[0].rule, nasty);
  EXPECT_EQ(memory.seen[0].line.size(), Seen::longest_line);
  ASSERT_EQ(memory.bans.size(), 1U);
  EXPECT_EQ(memory.bans[0].ban.target, nasty);
  ASSERT_EQ(memory.bans[0].matches.size(), 2U);
  EXPECT_EQ(memory.bans[0].matches[0], nasty);
  EXPECT_EQ(memory.bans[0].matches[1].size(), BanMade::longest_match);
}

TEST(Ledger, EndsABanWithAHostileNameInBothDatabases) {
  const Folder folder;
  const std::string nasty("\xff\0'", 3);
  const auto memory = remembered(folder, {banned(nasty), BanEnded{"sshd", nasty, noon}});
  EXPECT_THAT(memory.bans, IsEmpty());
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT count(*) FROM bips"), ElementsAre("0"));
}

TEST(Ledger, CutsAnIdThatNobodyNeedsWhole) {
  const Folder folder;
  const std::string huge(1'000'000, 'i');
  const auto memory = remembered(folder, {seen(huge), banned(huge)});
  EXPECT_EQ(memory.seen.at(0).id.size(), longest_id);
  EXPECT_EQ(memory.bans.at(0).ban.target.size(), longest_id);
}

TEST(Ledger, KeepsNoMoreMatchesThanAsked) {
  const FixedClock clock;
  const Folder folder;
  {
    LedgerOptions options;
    options.matches = 1;
    auto ledger = opened(folder.files(), clock, options);
    ledger->note(banned("192.0.2.1"));
    ASSERT_TRUE(ledger->flush(10s));
  }
  const auto memory = opened(folder.files(), clock)->recall(jails, noon);
  EXPECT_THAT(memory->bans.at(0).matches, ElementsAre("second line"));
  EXPECT_THAT(asked(folder.fail2ban(), "SELECT data FROM bips"),
              ElementsAre(R"({"matches": ["second line"], "failures": 5})"));
}

TEST(Ledger, WorksInMemory) {
  const FixedClock clock;
  auto ledger = opened({}, clock);
  ledger->note({seen("192.0.2.7"), banned("192.0.2.8"), position(1)});
  ASSERT_TRUE(ledger->flush(10s));
  const auto memory = ledger->recall(jails, noon);
  ASSERT_TRUE(memory);
  EXPECT_THAT(names(memory->seen), ElementsAre("192.0.2.7"));
  EXPECT_THAT(names(memory->bans), ElementsAre("192.0.2.8"));
  EXPECT_EQ(ledger->health().trouble, "");
}

TEST(Ledger, TellsPastBansAsFail2banCountsThem) {
  const FixedClock clock;
  const Folder folder;
  auto ledger = opened(folder.files(), clock);
  const auto past = [](const std::string& target, ban::Instant since, std::chrono::seconds length) {
    return BanMade{{"sshd", target, since, since + length, 1, 5}, false, "filter", {}};
  };
  auto second = past("192.0.2.1", noon - 2h, 10min);
  second.ban.count = 2;
  auto for_good = past("192.0.2.5", noon - 1000h, 0s);
  for_good.ban.until = std::nullopt;
  ledger->note({past("192.0.2.1", noon - 3h, 10min),
                second,
                past("192.0.2.2", noon - 25h, 10min),  // older than dbpurgeage, and long over
                past("192.0.2.3", noon - 48h, 10h),    // three times its length is not over
                past("192.0.2.4", noon - 1h, 10min),
                BanEnded{"sshd", "192.0.2.4", noon - 30min},
                for_good});
  ASSERT_TRUE(ledger->flush(10s));
  const auto bans = ledger->past_bans(noon);
  ASSERT_TRUE(bans);
  EXPECT_THAT(names(*bans), ElementsAre("192.0.2.5", "192.0.2.3", "192.0.2.1"));
  EXPECT_EQ(bans->back().count, 2);
}

TEST(BanReader, GivesTheBansThatRunOnInPortionsByTheirBeginning) {
  const FixedClock clock;
  const Folder folder;
  {
    auto ledger = opened(folder.files(), clock);
    Records together;
    for (int i = 0; i < 1300; ++i) {
      auto made = banned("2001:db8::" + std::to_string(1000 + i));
      made.ban.since = noon - 1300s + std::chrono::seconds(i);
      together.emplace_back(made);
    }
    auto again = banned("2001:db8::1000");  // a second ban of him: only this one runs on
    again.ban.since = noon;
    together.emplace_back(BanEnded{"sshd", "2001:db8::1000", noon});
    together.emplace_back(again);
    together.emplace_back(BanEnded{"sshd", "2001:db8::1007", noon});
    ledger->note(std::move(together));
    ASSERT_TRUE(ledger->flush(20s));
  }
  auto ledger = opened(folder.files(), clock);
  auto reader = ledger->running_bans(noon);
  ASSERT_TRUE(reader) << reader.error().detail;
  std::vector<std::string> ahead;
  std::vector<std::string> targets;
  while (!(*reader)->is_done()) {
    const auto portion = (*reader)->take(1s);
    EXPECT_LE(portion.bans.size(), BanReader::portion_size);
    for (const auto& ban : portion.ahead) {
      EXPECT_THAT(targets, IsEmpty()) << "all of them come before";
      EXPECT_EQ(ban.jail, "sshd");
      EXPECT_EQ(ban.until, noon + 1h);
      ahead.push_back(ban.target);
    }
    for (const auto& made : portion.bans) {
      targets.push_back(made.ban.target);
      EXPECT_EQ(made.matches.size(), 2U);
    }
  }
  EXPECT_THAT(ahead, UnorderedElementsAreArray(targets));
  EXPECT_EQ((*reader)->trouble(), "");
  ASSERT_EQ(targets.size(), 1299U);
  EXPECT_EQ(targets.front(), "2001:db8::1001");
  EXPECT_EQ(targets.back(), "2001:db8::1000");
  EXPECT_EQ(std::ranges::count(targets, "2001:db8::1007"), 0);
}

TEST(BanReader, EndsWhenNobodyWantsTheRest) {
  const FixedClock clock;
  const Folder folder;
  auto ledger = opened(folder.files(), clock);
  for (int i = 0; i < 18'000; ++i) {
    ledger->note(banned("2001:db8::" + std::to_string(i)));
  }
  ASSERT_TRUE(ledger->flush(60s));
  auto reader = ledger->running_bans(noon);
  ASSERT_TRUE(reader);
  EXPECT_GT((*reader)->take(10s).ahead.size(), 0U);
}

TEST(BanReader, GivesFewOnce) {
  const FixedClock clock;
  const Folder folder;
  auto ledger = opened(folder.files(), clock);
  for (std::size_t i = 0; i < BanReader::portion_size; ++i) {
    ledger->note(banned("2001:db8::" + std::to_string(i)));
  }
  ASSERT_TRUE(ledger->flush(60s));
  auto reader = ledger->running_bans(noon);
  ASSERT_TRUE(reader);
  const auto portion = (*reader)->take(10s);
  EXPECT_THAT(portion.ahead, IsEmpty());
  EXPECT_EQ(portion.bans.size(), BanReader::portion_size);
}

TEST(BanReader, LosesNothingToADamagedPageThatOneReadingAloneWouldFind) {
  const FixedClock clock;
  const Folder folder;
  {
    auto ledger = opened({folder.own(), "", ""}, clock);
    for (int i = 0; i < 2000; ++i) {
      ledger->note(banned("2001:db8::" + std::to_string(i)));
    }
    ASSERT_TRUE(ledger->flush(60s));
  }
  std::ifstream in(folder.own(), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  constexpr std::size_t page = 4096;
  const auto path = folder.own() + ".bad";
  for (std::size_t at = page; at + page <= whole.size(); at += page) {
    auto bad = whole;
    bad.replace(at, page, std::string(page, '\xff'));
    std::ofstream(path, std::ios::binary) << bad;
    std::size_t alone = 0;
    auto db = open_for_reading({path, "", {}});
    if (!db) {
      continue;
    }
    static_cast<void>(each_running_ban(*db, noon, [&alone](const BanMade& /*made*/) {
      ++alone;
      return true;
    }));
    auto again = open_for_reading({path, "", {}});
    ASSERT_TRUE(again);
    BanReader reader(*std::move(again), noon);
    std::size_t bans = 0;
    while (!reader.is_done()) {
      bans += reader.take(1s).bans.size();
    }
    ASSERT_EQ(bans, alone) << "page " << at / page;
  }
}

TEST(BanReader, ReadsALedgerInMemoryToo) {
  const FixedClock clock;
  auto ledger = opened({"", "", ""}, clock);
  ledger->note(banned("192.0.2.1"));
  ASSERT_TRUE(ledger->flush(20s));
  auto reader = ledger->running_bans(noon);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->take().bans.size(), 1U);
  EXPECT_TRUE((*reader)->is_done());
}

}  // namespace
}  // namespace spranga::ledger::test
