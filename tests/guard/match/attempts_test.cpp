// F-ATTEMPTS, spranga's own: what a line tells of a whole session, less what was seen of it.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "guard/match/matcher.h"

namespace spranga::guard {
namespace {

using namespace std::chrono_literals;

const ban::Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + 12h;

ban::JailSpec login_jail() {
  ban::JailSpec jail;
  jail.name = "login";
  jail.usedns = ban::UseDns::no;
  jail.filter.failregex = {
      {R"(^s=<F-MLFID>\w+</F-MLFID> wrong from <ADDR>$)", {}},
      {R"(^s=<F-MLFID>\w+</F-MLFID> <F-MLFFORGET>end</F-MLFFORGET> )"
       R"(<F-ATTEMPTS>\d+</F-ATTEMPTS> from <ADDR>$)",
       {}},
      {R"(^s=<F-MLFID>\w+</F-MLFID> <F-ATTEMPTS>gone</F-ATTEMPTS> <ADDR>$)", {}},
      {R"(^sum <F-ATTEMPTS>\d+</F-ATTEMPTS> from <ADDR>$)", {}},
      {R"(^s=<F-MLFID>\w+</F-MLFID> <F-NOFAIL>hello</F-NOFAIL> <ADDR>$)", {}},
      {R"(^s=<F-MLFID>\w+</F-MLFID> bad$)", {}},
      {R"(^(?:s=<F-MLFID>\w+</F-MLFID> )?again <F-REPEATED>\d+</F-REPEATED> from <ADDR>$)", {}}};
  jail.filter.weakregex = {{R"(^s=<F-MLFID>\w+</F-MLFID> odd from <ADDR>$)", {}}};
  jail.filter.datepattern = "{NONE}";
  return jail;
}

/// What the lines count, each at its minute; 0: nothing.
std::vector<int> counts(const ban::JailSpec& jail,
                        const std::vector<std::string>& lines,
                        std::chrono::minutes apart = 0min) {
  auto matcher = Matcher::make(jail, {}, noon);
  EXPECT_TRUE(matcher.has_value());
  std::vector<int> out;
  auto now = noon;
  for (const auto& line : lines) {
    std::vector<ban::Sighting> seen;
    (*matcher)->feed_entry(line, now, now, seen);
    int sum = 0;
    for (const auto& one : seen) {
      sum += one.nofail ? 0 : one.attempts;
    }
    out.push_back(sum);
    now += apart;
  }
  return out;
}

TEST(Attempts, OfARepeatedLineComeOnTopOfThoseBefore) {
  EXPECT_EQ(counts(login_jail(),
                   {"s=a wrong from 192.0.2.1",
                    "s=a again 3 from 192.0.2.1",
                    "s=a again 2 from 192.0.2.1",
                    "s=a end 7 from 192.0.2.1"}),
            (std::vector{1, 3, 2, 1}));
  EXPECT_EQ(counts(login_jail(), {"again 4 from 192.0.2.1", "again 99999 from 192.0.2.1"}),
            (std::vector{4, 100}));
}

TEST(Attempts, AreTheNumberThatTheLineGives) {
  EXPECT_EQ(counts(login_jail(), {"sum 6 from 192.0.2.1", "sum 1 from 192.0.2.1"}),
            (std::vector{6, 1}));
}

TEST(Attempts, HaveALimit) {
  EXPECT_EQ(counts(login_jail(), {"sum 4000000000 from 192.0.2.1", "sum 5000 from 192.0.2.1"}),
            (std::vector{1, 100}));
}

TEST(Attempts, OfASessionAreNotCountedTwice) {
  EXPECT_EQ(counts(login_jail(),
                   {"s=a wrong from 192.0.2.1",
                    "s=b wrong from 192.0.2.1",
                    "s=a odd from 192.0.2.1",
                    "s=a end 3 from 192.0.2.1",
                    "s=b end 1 from 192.0.2.1",
                    "s=c end 2 from 192.0.2.1"}),
            (std::vector{1, 1, 1, 1, 0, 2}));
}

TEST(Attempts, OfASessionBeginAnewWhenItIsForgotten) {
  EXPECT_EQ(
      counts(login_jail(),
             {"s=a wrong from 192.0.2.1", "s=a end 1 from 192.0.2.1", "s=a end 1 from 192.0.2.1"}),
      (std::vector{1, 0, 1}));
}

TEST(Attempts, WithoutANumberAreOneInAll) {
  EXPECT_EQ(counts(login_jail(),
                   {"s=a gone 192.0.2.1",
                    "s=a gone 192.0.2.1",
                    "s=b wrong from 192.0.2.1",
                    "s=b gone 192.0.2.1"}),
            (std::vector{1, 0, 1, 0}));
}

TEST(Sessions, OfAWindowLastAsLongAsItsFindtime) {
  auto jail = login_jail();
  jail.findtime = 1h;
  const std::vector<std::string> lines{"s=a hello 192.0.2.1", "s=a bad"};
  EXPECT_EQ(counts(jail, lines, 30min), (std::vector{0, 0}));  // as fail2ban: forgotten
  jail.counting = ban::Counting::window;
  EXPECT_EQ(counts(jail, lines, 30min), (std::vector{0, 1}));
  EXPECT_EQ(counts(jail, lines, 61min), (std::vector{0, 0}));
}

}  // namespace
}  // namespace spranga::guard
