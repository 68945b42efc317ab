#include "guard/logs/journal_watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "guard/logs/choose_backend.h"
#include "guard/logs/journal_cursor.h"
#include "guard/logs/journal_match.h"
#include "guard/old_logs/byte_source.h"
#include "tests/guard/logs/watching.h"
#include "tests/support/manual_clock.h"

namespace spranga::guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::chrono::hours ages(1'000'000);

/// data/small.journal.xz: four entries of sshd, one that claims to be sshd, the kernel and an app.
JournalOptions small_journal_in(const LogFolder& folder) {
  const auto packed_path =
      std::string(SPRANGA_SOURCE_DIR) + "/tests/guard/logs/data/small.journal.xz";
  auto bytes = open_bytes(Fd(::open(packed_path.c_str(), O_RDONLY | O_CLOEXEC)), "journal").value();
  std::string out;
  std::vector<char> block(1U << 20U);
  for (auto count = bytes->read(block).value(); count > 0; count = bytes->read(block).value()) {
    out.append(block.data(), count);
  }
  JournalOptions options;
  options.files = {folder.write("small.journal", out)};
  return options;
}

void read_to_end(JournalWatch& watch, KeptLines& lines) {
  const SystemClock clock;
  auto now = clock.now();
  do {
    now = clock.now();
    watch.turn(now, lines);
  } while (watch.next_turn(now) <= now);
}

TEST(JournalJail, AsksOnceForWhatSeveralJailsWant) {
  const std::vector<std::string> mine = {"_SYSTEMD_UNIT=app.service + _COMM=app"};
  std::vector<JournalJail> jails;
  jails.push_back(beginning_of({0, mine, ages}, {}, {}));
  jails.push_back(beginning_of({1, {"_COMM=app"}, ages}, {}, {}));
  jails.push_back(beginning_of({2, mine, ages}, {}, {}));
  const auto terms = all_terms(jails);
  EXPECT_THAT(terms,
              ElementsAre(ElementsAre("_SYSTEMD_UNIT=app.service"),
                          ElementsAre("_COMM=app"),
                          ElementsAre(HasSubstr("MESSAGE_ID="))));
}

TEST(JournalWatch, GivesEachJailWhatItsMatchLetsIn) {
  const LogFolder folder;
  const SystemClock clock;
  KeptLines lines;
  const auto watch = JournalWatch::open(small_journal_in(folder),
                                        clock,
                                        {{3, {"_SYSTEMD_UNIT=sshd.service + _COMM=sshd"}, ages},
                                         {4, {"_TRANSPORT=kernel"}, ages},
                                         {5, {"SYSLOG_IDENTIFIER=sshd _HOSTNAME=mail"}, ages}},
                                        {})
                         .value();
  read_to_end(*watch, lines);
  EXPECT_THAT(lines.of[3], ElementsAre(HasSubstr("sshd[321]: Failed password")));
  EXPECT_THAT(lines.of[5], ElementsAre(HasSubstr("sshd[321]"), HasSubstr("sshd[400]")));
  EXPECT_THAT(lines.ended, ElementsAre(3, 4, 5));
  EXPECT_THAT(lines.texts_of(LiveEvent::widened), ElementsAre(HasSubstr("ssh.service")));
}

TEST(JournalSieve, LooksAtEveryEntryWhereMostAreWanted) {
  JournalSieve sieve(19, {10, 20});
  for (int entry = 0; entry < 1000; ++entry) {
    EXPECT_FALSE(sieve.uses_matches()) << entry;
    sieve.count(entry % 3 != 0);
  }
}

TEST(JournalSieve, LetsMatchesPickWhereFewAreWanted) {
  JournalSieve sieve(19, {10, 20});
  for (int turn = 0; turn < 3; ++turn) {
    for (int entry = 0; entry < 10; ++entry) {
      EXPECT_FALSE(sieve.uses_matches()) << entry;
      sieve.count(entry % 3 == 0);
    }
    for (int entry = 0; entry < 40 << turn; ++entry) {
      EXPECT_TRUE(sieve.uses_matches()) << entry;
      sieve.count(true);
    }
  }
}

TEST(JournalSieve, LetsFewTermsPickAndNoneNever) {
  JournalSieve few(2, {10, 20});
  JournalSieve none(0, {10, 20});
  for (int entry = 0; entry < 10; ++entry) {
    few.count(true);
    none.count(true);
  }
  EXPECT_TRUE(few.uses_matches());
  EXPECT_FALSE(none.uses_matches());
}

