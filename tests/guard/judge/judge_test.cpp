#include "guard/judge/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/guard/judge/sightings.h"

namespace spranga::guard {
namespace {

using Kind = Judgement::Kind;
using ban::Counting;

const std::string attacker = "192.0.2.7";

std::vector<Kind> kinds(Judge& judged, const std::vector<int>& times) {
  std::vector<Kind> out;
  out.reserve(times.size());
  for (const auto time : times) {
    out.push_back(judge(judged, seen(attacker, time)).kind);
  }
  return out;
}

TEST(Judge, BansAtTheTimeOfTheLastFailure) {
  auto judged = judge_for(jail_of(3));
  EXPECT_EQ(judge(judged, seen(attacker, 100)).kind, Kind::counted);
  EXPECT_EQ(judge(judged, seen(attacker, 110)).count, 2);
  const auto verdict = judged.on_sighting(seen(attacker, 105), at_second(120));
  ASSERT_EQ(verdict.kind, Kind::banned);
  EXPECT_EQ(verdict.ban->since, at_second(110));
  EXPECT_EQ(verdict.ban->until, at_second(710));
  EXPECT_EQ(verdict.ban->failures, 3);
  EXPECT_EQ(verdict.matches.size(), 3);
}

TEST(Judge, CountsAnewAfterABan) {
  auto judged = judge_for(jail_of(2));
  EXPECT_THAT(kinds(judged, {0, 1, 2}),
              testing::ElementsAre(Kind::counted, Kind::banned, Kind::counted));
}

TEST(Judge, ProlongsTheBanOfSomebodyWhoGoesOn) {
  auto judged = judge_for(jail_of(2));
  EXPECT_THAT(kinds(judged, {0, 1, 300, 301}),
              testing::ElementsAre(Kind::counted, Kind::banned, Kind::counted, Kind::prolonged));
  EXPECT_EQ(judged.banned(attacker, at_second(901))->until, at_second(901));
  EXPECT_EQ(judged.banned(attacker, at_second(901))->since, at_second(1));
  EXPECT_FALSE(judged.banned(attacker, at_second(902)));
  EXPECT_FALSE(judged.is_banned(attacker, at_second(902)));
}

TEST(Judge, BansAgainOnceTheBanIsOver) {
  auto judged = judge_for(jail_of(1));
  EXPECT_THAT(kinds(judged, {0, 600, 1201}),
              testing::ElementsAre(Kind::banned, Kind::prolonged, Kind::banned));
}

TEST(Judge, SaysAlreadyBannedWhereTheEndWouldNotMove) {
  auto judged = judge_for(jail_of(1));
  EXPECT_THAT(kinds(judged, {5, 5}), testing::ElementsAre(Kind::banned, Kind::already_banned));
}

TEST(Judge, IgnoresABanThatWouldBeOver) {
  auto judged = judge_for(jail_of(1));
  EXPECT_EQ(judged.on_sighting(seen(attacker, 0), at_second(600)).kind, Kind::banned);
  EXPECT_EQ(judged.on_sighting(seen("192.0.2.8", 0), at_second(601)).kind, Kind::expired);
}

TEST(Judge, BansNobodyForANegativeTimeThatIsNotMinusOne) {
  auto judged = judge_for(jail_of(1, 600, -5));
  EXPECT_EQ(judge(judged, seen("192.0.2.8", 0)).kind, Kind::expired);
  EXPECT_FALSE(judged.is_banned("192.0.2.8", at_second(0)));
}

TEST(Judge, BansForGood) {
  auto judged = judge_for(jail_of(1, 600, -1));
  const auto verdict = judged.on_sighting(seen(attacker, 0), at_second(1'000'000));
  EXPECT_EQ(verdict.kind, Kind::banned);
  EXPECT_EQ(verdict.ban->until, std::nullopt);
  EXPECT_EQ(judged.on_sighting(seen(attacker, 9), at_second(2'000'000)).kind, Kind::already_banned);
}

TEST(Judge, DropsAnAccountOneFindtimeAfterItsLastFailureByTheClock) {
  auto judged = judge_for(jail_of(2));
  EXPECT_EQ(judged.on_sighting(seen(attacker, 0), at_second(0)).count, 1);
  EXPECT_EQ(judged.on_sighting(seen(attacker, 1), at_second(600)).count, 1);
  EXPECT_EQ(judged.on_sighting(seen(attacker, 2), at_second(600)).count, 2);
}

TEST(Judge, TakesASightingWithoutATimeForNow) {
  auto judged = judge_for(jail_of(1));
  auto sighting = seen(attacker, 0);
  sighting.at.reset();
  EXPECT_EQ(judged.on_sighting(sighting, at_second(777)).ban->since, at_second(777));
}

TEST(Judge, CountsNoContext) {
  auto judged = judge_for(jail_of(1));
  auto sighting = seen(attacker, 0);
  sighting.nofail = true;
  EXPECT_FALSE(judge(judged, sighting).is_found());
  EXPECT_FALSE(judge(judged, seen("", 0)).is_found());
}

TEST(Judge, KeepsTheLastMatchesOnly) {
  auto spec = jail_of(4);
  spec.maxmatches = 2;
  auto judged = judge_for(spec);
  Judgement last;
  for (int i = 0; i < 4; ++i) {
    auto sighting = seen(attacker, i);
    sighting.matches = {"line " + std::to_string(i)};
    last = judge(judged, sighting);
  }
  EXPECT_THAT(last.matches, testing::ElementsAre("line 2", "line 3"));
}

TEST(Judge, BansWithoutLinesThatMadeRoomForOthers) {
  RecentLines few(1);  // one block
  JudgePorts ports;
  ports.lines = &few;
  auto judged = judge_for(jail_of(2), std::move(ports));
  static_cast<void>(judge(judged, seen(attacker, 0)));
  for (int i = 0; i < 5000; ++i) {
    static_cast<void>(judge(judged, seen("id" + std::to_string(i), 1)));
  }
  auto last = seen(attacker, 2);
  last.matches = {"the last"};
  const auto verdict = judge(judged, last);
  ASSERT_EQ(verdict.kind, Kind::banned);
  EXPECT_EQ(verdict.ban->failures, 2);
  EXPECT_TRUE(verdict.lacks_matches);
  EXPECT_THAT(verdict.matches, testing::ElementsAre("the last"));
}

TEST(Judge, NeverBansOnWeakEvidenceAlone) {
  for (const auto counting : {Counting::fail2ban, Counting::window}) {
    for (const int maxretry : {0, 1, 5}) {
      auto spec = jail_of(maxretry);
      spec.counting = counting;
      auto judged = judge_for(spec);
      for (int i = 0; i < 500; ++i) {
        ASSERT_EQ(judge(judged, weakly_seen(attacker, i)).kind, Kind::counted);
      }
    }
  }
}

TEST(Judge, LetsWeakEvidenceCompleteStrong) {
  auto judged = judge_for(jail_of(5));
  judge(judged, seen(attacker, 0));
  judge(judged, seen(attacker, 1));
  judge(judged, weakly_seen(attacker, 2));
  EXPECT_EQ(judge(judged, seen(attacker, 3)).count, 4);
  EXPECT_EQ(judge(judged, weakly_seen(attacker, 4)).kind, Kind::banned);
}

TEST(Judge, CountsAndBansByNetwork) {
  auto spec = jail_of(2);
  spec.ipv6_prefix = 64;
  auto judged = judge_for(spec);
  judge(judged, seen("2001:db8::1", 0));
  const auto verdict = judge(judged, seen("2001:db8::2", 1));
  ASSERT_EQ(verdict.kind, Kind::banned);
  EXPECT_EQ(verdict.ban->target, "2001:db8::/64");
  EXPECT_EQ(judge(judged, seen("192.0.2.1", 2)).target, "192.0.2.1");
  EXPECT_EQ(judge(judged, seen("some.name", 2)).target, "some.name");
}

TEST(Judge, NeverBansANetworkWithAnIgnoredNeighbour) {
  auto spec = jail_of(1);
  spec.ipv4_prefix = 24;
  spec.ignoreip = {"192.0.2.200"};
  auto judged = judge_for(spec);
  EXPECT_EQ(judge(judged, seen("192.0.2.1", 0)).ban->target, "192.0.2.1");
  EXPECT_EQ(judge(judged, seen("198.51.100.1", 0)).ban->target, "198.51.100.0/24");
}

TEST(Judge, IgnoresInTheOrderOfFail2ban) {
  auto spec = jail_of(1);
  spec.ignoreself = true;
  spec.ignoreip = {"192.0.2.1", "192.0.2.2"};
  spec.ignorecommand = "check <ip>";
  JudgePorts ports;
  const std::vector<net::Address> own{*net::Address::parse("192.0.2.1")};
  ports.own_addresses = [&own] { return &own; };
  std::vector<std::string> asked;
  ports.command = [&](const std::string& command, const ban::Sighting& sighting) {
    EXPECT_EQ(command, "check <ip>");
    asked.push_back(sighting.id);
    return sighting.id == "192.0.2.3";
  };
  auto judged = judge_for(spec, ports);
  EXPECT_STREQ(judge(judged, seen("192.0.2.1", 0)).why, "ignoreself rule");
  EXPECT_STREQ(judge(judged, seen("192.0.2.2", 0)).why, "ip");
  EXPECT_STREQ(judge(judged, seen("192.0.2.3", 0)).why, "command");
  EXPECT_EQ(judge(judged, seen("192.0.2.4", 0)).kind, Kind::banned);
  EXPECT_THAT(asked, testing::ElementsAre("192.0.2.3", "192.0.2.4"));
}

TEST(Judge, AsksACommandOnceWhileTheCacheIsFresh) {
  auto spec = jail_of(9);
  spec.ignorecommand = "check";
  spec.ignorecache = "key=<ip>, max-time=10";
  JudgePorts ports;
  int asked = 0;
  ports.command = [&](const std::string&, const ban::Sighting&) { return ++asked > 0; };
  auto judged = judge_for(spec, ports);
  for (const int time : {0, 1, 9, 10}) {
    EXPECT_EQ(judge(judged, seen(attacker, time)).kind, Kind::ignored);
  }
  EXPECT_EQ(asked, 2);
}

TEST(Judge, SaysAgainOfAnAddressOfIgnoreipThatItIsOneInSpiteOfTheCache) {
  auto spec = jail_of(9);
  spec.ignoreip = {"192.0.2.1", "192.0.2.128/25"};
  spec.ignorecache = "key=<ip>";
  auto judged = judge_for(spec, {});
  for (const int time : {0, 1}) {
    EXPECT_STREQ(judge(judged, seen("192.0.2.1", time)).why, "ip");
  }
  EXPECT_STREQ(judge(judged, seen("192.0.2.200", 2)).why, "ip");
  EXPECT_STREQ(judge(judged, seen("192.0.2.200", 3)).why, ignored_by_cache);
}

ban::JailSpec growing(int maxretry) {
  auto spec = jail_of(maxretry);
  spec.increment.enabled = true;
  return spec;
}

TEST(Judge, BansLongerWhoWasBannedBefore) {
  MemoryHistory history;
  JudgePorts ports;
  ports.history = &history;
  auto judged = judge_for(growing(1), ports);
  EXPECT_EQ(judge(judged, seen(attacker, 0)).ban->until, at_second(600));
  const auto second = judge(judged, seen(attacker, 700));
  EXPECT_EQ(second.ban->until, at_second(1900));
  EXPECT_EQ(second.ban->count, 2);
  EXPECT_EQ(judge(judged, seen(attacker, 2000)).ban->until, at_second(4400));
}

TEST(Judge, CountsFailuresOfTheKnownTwiceThriceAndMore) {
  MemoryHistory history;
  JudgePorts ports;
  ports.history = &history;
  auto judged = judge_for(growing(5), ports);
  std::vector<Kind> all;
  for (int i = 0; i < 5; ++i) {
    judge(judged, seen(attacker, i));
  }
  EXPECT_EQ(judge(judged, seen(attacker, 1000)).count, 2);
  EXPECT_EQ(judge(judged, seen(attacker, 1001)).count, 4);
  EXPECT_EQ(judge(judged, seen(attacker, 1002)).kind, Kind::banned);
  EXPECT_EQ(judge(judged, seen(attacker, 5000)).count, 3);
  EXPECT_EQ(judge(judged, seen(attacker, 5001)).kind, Kind::banned);
}

TEST(Judge, SumsTheBansOfAllJailsIfAsked) {
  MemoryHistory history;
  JudgePorts ports;
  ports.history = &history;
  auto one = growing(1);
  auto other = growing(1);
  other.name = "other";
  other.increment.overalljails = true;
  auto first = judge_for(one, ports);
  auto second = judge_for(other, ports);
  judge(first, seen(attacker, 0));
  EXPECT_EQ(judge(second, seen(attacker, 10)).ban->until, at_second(1210));
}

// A flood's row of the ledger stands for many: the account is as if they had come one by one.
TEST(Judge, RecallsManyAtOnceAsOneByOne) {
  for (const auto counting : {Counting::fail2ban, Counting::window}) {
    for (const int maxretry : {1, 3, 10}) {
      for (const int times : {1, 2, 3, 7, 29, 30, 31, 1000, 1001}) {
        auto jail = jail_of(maxretry);
        jail.counting = counting;
        auto together = judge_for(jail);
        auto single = judge_for(jail);
        for (auto* judged : {&together, &single}) {
          judged->recall(seen(attacker, 50), at_second(100));
        }
        auto all = seen(attacker, 60);
        all.attempts = times;
        together.recall(all, at_second(100), times);
        for (int i = 0; i < times; ++i) {
          single.recall(seen(attacker, 60), at_second(100));
        }
        EXPECT_EQ(together.count_of(attacker), single.count_of(attacker))
            << maxretry << " " << times;
        EXPECT_EQ(together.accounts(), single.accounts());
      }
    }
  }
}

TEST(Judge, RecallsAnyNumberOfWeakOnesInNoTime) {
  auto judged = judge_for(jail_of(3));
  auto weak = seen(attacker, 60);
  weak.weak = true;
  weak.attempts = 2'000'000'000;
  judged.recall(weak, at_second(100), 2'000'000'000);
  EXPECT_EQ(judged.count_of(attacker), 0);
}

TEST(MemoryHistory, ForgetsShortBansAfterADayAndLongOnesLater) {
  MemoryHistory history;
  history.add({"test", attacker, at_second(0), at_second(600), 3, 5});
  history.add({"test", "192.0.2.8", at_second(0), at_second(86400), 3, 5});
  history.add({"test", "192.0.2.9", at_second(0), std::nullopt, 3, 5});
  EXPECT_EQ(history.of("test", attacker, false, at_second(86400))->count, 3);
  EXPECT_FALSE(history.of("test", attacker, false, at_second(90000)));
  EXPECT_TRUE(history.of("test", "192.0.2.8", false, at_second(345'600)));
  EXPECT_FALSE(history.of("test", "192.0.2.8", false, at_second(345'601)));
  EXPECT_TRUE(history.of("test", "192.0.2.9", false, at_second(34'560'000)));
}

TEST(Judge, ForgetsAccountsThatAreDead) {
  auto judged = judge_for(jail_of(2));
  for (std::int64_t i = 0; i < 5000; ++i) {
    judge(judged, seen("id" + std::to_string(i), i * 1000));
  }
  EXPECT_EQ(judge(judged, seen("id4999", 5'000'000)).count, 1);
}

}  // namespace
}  // namespace spranga::guard
