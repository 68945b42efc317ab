// The scan of whole blocks against the plain way, in which every jail reads every line: the same
// sightings, field by field, the same bans and the same counts, whatever the log holds.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "guard/config/configuration.h"
#include "replay/replay.h"
#include "tests/guard/match/odd_logs.h"
#include "tests/guard/old_logs/packing.h"

namespace spranga::replay {
namespace {

namespace fs = std::filesystem;
using guard::match_tests::jail_of;
using guard::match_tests::made_up;
using guard::match_tests::Maker;
using guard::match_tests::odd_jails;

const fs::path etc = fs::path(SPRANGA_SOURCE_DIR) / "etc";
constexpr ban::Instant today{std::chrono::seconds(1'795'737'600)};  // 2026-11-27

std::string describe(const Seen& seen) {
  return fmt::format("{} clock {} count {}",
                     guard::match_tests::describe(seen.jail.name, seen.sighting),
                     seen.clock.time_since_epoch().count(),
                     seen.judgement.count);
}

std::string describe(const ReplayResult& result) {
  auto out = fmt::format("{} lines, {} sightings, {} dropped, {} names, {} to {}\n",
                         result.lines,
                         result.sightings,
                         result.sessions_dropped,
                         result.hosts_not_asked,
                         result.first_date.value_or(ban::Instant()).time_since_epoch().count(),
                         result.last_date.value_or(ban::Instant()).time_since_epoch().count());
  for (const auto& booked : result.bans) {
    out += fmt::format("{} {} {} {} stopped {} logins {}\n",
                       booked.ban.jail,
                       booked.ban.target,
                       booked.ban.since.time_since_epoch().count(),
                       booked.ban.until ? booked.ban.until->time_since_epoch().count() : -1,
                       booked.stopped,
                       booked.logins);
  }
  for (const auto& place : result.quarantined) {
    out += "quarantined " + place + "\n";
  }
  return out;
}

struct Outcome {
  std::vector<std::string> seen;
  std::string result;
};

struct Asked {
  std::optional<std::chrono::seconds> since{};
  bool innocents{false};  // logins are looked for in every line
};

Outcome replayed(const std::vector<ban::JailSpec>& jails,
                 const std::vector<std::string>& files,
                 const Asked& asked,
                 bool scan) {
  ReplayOptions options;
  options.files = files;
  options.chosen = true;
  options.today = today;
  options.timezone = "UTC";
  options.since = asked.since;
  options.innocents = asked.innocents;
  options.scan = scan;
  Outcome out;
  ReplayWatch watch;
  watch.sighting = [&](const Seen& seen) { out.seen.push_back(describe(seen)); };
  out.result = describe(replay(jails, options, watch));
  // Nobody watches: sightings bear less then, and the bans must be the same.
  EXPECT_EQ(describe(replay(jails, options, {})), out.result);
  return out;
}

/// Fails where the two ways differ; returns how much was seen.
std::size_t compare(const std::vector<ban::JailSpec>& jails,
                    const std::vector<std::string>& files,
                    const Asked& asked = {}) {
  const auto plain = replayed(jails, files, asked, false);
  const auto scanned = replayed(jails, files, asked, true);
  EXPECT_EQ(scanned.result, plain.result);
  for (std::size_t i = 0; i < std::max(plain.seen.size(), scanned.seen.size()); ++i) {
    const auto at = [i](const Outcome& outcome) {
      return i < outcome.seen.size() ? outcome.seen[i] : "nothing";
    };
    if (at(plain) != at(scanned)) {
      ADD_FAILURE() << "plain: " << at(plain) << "\nscanned: " << at(scanned);
      break;
    }
  }
  return plain.seen.size();
}

std::vector<ban::JailSpec> own_jails() {
  std::vector<ban::JailSpec> jails;
  for (const auto* name :
       {"dovecot", "exim", "opensmtpd", "postfix", "recidive", "sendmail", "sshd"}) {
    const auto loaded = guard::config::load_filter(etc, name);
    EXPECT_TRUE(loaded.has_value()) << name;
    jails.push_back(jail_of(name, loaded->filter));
  }
  return jails;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string own_samples() {
  std::string out;
  for (const auto& entry : fs::directory_iterator(etc / "filter.d")) {
    if (entry.path().extension() == ".samples") {
      std::istringstream text(read(entry.path()));
      for (std::string line; std::getline(text, line);) {
        out += line.starts_with(">> ") || line.starts_with("#") ? "" : line + "\n";
      }
    }
  }
  return out;
}

TEST(Scan, SeesInOwnSamplesWhatThePlainWaySees) {
  const guard::LogFolder folder;
  const auto samples = own_samples();
  const auto jails = own_jails();
  EXPECT_GT(compare(jails, {folder.write("all.log", samples)}), 300);
  compare({jails.back()}, {folder.write("all.log", samples)});
}

TEST(Scan, SeesInAMadeUpLogWhatThePlainWaySees) {
  const guard::LogFolder folder;
  const auto jails = odd_jails();
  for (unsigned seed = 0; seed < 5; ++seed) {
    const auto path = folder.write("a.log", Maker(seed).log(600));
    EXPECT_GT(compare(jails, {path}), 100) << seed;
    compare({jails[seed]}, {path});
    compare({jails[jails.size() - 1 - seed]}, {path});
    if (HasFailure()) {
      FAIL() << "seed " << seed;
    }
  }
}

/// Some of the odd jails, and one more.
std::vector<ban::JailSpec> some_jails(const std::set<std::string>& names) {
  auto jails = odd_jails();
  std::erase_if(jails, [&](const ban::JailSpec& jail) { return !names.contains(jail.name); });
  jails.push_back(made_up("named",
                          R"(^\s*(?:host )?app\[\d+\]: <F-CONTENT>.+</F-CONTENT>$)",
                          {R"(^bad user \S+ from <HOST>)", R"(^wrong password .*from <HOST>)"}));
  return jails;
}

/// Jails of which none asks for every line.
std::vector<ban::JailSpec> jails_with_words() {
  return some_jails({"sessions", "alternatives", "ignoring", "weak", "latin"});
}

/// Jails that do ask for every line, or find no date, and let quiet ones pass even so.
std::vector<ban::JailSpec> jails_that_let_pass() {
  return some_jails({"sessions",
                     "refusing",
                     "two-lines",
                     "many-lines",
                     "vain",
                     "vain-lines",
                     "slashed",
                     "begun"});
}

/// Logs of these seeds with many quiet lines: all the jails, one of them, and two logs merged.
void compare_made_up(const std::vector<ban::JailSpec>& jails,
                     unsigned first,
                     unsigned end,
                     Maker::Pace pace) {
  const guard::LogFolder folder;
  for (auto seed = first; seed < end; ++seed) {
    const auto path = folder.write("a.log", Maker(seed, pace).log(1'500));
    EXPECT_GT(compare(jails, {path}), 50) << seed;
    compare({jails[seed % jails.size()]}, {path}, {.innocents = true});
    const auto other = folder.write("b.log", Maker(seed + 20, pace).log(1'000));
    compare(jails, {path, other});
    compare({jails[0], jails.back()}, {path, other}, {.since = std::chrono::seconds(90)});
    if (testing::Test::HasFailure()) {
      FAIL() << "seed " << seed;
    }
  }
}

TEST(Scan, SeesPastJailsThatLetQuietLinesPassWhatThePlainWaySees) {
  compare_made_up(jails_that_let_pass(), 400, 406, Maker::Pace::calm);
}

TEST(Scan, SeesLinesThatWereQuietWhenTheyCame) {
  const guard::LogFolder folder;
  const std::string now = "Nov 25 10:00:01 host app[3]: ";
  std::string log;
  for (std::size_t between = 0; between < 40; ++between) {
    log += now + "begin 192.0.2.1\n";
    for (std::size_t i = 0; i < between; ++i) {
      log += now + fmt::format("nothing of interest {}\n", i);
    }
    log += now + "the end\n";
    for (std::size_t i = 0; i < 50; ++i) {
      log += now + "nothing of interest\n";
    }
  }
  EXPECT_EQ(compare(some_jails({"two-lines"}), {folder.write("a.log", log)}), 2U);
  EXPECT_EQ(compare(some_jails({"many-lines"}), {folder.write("a.log", log)}), 19U);
  compare(jails_that_let_pass(), {folder.write("a.log", log)});
}

TEST(Scan, SeesBetweenManyQuietLinesWhatThePlainWaySees) {
  compare_made_up(jails_with_words(), 300, 306, Maker::Pace::calm);
}

TEST(Scan, SeesBetweenQuietLinesOfAMinuteWhatThePlainWaySees) {
  compare_made_up(jails_with_words(), 500, 503, Maker::Pace::steady);
  compare_made_up(some_jails({"sessions", "behind", "vain", "slashed", "begun", "refusing"}),
                  503,
                  506,
                  Maker::Pace::steady);
}

TEST(Scan, SeesBetweenQuietLinesThatSomeReadersFindNoDateInWhatThePlainWaySees) {
  const guard::LogFolder folder;
  std::string log;
  for (int second = 0; second < 3'000; ++second) {
    log += fmt::format("Nov 25 10:{:02}:{:02} ", second / 60, second % 60);
    log += second % 10 == 9 ? "app[3]: bad user bob from 192.0.2.1\n" : "app[3]: nothing\n";
    log += second % 700 == 699 ? "2026:11:25-11:00:00 bad user eve from 192.0.2.2\n" : "";
  }
  const auto path = folder.write("a.log", log);
  EXPECT_EQ(compare(some_jails({"vain", "alternatives"}), {path}), 604);
  EXPECT_EQ(compare(some_jails({"slashed", "alternatives"}), {path}), 604);
}

/// Forty lines of one second, one that tells something, and those of later seconds.
std::string minute_log(const std::string& quiet,
                       const std::string& telling,
                       std::size_t second_at) {
  std::string log;
  for (int i = 0; i < 40; ++i) {
    log += quiet;
  }
  log += telling + quiet + quiet;
  for (char digit = '5'; digit <= '9'; ++digit) {
    auto later = quiet;
    later[second_at] = digit;
    log += later;
  }
  return log;
}

TEST(Scan, SeesWhatJailsThatWantEveryLineSeeInTheDigitsOfADate) {
  const guard::LogFolder folder;
  auto words = made_up("words", "", {R"(^ fail for <ADDR>$)"});
  words.filter.datepattern = "^%Y-%m-%d %H:%M:%S";
  auto digits = made_up("digits", "", {R"(^\d+-\d+-\d+ \d+:\d+:\d[5-9] <ADDR>$)"});
  digits.filter.datepattern = "^<%m/%d/%Y@%H:%M:%S>";
  const std::string date = "2026-11-25 10:00:01 ";
  EXPECT_EQ(
      compare(
          {words, digits},
          {folder.write(
              "a.log",
              minute_log(date + "192.0.2.1\n", date + "fail for 192.0.2.2\n", date.size() - 2))}),
      6);
  words.filter.datepattern = "^%Y-%m-%d %H:%M:%S <%f";
  words.filter.failregex.front().pattern = R"(fail for <ADDR>$)";
  digits.filter.datepattern = "^%Y-%m-%d %H:%M:%S";
  digits.filter.failregex.front().pattern = R"(^\s*<[5-9]\d+ \d\D<ADDR>$)";
  EXPECT_EQ(compare({words, digits},
                    {folder.write("b.log",
                                  minute_log(date + "<111111 1 192.0.2.1\n",
                                             date + "<111111 1 fail for 192.0.2.2\n",
                                             date.size() + 1))}),
            6);
}

TEST(Scan, SeesBetweenLinesOfOneSecondWhatThePlainWaySees) {
  const guard::LogFolder folder;
  const std::string quiet = "Nov 25 10:00:01 host app[3]: nothing of interest\n";
  const std::string failed = "Nov 25 10:00:01 host app[3]: bad user bob from 192.0.2.";
  std::string log = quiet + quiet + failed + "1\n" + quiet + quiet;
  log += "Nov 25 10:00:01 host app[3]: a line that ends oddly\r\n" + quiet;
  log += std::string(3, '\0') + quiet + "Nov 25 10:00:01\r\n" + "Nov 25 10:00:01 h\n";
  log += "a line without a date: bad user eve from 192.0.2.2\n" + quiet + quiet + failed + "1\n";
  log += "Nov 25 10:00:01 host app[3]: caf\xC3\xA9\n" + quiet + failed + "1\n" + quiet;
  log += "Nov 25 10:00:01 host app[3]: " + std::string(70'000, 'x') + "\n" + quiet;
  log += "Nov 25 09:00:00 host app[3]: an hour before\n" + quiet + failed + "3\n" + quiet;
  EXPECT_EQ(compare({jails_with_words()[1]}, {folder.write("a.log", log)}), 5);
  compare(jails_with_words(), {folder.write("a.log", log), folder.write("b.log", quiet + log)});
}

TEST(Scan, SeesInSeveralFilesWhatThePlainWaySees) {
  const guard::LogFolder folder;
  compare(odd_jails(),
          {folder.write("a.log", Maker(100).log(300)),
           folder.write("b.log", Maker(101).log(500)),
           folder.write("c.log.gz", guard::packed("gzip", Maker(102).log(400)))});
}

TEST(Scan, SeesInManyBlocksAndLongLinesWhatThePlainWaySees) {
  const guard::LogFolder folder;
  std::string log;
  for (unsigned part = 0; part < 4; ++part) {
    log += Maker(200 + part).log(400);
    log += "\n" + std::string(std::size_t{90'000} << (part % 3), 'y') +
           " app[1]: wrong password for bob from 192.0.2.77\n";
  }
  ASSERT_GT(log.size(), 1U << 19U);
  EXPECT_GT(compare(odd_jails(), {folder.write("a.log", log)}), 300);
}

}  // namespace
}  // namespace spranga::replay