TEST(JournalSieve, AsksAgainLaterAndLater) {
  JournalSieve sieve(19, {10, 20});
  const auto turn = [&sieve](bool by_matches) {
    int entries = 0;
    for (; sieve.uses_matches() == by_matches && entries < 1000; ++entries) {
      sieve.count(by_matches);
    }
    return entries;
  };
  std::vector<int> turns;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(turn(false), 10);
    turns.push_back(turn(true));
  }
  EXPECT_THAT(turns, ElementsAre(40, 80, 160));
}

TEST(JournalWatch, GivesTheSameWhoeverPicks) {
  const LogFolder folder;
  const SystemClock clock;
  const auto options = small_journal_in(folder);
  const std::vector<JournalWish> wishes = {{3, {"_SYSTEMD_UNIT=sshd.service + _COMM=sshd"}, ages},
                                           {5, {"SYSLOG_IDENTIFIER=sshd _HOSTNAME=mail"}, ages}};
  const auto given = [&](JournalSieve::Pace pace) {
    KeptLines lines;
    const auto watch = JournalWatch::open(options, clock, wishes, {}, pace).value();
    read_to_end(*watch, lines);
    EXPECT_FALSE(watch->positions().empty());
    EXPECT_FALSE(lines.after.empty());
    EXPECT_EQ(watch->positions().front().place.cursor, lines.after.back().cursor);
    return std::pair(lines.of, lines.after.back().cursor);
  };
  const auto all = given({100, 100});
  EXPECT_EQ(all.first.size(), 2U);
  for (std::size_t sample = 1; sample < 5; ++sample) {
    for (std::size_t until_again = 1; until_again < 4; ++until_again) {
      EXPECT_EQ(given({sample, until_again}), all) << sample << " " << until_again;
    }
  }
}

TEST(JournalWatch, GivesEverythingToAJailWithoutAMatch) {
  const LogFolder folder;
  const SystemClock clock;
  KeptLines lines;
  const auto watch =
      JournalWatch::open(small_journal_in(folder), clock, {{0, {}, ages}}, {}).value();
  read_to_end(*watch, lines);
  ASSERT_EQ(lines.of[0].size(), 4U);
  EXPECT_EQ(lines.of[0][2], "mail kernel: [    6.500000] nft: dropped");
  EXPECT_THAT(lines.of[0][3], HasSubstr("two\\nlines"));
}

TEST(JournalWatch, LeavesOutWhatIsOlderThanFindtime) {
  const LogFolder folder;
  const SystemClock clock;
  KeptLines lines;
  const auto watch =
      JournalWatch::open(
          small_journal_in(folder), clock, {{0, {}, std::chrono::seconds(600)}, {1, {}, ages}}, {})
          .value();
  read_to_end(*watch, lines);
  EXPECT_THAT(lines.of[0], IsEmpty());
  EXPECT_EQ(lines.of[1].size(), 4U);
}

TEST(JournalWatch, GoesOnBehindTheCursorThatWasKept) {
  const LogFolder folder;
  const SystemClock clock;
  const auto options = small_journal_in(folder);
  KeptLines all;
  const auto first = JournalWatch::open(options, clock, {{0, {}, ages}}, {}).value();
  read_to_end(*first, all);
  ASSERT_EQ(all.after.size(), 4U);
  for (std::size_t read = 1; read <= 4; ++read) {
    KeptLines rest;
    const auto watch = JournalWatch::open(options,
                                          clock,
                                          {{0, {}, ages}, {1, {"_COMM=sshd"}, ages}},
                                          {{0, all.after[read - 1]}, {1, all.after[0]}})
                           .value();
    read_to_end(*watch, rest);
    const std::vector<std::string> wanted(all.of[0].begin() + static_cast<std::ptrdiff_t>(read),
                                          all.of[0].end());
    EXPECT_EQ(rest.of[0], wanted) << read;
    EXPECT_THAT(rest.of[1], IsEmpty());
  }
  EXPECT_EQ(first->positions().at(0).place, all.after[3]);
}

/// The four entries, each with the place behind it.
KeptLines all_of(const JournalOptions& options) {
  const SystemClock clock;
  KeptLines all;
  read_to_end(*JournalWatch::open(options, clock, {{0, {}, ages}}, {}).value(), all);
  EXPECT_EQ(all.after.size(), 4U);
  return all;
}

/// By jail.
std::map<std::size_t, LogPlace> places_of(const JournalWatch& watch) {
  std::map<std::size_t, LogPlace> out;
  for (const auto& [jail, place] : watch.positions()) {
    out[jail] = place;
  }
  return out;
}

