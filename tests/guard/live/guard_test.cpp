#include "guard/live/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "guard/live/field_texts.h"
#include "guard/live/length_text.h"

namespace spranga::guard {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LogLines : public Log {
public:
  void write(Level level, std::string_view logger, std::string_view message) override {
    if (level >= Level::info) {
      lines.push_back(std::string(logger) + ": " + std::string(message));
    }
  }

  [[nodiscard]] bool shows(Level /*level*/) const override { return true; }

  std::vector<std::string> lines;
};

class RecordingHands : public Hands {
public:
  void ban(const std::string& jail, const HeldBan& held, const JailNumbers& /*of*/) override {
    done.push_back((held.restored ? "restore " : "ban ") + jail + " " + held.ban.target);
  }

  void ban_ahead(const std::string& jail,
                 const std::string& target,
                 std::optional<ban::Instant> /*until*/) override {
    done.push_back("ahead " + jail + " " + target);
  }

  void prolong(const std::string& jail, const HeldBan& held, const JailNumbers& /*of*/) override {
    done.push_back("prolong " + jail + " " + held.ban.target);
  }

  void unban(const std::string& jail, const HeldBan& held, const JailNumbers& /*of*/) override {
    done.push_back("unban " + jail + " " + held.ban.target);
  }

  void check(const std::string& jail, const HeldBan& held) override {
    done.push_back("check " + jail + " " + held.ban.target);
  }

  void flush(const std::string& jail, bool stopping) override {
    done.push_back((stopping ? "flush " : "flush once ") + jail);
  }

