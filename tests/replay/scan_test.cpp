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
#include "tests/guard/logs/packing.h"

namespace spranga::replay {
namespace {

namespace fs = std::filesystem;

const fs::path etc = fs::path(SPRANGA_SOURCE_DIR) / "etc";
constexpr ban::Instant today{std::chrono::seconds(1'795'737'600)};  // 2026-11-27

std::string text_of(const ban::FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return *text;
  }
  std::string out;
  if (const auto* set = std::get_if<std::set<std::string>>(&value)) {
    for (const auto& member : *set) {
      out += member + ";";
    }
  } else if (const auto* tuple = std::get_if<std::vector<std::string>>(&value)) {
    for (const auto& member : *tuple) {
      out += member + ",";
    }
  }
  return out;
}

std::string describe(const Seen& seen) {
  const auto& sighting = seen.sighting;
  auto out = fmt::format("{} {} line {} regex {}{} at {} x{} {}{} clock {} count {}:",
                         seen.jail.name,
                         sighting.id,
                         sighting.line,
                         sighting.regex_index,
                         sighting.weak ? " weak" : "",
                         sighting.at ? sighting.at->time_since_epoch().count() : -1,
                         sighting.attempts,
                         sighting.nofail ? "nofail" : "",
                         sighting.is_name ? "name" : "",
                         seen.clock.time_since_epoch().count(),
                         seen.judgement.count);
  for (const auto& [name, value] : sighting.fields) {
    out += fmt::format(" {}={}", name, text_of(value));
  }
  for (const auto& match : sighting.matches) {
    out += "\n  " + match;
  }
  return out;
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

Outcome replayed(const std::vector<ban::JailSpec>& jails,
                 const std::vector<std::string>& files,
                 bool scan) {
  ReplayOptions options;
  options.files = files;
  options.chosen = true;
  options.today = today;
  options.timezone = "UTC";
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
                    const std::vector<std::string>& files) {
  const auto plain = replayed(jails, files, false);
  const auto scanned = replayed(jails, files, true);
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

ban::JailSpec jail_of(const std::string& name, const ban::FilterSpec& filter) {
  ban::JailSpec jail;
  jail.name = name;
  jail.filter = filter;
  jail.maxretry = 3;
  jail.usedns = ban::UseDns::warn;
  return jail;
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

ban::JailSpec made_up(const std::string& name,
                      const std::string& prefix,
                      const std::vector<std::string>& expressions) {
  ban::FilterSpec filter;
  int line = 1;
  if (!prefix.empty()) {
    filter.prefregex = ban::Expression{prefix, {name + ".conf", line++}};
  }
  for (const auto& expression : expressions) {
    filter.failregex.push_back({expression, {name + ".conf", line++}});
  }
  return jail_of(name, filter);
}

/// Jails that differ in what a scan must mind.
std::vector<ban::JailSpec> odd_jails() {
  const std::string prefix =
      R"(^\s*(?:\S+ )?\w+\[<F-MLFID>\d+</F-MLFID>\]: <F-CONTENT>.+</F-CONTENT>$)";
  std::vector<ban::JailSpec> jails;
  jails.push_back(made_up("sessions",
                          prefix,
                          {R"(^<F-NOFAIL>connect</F-NOFAIL> from <HOST>)",
                           R"(^<F-MLFFORGET><F-MLFGAINED>Accepted \w+</F-MLFGAINED></F-MLFFORGET>)",
                           R"(^<F-MLFFORGET>disconnect</F-MLFFORGET>)",
                           R"(^login of <F-USER>\S+</F-USER> failed)"}));
  jails.push_back(
      made_up("alternatives",
              "",
              {R"((?:bad|wrong) (?:password|user) .*from <HOST>)", R"(<HOST> is banned)"}));
  jails.push_back(made_up("caseless", "", {R"((?i)FAILED for \S+ from <ADDR>)"}));
  jails.push_back(made_up("part-caseless", "", {R"(x: (?i:Refused|denied) from <ADDR>)"}));
  jails.push_back(made_up("no-words", "", {R"(^\s*\w+ \d+ <ADDR>$)"}));
  jails.push_back(made_up("two-lines", "", {R"(begin <HOST>$<SKIPLINES>^.*end$)"}));
  jails.back().filter.maxlines = 3;
  jails.push_back(made_up("latin", "", {R"(login of \S+ failed.* <HOST>)"}));
  jails.back().logencoding = "latin-1";
  jails.push_back(made_up("iconv", "", {R"(login of \S+ failed.* <HOST>)"}));
  jails.back().logencoding = "koi8-r";
  jails.push_back(made_up("behind", "", {R"(login of \S+ failed.* <HOST>)"}));
  jails.back().filter.datepattern = "%Y-%m-%dT%H:%M:%S";
  jails.push_back(made_up("dateless", "", {R"(wrong password .*from <HOST>)"}));
  jails.back().filter.datepattern = "{NONE}";
  jails.push_back(made_up("cidr",
                          "",
                          {R"(scan of <SUBNET>(?: n=<F-ATTEMPTS>\d+</F-ATTEMPTS>)?)",
                           R"(tuple <F-TUPLE_ID>\w+</F-TUPLE_ID> <F-TUPLE_ID2>\w+</F-TUPLE_ID2>)",
                           R"(id <F-ID>\S+</F-ID> seen)"}));
  jails.push_back(made_up("ignoring",
                          "",
                          {R"(wrong password .*from <HOST>)",
                           R"(bad user .*from <HOST>)",
                           R"(scan of <HOST>)",
                           R"(login of .* <HOST>)"}));
  jails.back().filter.ignoreregex = {{"from 192\\.0\\.2\\.9", {"ignoring.conf", 9}}};
  jails.push_back(made_up("weak", "", {R"(wrong password .*from <HOST>)"}));
  jails.back().filter.weakregex = {{R"(connect from <HOST>)", {"weak.conf", 9}}};
  jails.push_back(made_up("runaway", "", {R"(^(?:a+)+b from <HOST>)"}));
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

/// A log made up from pieces of lines, in which little is as it should be.
class Maker {
public:
  /// `calm`: many lines of one second, most of which tell nothing.
  explicit Maker(unsigned seed, bool calm = false) : random_(seed), calm_(calm) {}

  std::string log(std::size_t lines) {
    std::string out;
    for (; lines > 0; --lines) {
      second_ += calm_ ? (below(25) == 0 ? below(200) : 0) : below(3);
      out += line() + (below(300) == 0 ? "\r\n" : "\n");
    }
    return out + (below(2) == 0 ? line() : "");
  }

private:
  std::size_t below(std::size_t end) { return random_() % end; }

  std::string one_of(const std::vector<std::string>& all) { return all[below(all.size())]; }

  std::string address() {
    return below(5) == 0 ? fmt::format("2001:db8::{:x}", below(12))
                         : fmt::format("192.0.2.{}", below(12));
  }

  std::string date() {
    const auto hour = second_ / 3600 % 24;
    const auto minute = second_ / 60 % 60;
    switch (style_) {
      case 0:
        return fmt::format("Nov 25 {:02}:{:02}:{:02}", hour, minute, second_ % 60);
      case 1:
        return fmt::format(
            "2026-11-25T{:02}:{:02}:{:02}.{:06}+00:00", hour, minute, second_ % 60, below(1000000));
      case 2:
        return fmt::format("[25/Nov/2026:{:02}:{:02}:{:02} +0000]", hour, minute, second_ % 60);
      case 3:
        return fmt::format("<22>Nov 25 {:02}:{:02}:{:02}", hour, minute, second_ % 60);
      default:
        return fmt::format("{}", 1'795'564'800 + second_);
    }
  }

  std::string message() {
    const auto from = address();
    return one_of({"connect from " + from,
                   "Accepted publickey",
                   "disconnect",
                   "login of alice failed for " + from,
                   "wrong password for bob from " + from,
                   "bad user bob from " + from,
                   from + " is banned",
                   "login failed For bob from " + from,
                   "x: DENIED from " + from,
                   "begin " + from,
                   "the end",
                   "scan of " + from + "/28 n=3",
                   "tuple one two",
                   "id " + from + " seen",
                   "FA\xC4\xB0LED for x from " + from,
                   "caf\xC3\xA9 login of eve failed \xE9 " + from,
                   std::string(below(60), 'a') + " from " + from,
                   "nothing of interest",
                   ""});
  }

  std::string line() {
    if (below(40) == 0) {
      style_ = below(5);
    }
    const auto head = fmt::format(" app[{}]: ", below(9));
    const bool tells = !calm_ || below(6) == 0;
    auto out = date() + (below(10) == 0 ? " host" : "") + head +
               (tells ? message() : "nothing of interest");
    switch (below(30)) {
      case 0:  // a date in the middle of a word
        out = head + message();
        out.insert(below(out.size() + 1), date() + " ");
        break;
      case 1:
        out = message();
        break;
      case 2:
        out.insert(below(out.size() + 1), 1, static_cast<char>(random_()));
        break;
      case 3:
        out = std::string(below(3), '\0') + out;
        break;
      case 4:
        out = "Feb 30 10:00:00" + head + message();
        break;
      case 5:
        out.erase(below(out.size() + 1), below(4));
        break;
      default:
        break;
    }
    std::erase(out, '\n');
    return out;
  }

  std::mt19937 random_;
  bool calm_;
  std::size_t second_{0};
  std::size_t style_{0};
};

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

/// Jails of which none asks for every line.
std::vector<ban::JailSpec> jails_with_words() {
  auto jails = odd_jails();
  std::erase_if(jails, [](const ban::JailSpec& jail) {
    const std::set<std::string> kept = {"sessions", "alternatives", "ignoring", "weak", "latin"};
    return !kept.contains(jail.name);
  });
  jails.push_back(made_up("named",
                          R"(^\s*(?:host )?app\[\d+\]: <F-CONTENT>.+</F-CONTENT>$)",
                          {R"(^bad user \S+ from <HOST>)", R"(^wrong password .*from <HOST>)"}));
  return jails;
}

TEST(Scan, SeesBetweenManyQuietLinesWhatThePlainWaySees) {
  const guard::LogFolder folder;
  for (unsigned seed = 300; seed < 306; ++seed) {
    const auto path = folder.write("a.log", Maker(seed, true).log(1'500));
    EXPECT_GT(compare(jails_with_words(), {path}), 50) << seed;
    compare({jails_with_words()[seed % 5]}, {path});
    const auto other = folder.write("b.log", Maker(seed + 10, true).log(1'000));
    compare(jails_with_words(), {path, other});
    if (HasFailure()) {
      FAIL() << "seed " << seed;
    }
  }
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