TEST(JournalWatch, NeverPutsAJailBackToThePlaceOfAnother) {
  const LogFolder folder;
  const SystemClock clock;
  const auto options = small_journal_in(folder);
  const auto all = all_of(options);
  KeptLines rest;
  const auto watch =
      JournalWatch::open(options,
                         clock,
                         {{0, {"SYSLOG_IDENTIFIER=sshd _HOSTNAME=mail"}, ages}, {1, {}, ages}},
                         {{0, all.after[0]}, {1, all.after[3]}})
          .value();
  read_to_end(*watch, rest);
  EXPECT_EQ(rest.of[0].size(), 1U);
  EXPECT_THAT(rest.of[1], IsEmpty());
  EXPECT_EQ(places_of(*watch)[1], all.after[3]);
}

TEST(JournalWatch, KnowsWhereAJailBeginsBeforeItHasComeThere) {
  const LogFolder folder;
  const SystemClock clock;
  const auto options = small_journal_in(folder);
  const auto all = all_of(options);
  LogPlace from_fail2ban;  // which keeps no cursor
  from_fail2ban.at = all.after[2].at;
  const auto watch = JournalWatch::open(options,
                                        clock,
                                        {{0, {}, ages}, {1, {}, ages}, {2, {}, ages}},
                                        {{0, all.after[1]}, {1, from_fail2ban}})
                         .value();
  const std::map<std::size_t, LogPlace> wanted = {{0, all.after[1]}, {1, from_fail2ban}};
  EXPECT_EQ(places_of(*watch), wanted);
}

/// A cursor with another value of one of its items.
std::string with(std::string cursor, std::string_view item, const std::string& value) {
  const auto begin = cursor.find(item) + item.size();
  const auto end = std::min(cursor.find(';', begin), cursor.size());
  return cursor.replace(begin, end - begin, value);
}

TEST(JournalWatch, GivesAllThatIsBehindAnEntryThatIsGone) {
  const LogFolder folder;
  const SystemClock clock;
  const auto options = small_journal_in(folder);
  const auto all = all_of(options);
  auto gone = all.after[1];  // vacuumed; of the same microsecond, as lines of one write are
  gone.cursor = with(gone.cursor, "i=", "1");
  ASSERT_NE(gone.cursor, all.after[1].cursor);
  KeptLines rest;
  read_to_end(*JournalWatch::open(options, clock, {{0, {}, ages}}, {{0, gone}}).value(), rest);
  EXPECT_THAT(rest.of[0], ElementsAre(all.of.at(0)[1], all.of.at(0)[2], all.of.at(0)[3]));
}

TEST(JournalWatch, ReadsOnWhereTheLedgerHasNoCursor) {
  const LogFolder folder;
  const SystemClock clock;
  const auto options = small_journal_in(folder);
  auto place = all_of(options).after[2];
  place.cursor = "s=what is no cursor";
  KeptLines rest;
  const auto watch = JournalWatch::open(options, clock, {{0, {}, ages}}, {{0, place}});
  ASSERT_TRUE(watch);
  read_to_end(**watch, rest);
  EXPECT_EQ(rest.of[0].size(), 2U);
}

/// The number as it stands in a journal file, and the same some time later.
void move_number(std::string& bytes, std::uint64_t from, std::uint64_t by) {
  const auto bytes_of = [](std::uint64_t number) {
    std::string out;
    for (unsigned place = 0; place < 64; place += 8) {
      out += static_cast<char>(number >> place & 0xFFU);
    }
    return out;
  };
  const auto old = bytes_of(from);
  for (auto at = bytes.find(old); at != std::string::npos; at = bytes.find(old, at + 1)) {
    bytes.replace(at, old.size(), bytes_of(from + by));
  }
}