  std::vector<std::string> done;
};

constexpr ban::Instant start{std::chrono::seconds(1'700'000'000)};  // 2023-11-14T22:13:20Z

ban::Instant after(int seconds) {
  return start + std::chrono::seconds(seconds);
}

ban::JailSpec jail_of(const std::string& name, int maxretry = 3) {
  ban::JailSpec spec;
  spec.name = name;
  spec.enabled = true;
  spec.maxretry = maxretry;
  spec.filter.name = name;
  spec.filter.failregex = {{"failed for <HOST>$", {"filter.d/" + name + ".conf", 7}}};
  return spec;
}

MatchOptions live_matching() {
  MatchOptions options;
  options.mode = MatchMode::live;
  return options;
}

class GuardTest : public testing::Test {
protected:
  LiveJail& add(const ban::JailSpec& spec) {
    const auto jail = guard.add(spec, start);
    EXPECT_TRUE(jail) << jail.error().detail;
    return **jail;
  }

  LogStream stream_of(std::vector<LiveJail*> jails) {
    auto stream = LogStream::make(std::move(jails), start);
    EXPECT_TRUE(stream);
    stream->end_start_phase();
    return *std::move(stream);
  }

  void fail_at(LogStream& stream, const std::string& who, int second) {
    guard.on_line(stream,
                  std::to_string(1'700'000'000 + second) + " server: failed for " + who,
                  after(second));
  }

  LogLines log;
  RecordingHands hands;
  NoteBook notes;
  LiveWorld world{
      log,
      hands,
      notes,
      [](const std::string& target) { return target == "192.0.2.1" ? "the gateway" : ""; },
      {},
      {},
      live_matching(),
      [](ban::Instant at) {
        return "+" +
               std::to_string(std::chrono::duration_cast<std::chrono::seconds>(at - start).count());
      }};
  Guard guard{world};
};

TEST_F(GuardTest, BansAfterMaxretryAndLetsGoAfterBantime) {
  auto stream = stream_of({&add(jail_of("postfix"))});
  for (const int second : {0, 1, 2}) {
    fail_at(stream, "198.51.100.7", second);
  }
  EXPECT_THAT(hands.done, ElementsAre("ban postfix 198.51.100.7"));
  EXPECT_EQ(guard.next_end(), after(602));
  EXPECT_EQ(guard.on_clock(after(602)), 0U);
  EXPECT_EQ(guard.on_clock(after(603)), 1U);
  EXPECT_THAT(log.lines,
              ElementsAre("filter: [postfix] Found 198.51.100.7 - +0",
                          "filter: [postfix] Found 198.51.100.7 - +1",
                          "filter: [postfix] Found 198.51.100.7 - +2",
                          "actions: [postfix] Ban 198.51.100.7",
                          "actions: [postfix] Unban 198.51.100.7"));
  EXPECT_EQ(hands.done.back(), "unban postfix 198.51.100.7");
}

ban::JailSpec jail_with_users() {
  auto spec = jail_of("postfix", 1);
  spec.filter.failregex = {
      {"user <F-USER>\\S+</F-USER> failed for <HOST>$", {"filter.d/p.conf", 7}}};
  return spec;
}

TEST_F(GuardTest, NotesWhatTheFilterCaughtAndHasItAgainWhenTheBanComesBack) {
  auto& jail = add(jail_with_users());
  auto stream = stream_of({&jail});
  guard.on_line(stream, "1700000000 user al failed for 198.51.100.7", start);
  std::optional<ledger::BanMade> made;
  for (const auto& record : notes.take()) {
    if (const auto* ban = std::get_if<ledger::BanMade>(&record)) {
      made = *ban;
    }
  }
  ASSERT_TRUE(made);
  EXPECT_EQ(made->fields.at("user"), "al");
  jail.unban("198.51.100.7", start);
  jail.restore(*made, start);
  EXPECT_EQ(jail.bans().find("198.51.100.7")->evidence().fields, made->fields);
}

TEST(KeptFieldTexts, AreWithoutWhatIsHiddenFromTheLines) {
  ban::Sighting sighting;
  sighting.fields = {{"user", std::string("al")}, {"word", std::string("secret")}};
  sighting.matches = {"user al failed"};
  EXPECT_EQ(kept_field_texts(sighting, {}).size(), 2U);
  const std::map<std::string, std::string> user = {{"user", "al"}};
  sighting.matches = {"user al failed with ***"};
  EXPECT_EQ(kept_field_texts(sighting, {}), user);
  // Another line of the session had it, and is not at hand any more.
  sighting.fields["mlfid"] = std::string("416");
  sighting.matches = {"too many of al"};
  EXPECT_EQ(kept_field_texts(sighting, {}), user);
  sighting.matches = {"too many"};
  EXPECT_TRUE(kept_field_texts(sighting, {}).empty());
  EXPECT_EQ(kept_field_texts(sighting, {"user al failed with ***"}), user);
}

TEST(KeptFieldTexts, AreThoseThatActionsAskFor) {
  ban::Sighting sighting;
  sighting.fields = {{"ip", std::string("2001:db8::1")},
                     {"ip6", std::string("2001:DB8::1")},
                     {"fid", std::string("al")},
                     {"nofail", std::string()},
                     {"fport", std::string("25")}};
  sighting.matches = {"user=*** of [2001:DB8::1]"};
  EXPECT_EQ(
      kept_field_texts(sighting, {}),
      (std::map<std::string, std::string>{{"ip", "2001:db8::1"}, {"fid", "al"}, {"fport", "25"}}));
}

TEST_F(GuardTest, SaysNothingOfWhatAnIgnorecacheKnew) {
  world.ignores = [](const LiveJail& jail, const ban::Sighting& sighting) {
    return jail.name() == "postfix" && sighting.id == "198.51.100.7";
  };
  auto spec = jail_of("postfix");
  spec.ignorecommand = "true";
  spec.ignorecache = "key=<ip>";
  auto stream = stream_of({&add(spec)});
  fail_at(stream, "198.51.100.7", 0);
  fail_at(stream, "198.51.100.7", 1);
  EXPECT_THAT(log.lines, ElementsAre("filter: [postfix] Ignore 198.51.100.7 by command"));
}

TEST_F(GuardTest, TellsOnceADayAJailOfOddDates) {
  auto stream = stream_of({&add(jail_of("postfix")), &add(jail_of("dovecot"))});
  guard.on_line(stream, "1700000000 server: quite odd", after(7200));
  const std::string what =
      " Detected a log entry 2h before the current time in operation mode. This looks like a "
      "timezone problem. Treating such entries as if they just happened.";
  const std::string where =
      " Please check a jail for a timing issue. Line with odd timestamp: "
      "1700000000 server: quite odd";
  EXPECT_THAT(log.lines,
              ElementsAre("filter: [postfix]" + what,
                          "filter: [postfix]" + where,
                          "filter: [dovecot]" + what,
                          "filter: [dovecot]" + where));
  log.lines.clear();
  guard.on_line(stream, "1700000000 server: again", after(7200 + 86399));
  EXPECT_THAT(log.lines, IsEmpty());
  guard.on_line(stream, "1700000000 server: again", after(7200 + 86400));
  EXPECT_EQ(log.lines.size(), 4U);
}

TEST_F(GuardTest, TellsOnceADayAJailOfHitsWithoutADate) {
  auto spec = jail_of("postfix");
  spec.maxretry = 9;
  auto stream = stream_of({&add(spec)});
  fail_at(stream, "198.51.100.6", 0);
  log.lines.clear();
  guard.on_line(stream, "server: fine", after(1));
  EXPECT_THAT(log.lines, IsEmpty());
  const std::string line = "server: failed for 198.51.100.7";
  guard.on_line(stream, line, after(120));
  ASSERT_EQ(log.lines.size(), 4U);
  EXPECT_EQ(log.lines[0], "filter: [postfix] Found a match but no valid date/time found for ''.");
  EXPECT_EQ(log.lines[1], "filter: [postfix] Match without a timestamp: " + line);
  EXPECT_EQ(log.lines[2],
            "filter: [postfix] Please try setting a custom date pattern "
            "(see man page jail.conf(5)).");
  log.lines.clear();
  guard.on_line(stream, line, after(121));
  EXPECT_EQ(log.lines.size(), 1U);
}

TEST_F(GuardTest, TakesAShortDelayOfALineForLatencyAndTheFutureForATimezone) {
  const auto said = [this](int now) {
    auto stream = stream_of({&add(jail_of("j" + std::to_string(now)))});
    log.lines.clear();
    guard.on_block(stream, "1700000000 server: odd\n", after(now));
    return log.lines.empty() ? "" : log.lines.front();
  };
  EXPECT_THAT(said(3300), testing::HasSubstr("55m before the current time"));
  EXPECT_THAT(said(3299), testing::HasSubstr("a latency problem"));
  EXPECT_THAT(said(3301), testing::HasSubstr("a timezone problem"));
  EXPECT_THAT(said(-61), testing::HasSubstr("1m 1s after the current time"));
  EXPECT_THAT(said(-62), testing::HasSubstr("a timezone problem"));
  EXPECT_EQ(said(60), "");
}

TEST_F(GuardTest, TellsOnceADayAFileOfBytesThatTheEncodingDoesNotKnow) {
  auto stream = stream_of({&add(jail_of("postfix")), &add(jail_of("dovecot"))});
  stream.set_file("/var/log/mail.log");
  const std::string lines = "1700000000 server: caf\xE9\n1700000000 server: caf\xE9\n";
  guard.on_block(stream, lines, start);
  const std::vector<std::string> expected = {
      "filter: Error decoding line from '/var/log/mail.log' with 'UTF-8'.",
      "filter: Consider setting logencoding to appropriate encoding for this jail. Continuing to "
      "process line ignoring invalid characters: b'1700000000 server: caf\\xe9\\n'"};
  EXPECT_EQ(log.lines, expected);
  guard.on_line(stream, "1700086400 server: caf\xE9", after(86400));
  EXPECT_EQ(log.lines.size(), 4U);
}

TEST_F(GuardTest, NotesWhatTheLedgerHasToKnow) {
  auto stream = stream_of({&add(jail_of("postfix", 2))});
  fail_at(stream, "198.51.100.7", 0);
  fail_at(stream, "198.51.100.7", 1);
  ASSERT_EQ(notes.records().size(), 3U);
  const auto& seen = std::get<ledger::Seen>(notes.records()[0]);
  EXPECT_EQ(seen.rule, "filter.d/postfix.conf:7");
  EXPECT_EQ(seen.at, after(0));
  EXPECT_THAT(seen.line, testing::HasSubstr("failed for 198.51.100.7"));
  const auto& made = std::get<ledger::BanMade>(notes.records()[2]);
  EXPECT_EQ(made.ban.until, after(601));
  EXPECT_EQ(made.matches.size(), 2U);
}

TEST_F(GuardTest, NeverBansWhatIsSafe) {
  auto& jail = add(jail_of("postfix", 1));
  auto stream = stream_of({&jail});
  fail_at(stream, "192.0.2.1", 0);
  EXPECT_FALSE(guard.ban(jail, "192.0.2.1", after(1)));
  EXPECT_THAT(hands.done, IsEmpty());
  EXPECT_EQ(jail.bans().size(), 0U);
  EXPECT_EQ(log.lines.back(), "actions: [postfix] 192.0.2.1 is not banned: it is the gateway");
}

// A server's own /64 has neighbours in it: they are banned one by one.
TEST_F(GuardTest, BansTheAddressAloneWhereItsNetworkHoldsWhatIsSafe) {
  world.safe = [](const std::string& target) {
    return target == "192.0.2.0/24" || target == "192.0.2.1" ? "the gateway" : "";
  };
  auto spec = jail_of("postfix", 2);
  spec.ipv4_prefix = 24;
  auto& jail = add(spec);
  auto stream = stream_of({&jail});
  for (const auto* who : {"192.0.2.9", "192.0.2.9", "198.51.100.7", "198.51.100.8"}) {
    fail_at(stream, who, 0);
  }
  EXPECT_THAT(hands.done, ElementsAre("ban postfix 192.0.2.9", "ban postfix 198.51.100.0/24"));
}

TEST_F(GuardTest, FeedsRecidiveWithBansAndNotWithTheLog) {
  add(jail_of("postfix", 1));
  auto spec = jail_of("recidive", 2);
  spec.filter.failregex = {
      {R"(NOTICE\s+\[(?!recidive\])[^\]]+\] Ban <HOST>$)", {"recidive.conf", 3}}};
  add(spec);
  guard.feed_with_bans({"recidive"});
  auto& postfix = *guard.find("postfix");
  EXPECT_TRUE(guard.ban(postfix, "198.51.100.7", after(0)));
  EXPECT_TRUE(postfix.unban("198.51.100.7", after(1)));
  EXPECT_TRUE(guard.ban(postfix, "198.51.100.7", after(2)));
  EXPECT_EQ(hands.done.back(), "ban recidive 198.51.100.7");
}

TEST_F(GuardTest, DoesNotCountWhatABanHasCutOff) {
  auto spec = jail_of("postfix", 2);
  spec.filter.failregex.push_back({"lost connection after AUTH from <HOST>$", {"postfix.conf", 9}});
  auto& jail = add(spec);
  auto stream = stream_of({&jail});
  fail_at(stream, "198.51.100.7", 0);
  fail_at(stream, "198.51.100.7", 1);
  guard.on_line(
      stream, "1700000002 server: lost connection after AUTH from 198.51.100.7", after(2));
  EXPECT_EQ(jail.numbers().failed_total, 2U);
  guard.on_line(
      stream, "1700000002 server: lost connection after AUTH from 198.51.100.8", after(2));
  EXPECT_EQ(jail.numbers().failed_total, 3U);
}

TEST_F(GuardTest, GoesOnWhereAnEarlierLifeEnded) {
  auto& jail = add(jail_of("postfix", 3));
  jail.recall({"postfix", "198.51.100.7", after(-20), 1, false, "", ""}, start);
  jail.recall({"postfix", "198.51.100.7", after(-10), 1, false, "", ""}, start);
  ban::Ban old{"postfix", "198.51.100.9", after(-100), after(500), 1, 3};
  jail.restore({old, false, "filter", {}}, start);
  old.target = "198.51.100.10";
  old.until = after(-1);
  jail.restore({old, false, "filter", {}}, start);
  EXPECT_EQ(log.lines.back(), "actions: [postfix] Restore Ban 198.51.100.9");
  auto stream = stream_of({&jail});
  fail_at(stream, "198.51.100.7", 1);
  EXPECT_THAT(hands.done, ElementsAre("restore postfix 198.51.100.9", "ban postfix 198.51.100.7"));
}

TEST_F(GuardTest, WhoIsIgnoredByNowIsNotBannedAgain) {
  auto spec = jail_of("postfix");
  spec.ignoreip = {"198.51.100.7", "203.0.113.0/24"};
  auto& jail = add(spec);
  const auto restore = [&](const std::string& target) {
    const ban::Ban old{"postfix", target, after(-100), after(500), 1, 3};
    jail.restore({old, false, "filter", {}}, start);
  };
  restore("198.51.100.7");
  EXPECT_EQ(log.lines.back(), "filter: [postfix] Ignore 198.51.100.7 by ip");
  restore("203.0.113.9");
  restore("203.0.0.0/16");
  restore("198.51.100.8");
  restore("198.51.100.16/28");
  EXPECT_THAT(hands.done,
              ElementsAre("restore postfix 198.51.100.8", "restore postfix 198.51.100.16/28"));
  spec.ignoreip = {"198.51.100.9"};
  jail.begin_restoring();
  ASSERT_TRUE(jail.change(spec, start));
  restore("198.51.100.9");
  EXPECT_EQ(hands.done.size(), 2U);
}

TEST_F(GuardTest, NoBanOfAnEarlierLifeIsLongerThanTheJailsLongestByNow) {
  const auto end_of = [this](const ban::JailSpec& spec, std::optional<ban::Instant> until) {
    auto& jail = add(spec);
    jail.restore({{spec.name, "198.51.100.7", after(-100), until, 1, 3}, false, "filter", {}},
                 start);
    const auto* held = jail.bans().find("198.51.100.7");
    return held == nullptr   ? std::string("over")
           : held->ban.until ? std::to_string((*held->ban.until - start) / std::chrono::seconds(1))
                             : "for good";
  };
  auto spec = jail_of("short");
  spec.bantime = std::chrono::seconds(300);
  EXPECT_EQ(end_of(spec, after(5000)), "200");
  spec.name = "for-good";
  EXPECT_EQ(end_of(spec, std::nullopt), "200");
  spec.name = "shorter-still";
  EXPECT_EQ(end_of(spec, after(20)), "20");
  spec.name = "prolonged";
  EXPECT_EQ(end_of(spec, after(290)), "290");
  spec.name = "over";
  spec.bantime = std::chrono::seconds(100);
  EXPECT_EQ(end_of(spec, after(5000)), "over");
  spec.name = "grows";
  spec.increment.enabled = true;
  EXPECT_EQ(end_of(spec, after(5000)), "5000");
  spec.name = "grows-up-to";
  spec.increment.maxtime = std::chrono::seconds(1000);
  EXPECT_EQ(end_of(spec, after(5000)), "900");
  spec.name = "never-ends";
  spec.increment = {};
  spec.bantime = std::chrono::seconds(-1);
  EXPECT_EQ(end_of(spec, after(5000)), "5000");
  spec.name = "stays-for-good";
  EXPECT_EQ(end_of(spec, std::nullopt), "for good");
}

TEST_F(GuardTest, WhoIsBannedAnewBeforeHisOldBanComesBackIsBannedUntilTheLaterEnd) {
  auto spec = jail_of("postfix", 1);
  spec.increment.enabled = true;  // bans may be of any length
  auto& jail = add(spec);
  jail.begin_restoring();
  auto stream = stream_of({&jail});
  fail_at(stream, "198.51.100.7", 0);
  fail_at(stream, "198.51.100.8", 0);
  jail.restore({{"postfix", "198.51.100.7", after(-100), std::nullopt, 1, 3}, false, "filter", {}},
               after(1));
  jail.restore({{"postfix", "198.51.100.8", after(-100), after(5), 1, 3}, false, "filter", {}},
               after(1));
  EXPECT_EQ(jail.bans().find("198.51.100.7")->ban.until, std::nullopt);
  EXPECT_GT(jail.bans().find("198.51.100.8")->ban.until, after(5));
  EXPECT_TRUE(jail.judge().is_banned("198.51.100.7", after(1'000'000)));
  ASSERT_THAT(hands.done, testing::SizeIs(3));
  EXPECT_THAT(hands.done.back(), testing::HasSubstr("postfix 198.51.100.7"));
  const auto* made = std::get_if<ledger::BanMade>(&notes.records().back());
  ASSERT_NE(made, nullptr);
  EXPECT_TRUE(made->prolonged);
}

TEST_F(GuardTest, TakesANewFilterAndKeepsBansAndCounters) {
  auto& jail = add(jail_of("postfix", 2));
  auto stream = stream_of({&jail});
  fail_at(stream, "198.51.100.7", 0);
  auto next = jail_of("postfix", 2);
  next.filter.failregex = {{"wrong password from <HOST>$", {"postfix.conf", 8}}};
  ASSERT_TRUE(jail.change(next, after(1)));
  auto again = stream_of({&jail});
  guard.on_line(again, "1700000002 server: wrong password from 198.51.100.7", after(2));
  EXPECT_THAT(hands.done, ElementsAre("ban postfix 198.51.100.7"));

  next.filter.failregex = {{"broken ( from <HOST>$", {"postfix.conf", 9}}};
  const auto refused = jail.change(next, after(3));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("postfix.conf:9"));
  EXPECT_EQ(jail.spec().filter.failregex[0].origin.line, 8);
}

TEST_F(GuardTest, LooksAfterBansThatDoNotHoldButNeverAfterAllAtOnce) {
  auto stream = stream_of({&add(jail_of("postfix", 1))});
  const auto checks_at = [&](int second) {
    hands.done.clear();
    for (int i = 0; i < 300; ++i) {
      fail_at(stream, "198.51." + std::to_string(i / 100) + "." + std::to_string(i % 100), second);
    }
    return std::ranges::count_if(hands.done,
                                 [](const auto& deed) { return deed.starts_with("check"); });
  };
  EXPECT_EQ(checks_at(0), 0) << "they begin";
  EXPECT_EQ(checks_at(3), 0) << "lines that were under way";
  EXPECT_EQ(checks_at(5), 200);
  EXPECT_EQ(checks_at(6), 100);
  EXPECT_EQ(checks_at(7), 0);
  EXPECT_EQ(checks_at(15), 200);
}

TEST_F(GuardTest, LetsEverybodyGoWhenAJailCloses) {
  auto& jail = add(jail_of("postfix", 1));
  auto stream = stream_of({&jail});
  fail_at(stream, "198.51.100.7", 0);
  jail.close(false);
  EXPECT_THAT(
      hands.done,
      ElementsAre("ban postfix 198.51.100.7", "flush postfix", "unban postfix 198.51.100.7"));
}

TEST(LengthText, IsRoundedAsFail2banDoes) {
  using std::chrono::seconds;
  const std::vector<std::pair<int, std::string>> known = {
      {86400 * 390, "1y 3w 4d"},
      {86400 * 368, "1y 3d"},
      {86400 * 2 + 3600 * 7 + 60 * 15, "2d 7h 15m"},
      {86400 * 2 + 3599, "2d 1h"},
      {3600 - 5, "1h"},
      {3600 - 10, "59m 50s"},
      {59, "59s"},
      {0, "0"},
      {600, "10m"},
      {1200, "20m"},
      {7200, "2h"}};
  for (const auto& [length, text] : known) {
    EXPECT_EQ(length_text(seconds(length)), text);
  }
}

TEST_F(GuardTest, ASightingThatWaitsIsJudgedWhenItComesBack) {
  std::vector<ban::Sighting> waiting;
  world.waits = [&](const LiveJail& jail, const ban::Sighting& sighting) {
    EXPECT_EQ(jail.name(), "postfix");
    if (sighting.is_name) {
      waiting.push_back(sighting);
    }
    return sighting.is_name;
  };
  world.match.names_later = true;
  auto& jail = add(jail_of("postfix", 2));
  auto stream = stream_of({&jail});
  fail_at(stream, "host.example.org", 0);
  fail_at(stream, "198.51.100.7", 1);
  fail_at(stream, "host.example.org", 2);
  EXPECT_THAT(hands.done, IsEmpty());
  ASSERT_EQ(waiting.size(), 2U);
  for (auto& sighting : waiting) {
    EXPECT_EQ(sighting.id, "host.example.org");
    sighting.is_name = false;
    sighting.id = "198.51.100.9";
    guard.resume(jail, sighting, after(5));
  }
  EXPECT_THAT(hands.done, ElementsAre("ban postfix 198.51.100.9"));
  const auto* held = jail.bans().find("198.51.100.9");
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->ban.since, after(2)) << "when the line was written";
  EXPECT_EQ(held->evidence().rule, "filter.d/postfix.conf:7");
}

}  // namespace
}  // namespace spranga::guard