std::string bytes_of(const LogFolder& folder, const std::string& name) {
  std::ifstream in(folder.path() + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The same entries as another journal has them.
std::string of_another(const std::string& bytes, char which) {
  constexpr std::size_t sequence_at = 72;  // in the header: seqnum_id
  return bytes.substr(0, sequence_at) + which + bytes.substr(sequence_at + 1);
}

/// The four entries in another journal, a quarter of a second later.
std::string later_journal(const LogFolder& folder, const KeptLines& all) {
  auto bytes = bytes_of(folder, "small.journal");
  for (const auto& place : all.after) {
    const auto cursor = JournalCursor::parse(place.cursor).value();
    move_number(bytes, cursor.realtime_us, 250'000);
    move_number(bytes, cursor.monotonic_us, 250'000);
  }
  return of_another(bytes, 1);
}

/// All at `at` or before is old enough to be read.
void set_behind(test::ManualClock& clock, ban::Instant at) {
  clock.advance_to(SteadyTime(at.time_since_epoch() + JournalWatch::settled));
}

TEST(JournalWatch, GivesOnceWhatHasOneTimeInSeveralFiles) {
  const LogFolder folder;
  const auto all = all_of(small_journal_in(folder));
  std::vector<JournalCursor> cursors;
  for (const auto& place : all.after) {
    cursors.push_back(JournalCursor::parse(place.cursor).value());
  }
  static_cast<void>(folder.write("later.journal", later_journal(folder, all)));
  auto bytes = bytes_of(folder, "small.journal");
  move_number(bytes, cursors[3].realtime_us, cursors[2].realtime_us - cursors[3].realtime_us);
  move_number(bytes, cursors[3].monotonic_us, cursors[2].monotonic_us - cursors[3].monotonic_us);
  static_cast<void>(folder.write("small.journal", bytes));
  // By their hashes the second file's entries are between those two of the first one.
  ASSERT_LT(cursors[3].hash, cursors[2].hash);
  move_number(bytes, cursors[0].hash, 1);
  move_number(bytes, cursors[1].hash, 1);
  move_number(bytes, cursors[2].hash, cursors[3].hash + 1 - cursors[2].hash);
  move_number(bytes, cursors[3].hash, 2);
  static_cast<void>(folder.write("second.journal", of_another(bytes, 2)));
  test::ManualClock clock;
  set_behind(clock, all.after[2].at + std::chrono::milliseconds(210));
  JournalOptions options;
  options.path = folder.path();
  KeptLines lines;
  const auto watch = JournalWatch::open(options, clock, {{0, {}, ages}}, {}).value();
  watch->turn(clock.now(), lines);
  const auto before = lines.of[0].size();
  EXPECT_EQ(before, 10U);
  set_behind(clock, all.after[3].at + std::chrono::seconds(1));
  watch->turn(clock.now(), lines);
  EXPECT_EQ(lines.of[0].size(), 12U);
}

TEST(JournalWatch, WaitsForAnotherFilesEntriesBeforeItReadsYoungOnes) {
  const LogFolder folder;
  const auto all = all_of(small_journal_in(folder));
  test::ManualClock clock;
  set_behind(clock, all.after[3].at - std::chrono::milliseconds(40));
  JournalOptions options;
  options.path = folder.path();
  KeptLines lines;
  const auto watch = JournalWatch::open(options, clock, {{0, {}, ages}}, {}).value();
  watch->turn(clock.now(), lines);
  EXPECT_EQ(lines.of[0].size(), 3U);
  EXPECT_EQ(places_of(*watch)[0], all.after[2]);
  EXPECT_EQ(watch->next_turn(clock.now()), clock.now() + std::chrono::milliseconds(40));
  static_cast<void>(folder.write("later.journal", later_journal(folder, all)));
  clock.advance(std::chrono::milliseconds(30));
  watch->turn(clock.now(), lines);
  EXPECT_EQ(lines.of[0].size(), 3U);
  clock.advance(std::chrono::seconds(1));
  watch->turn(clock.now(), lines);
  watch->turn(clock.now(), lines);
  ASSERT_EQ(lines.of[0].size(), 6U);
  EXPECT_EQ(lines.after[3].at, all.after[2].at + std::chrono::milliseconds(250));
  EXPECT_EQ(lines.after[4], all.after[3]);
}

JournalJail jail_at(std::size_t number, const std::string& cursor, std::int64_t at) {
  const LogPlace place{"", 0, 0, 0, "", cursor, ban::Instant(std::chrono::microseconds(at))};
  return beginning_of({number, {}, ages}, {{number, place}}, place.at);
}

TEST(JournalJail, BeginsWhereTheJournalSaysAlthoughTheClockWasSetBack) {
  const std::string before = "s=a;i=10;b=c;m=100;t=9000;x=1";
  const std::string after = "s=a;i=11;b=c;m=200;t=1000;x=2";  // hours later, by a clock set back
  const std::vector<JournalJail> jails = {jail_at(0, after, 0x1000), jail_at(1, before, 0x9000)};
  EXPECT_EQ(earliest(jails), &jails[1]);
  EXPECT_EQ(to_beginning(jails[1], after, 0x1000), ToBeginning::behind);
  EXPECT_EQ(to_beginning(jails[0], before, 0x9000), ToBeginning::before);
}

TEST(JournalJail, KnowsAnEntryThatWasMovedToAnotherFile) {
  const auto jail = jail_at(0, "s=run;i=10;b=c;m=100;t=9000;x=1", 0x9000);
  EXPECT_EQ(to_beginning(jail, "s=var;i=1;b=c;m=100;t=9000;x=1", 0x9000), ToBeginning::last_had);
  // Lines of one write: of those which came before it none is behind it, whatever their hashes.
  EXPECT_EQ(to_beginning(jail, "s=var;i=0;b=c;m=100;t=9000;x=2", 0x9000), ToBeginning::before);
  EXPECT_EQ(to_beginning(jail, "s=var;i=2;b=c;m=101;t=9001;x=2", 0x9001), ToBeginning::behind);
  EXPECT_EQ(to_beginning(jail, "s=var;i=0;b=c;m=99;t=8fff;x=3", 0x8fff), ToBeginning::before);
  EXPECT_EQ(to_beginning(jail, "s=new;i=0;b=d;m=1;t=9001;x=3", 0x9001), ToBeginning::behind);
}

TEST(JournalCursor, IsReadWhole) {
  const auto cursor = JournalCursor::parse("s=a;i=1f;b=c;m=2;t=3;x=4;z=later").value();
  EXPECT_EQ(cursor.number, 0x1FU);
  EXPECT_EQ(cursor.hash, 4U);
  for (const auto* wrong : {"", "s", "s=a", "s=a;i=g;b=c;m=2;t=3;x=4", "s=a;i=1;b=c;m=2;t=3;x="}) {
    EXPECT_FALSE(JournalCursor::parse(wrong)) << wrong;
  }
}

TEST(JournalWatch, SaysThatThereIsNoJournal) {
  const LogFolder folder;
  const SystemClock clock;
  JournalOptions options;
  options.path = folder.path();
  const auto watch = JournalWatch::open(options, clock, {{0, {}, ages}}, {});
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().code, Errc::not_found);
  options.files = {folder.path() + "/*.journal"};
  EXPECT_EQ(is_journal_readable(options).error().code, Errc::not_found);
}

bool lets_in(const JournalMatch& match, const std::map<std::string, std::string>& entry) {
  return match.wants_fields([&entry](const std::string& name) {
    const auto found = entry.find(name);
    return found == entry.end() ? std::vector<std::string>()
                                : std::vector<std::string>{found->second};
  });
}

TEST(JournalMatch, LetsInDebiansNamesOfUnits) {
  const auto postfix = JournalMatch::widened({"_SYSTEMD_UNIT=postfix.service"});
  EXPECT_TRUE(lets_in(postfix, {{"_SYSTEMD_UNIT", "postfix.service"}}));
  EXPECT_TRUE(lets_in(postfix, {{"_SYSTEMD_UNIT", "postfix@-.service"}}));
  const std::pair<const std::string, std::string> slice{"_SYSTEMD_SLICE", "system-postfix.slice"};
  EXPECT_TRUE(lets_in(postfix, {{"_SYSTEMD_UNIT", "postfix@out.service"}, slice}));
  EXPECT_FALSE(lets_in(postfix, {{"_SYSTEMD_UNIT", "postfix@out.service"}}));
  EXPECT_FALSE(lets_in(
      postfix, {{"_SYSTEMD_UNIT", "postfix@out.service"}, {"_SYSTEMD_SLICE", "own.slice"}}));
  EXPECT_FALSE(lets_in(postfix, {{"_SYSTEMD_UNIT", "postfix@out.socket"}, slice}));
  EXPECT_FALSE(lets_in(postfix, {{"_SYSTEMD_UNIT", "postfix-x.service"}}));
  EXPECT_FALSE(lets_in(postfix, {{"UNIT", "postfix.service"}}));
  const auto sshd = JournalMatch::widened({"_SYSTEMD_UNIT=sshd.service + _COMM=sshd"});
  EXPECT_TRUE(lets_in(sshd, {{"_SYSTEMD_UNIT", "ssh.service"}, {"_COMM", "x"}}));
  EXPECT_TRUE(lets_in(sshd, {{"_COMM", "sshd"}}));
  EXPECT_FALSE(lets_in(sshd, {{"_SYSTEMD_UNIT", "cron.service"}, {"_COMM", "cron"}}));
  EXPECT_EQ(sshd.notes().size(), 1U);
  EXPECT_THAT(JournalMatch::widened({"_SYSTEMD_UNIT=exim4.service"}).notes(), IsEmpty());
}

TEST(JournalOptions, AreThoseOfTheBackend) {
  const auto plain = journal_options_of("systemd").value();
  EXPECT_EQ(plain, JournalOptions());
  const auto all = journal_options_of(
                       "systemd[journalpath=/a/b, journalflags=1,namespace=\"n,m\","
                       " journalfiles='/x/*.journal /y', rotated=on]")
                       .value();
  EXPECT_EQ(all.path, "/a/b");
  EXPECT_EQ(all.flags, 1);
  EXPECT_EQ(all.name_space, "n,m");
  EXPECT_THAT(all.files, ElementsAre("/x/*.journal", "/y"));
  for (const auto* wrong : {"systemd[", "systemd[x]", "systemd[journalflags=a]", "systemd[a='b]"}) {
    EXPECT_EQ(journal_options_of(wrong).error().code, Errc::malformed) << wrong;
  }
  EXPECT_TRUE(is_journal_backend("systemd[journalflags=1]"));
  EXPECT_FALSE(is_journal_backend("pyinotify"));
}

ban::JailSpec jail_of(const std::string& backend) {
  ban::JailSpec jail;
  jail.name = "sshd";
  jail.backend = backend;
  jail.logpath = {{"/var/log/auth.log", false}};
  jail.filter.journalmatch = {"_SYSTEMD_UNIT=sshd.service"};
  return jail;
}

TEST(ChooseBackend, ReadsTheJournalWhereThereIsNoFile) {
  const auto choice = choose_backend(jail_of("auto"), {false}, true);
  EXPECT_EQ(choice.backend, LogBackend::journal);
  EXPECT_EQ(choice.sentence, "sshd: no /var/log/auth.log, reading the journal");
  EXPECT_EQ(choose_backend(jail_of("auto"), {true}, true).backend, LogBackend::files);
  EXPECT_EQ(choose_backend(jail_of("auto"), {true}, true).sentence, "");
}

TEST(ChooseBackend, WaitsForAFileWhereTheJournalIsNotMeant) {
  for (auto jail : {jail_of("pyinotify"), jail_of("polling"), jail_of("auto"), jail_of("auto")}) {
    jail.systemd_if_nologs = jail.backend != "auto";
    const auto choice = choose_backend(jail, {false}, true);
    EXPECT_EQ(choice.backend, LogBackend::files);
    EXPECT_EQ(choice.sentence, "sshd: no /var/log/auth.log yet, waiting for it");
  }
  const auto unreadable = choose_backend(jail_of("auto"), {false}, false);
  EXPECT_EQ(unreadable.backend, LogBackend::files);
  EXPECT_THAT(unreadable.sentence, HasSubstr("no journal could be read"));
}

TEST(ChooseBackend, SaysWhatCannotStart) {
  const auto journal = choose_backend(jail_of("systemd[journalflags=1]"), {}, false);
  EXPECT_TRUE(journal.is_error);
  EXPECT_EQ(journal.sentence, "sshd: no journal could be read");
  EXPECT_EQ(choose_backend(jail_of("systemd"), {true}, true).backend, LogBackend::journal);
  auto nothing = jail_of("auto");
  nothing.logpath.clear();
  nothing.filter.journalmatch.clear();
  EXPECT_FALSE(choose_backend(nothing, {}, true).is_error);
  EXPECT_THAT(choose_backend(nothing, {}, true).sentence, testing::EndsWith("by hand alone"));
  EXPECT_TRUE(bans_by_hand_alone(nothing));
  nothing.filter.journalmatch = {"_SYSTEMD_UNIT=ssh.service"};
  nothing.systemd_if_nologs = true;
  EXPECT_FALSE(bans_by_hand_alone(nothing));
  EXPECT_TRUE(choose_backend(nothing, {}, false).is_error);
  nothing.logpath = {{"/dev/null"}};
  EXPECT_TRUE(bans_by_hand_alone(nothing));
  EXPECT_EQ(choose_backend(nothing, {true}, true).sentence, "");
  auto skipped = jail_of("polling");
  skipped.skip_if_nologs = true;
  const auto choice = choose_backend(skipped, {false}, true);
  EXPECT_EQ(choice.backend, LogBackend::none);
  EXPECT_FALSE(choice.is_error);
}

}  // namespace
}  // namespace spranga::guard
