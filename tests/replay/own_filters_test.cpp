// Our own filters against their sample logs: etc/filter.d/NAME.samples says line by line what is
// seen. The first file's head explains the format.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "guard/config/configuration.h"
#include "guard/match/matcher.h"

namespace spranga::replay {
namespace {

namespace fs = std::filesystem;

const fs::path etc = fs::path(SPRANGA_SOURCE_DIR) / "etc";

struct Sample {
  std::string line;
  std::string expected;  // as behind ">> "
  std::size_t number;    // in the file of samples
};

using Log = std::vector<Sample>;

/// The logs of a file of samples; a blank line begins another.
std::vector<Log> read_samples(const fs::path& path) {
  std::vector<Log> logs(1);
  std::ifstream file(path);
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty()) {
      logs.emplace_back();
    } else if (line.starts_with(">> ")) {
      EXPECT_TRUE(!logs.back().empty() && logs.back().back().expected.empty()) << number;
      logs.back().back().expected = line.substr(3);
    } else if (line.front() != '#') {
      logs.back().push_back({line, "", number});
    }
  }
  return logs;
}

std::string describe(const std::vector<ban::Sighting>& seen) {
  std::string out;
  for (const auto& sighting : seen) {
    if (sighting.nofail) {
      continue;
    }
    out += out.empty() ? "" : "; ";
    out += sighting.id;
    out += sighting.weak ? " weak" : "";
    out += sighting.attempts > 1 ? fmt::format(" x{}", sighting.attempts) : "";
  }
  return out.empty() ? "-" : out;
}

ban::JailSpec jail_with(const ban::FilterSpec& filter) {
  ban::JailSpec jail;
  jail.name = filter.name;
  jail.filter = filter;
  jail.counting = ban::Counting::window;  // as etc/jail.conf has it
  jail.usedns = ban::UseDns::no;
  return jail;
}

guard::MatchOptions one_line_at_a_time() {
  guard::MatchOptions options;
  options.mode = guard::MatchMode::regex;
  return options;
}

class OwnFilter : public ::testing::TestWithParam<std::string> {};

TEST_P(OwnFilter, SeesWhatItsSamplesSay) {
  const auto loaded = guard::config::load_filter(etc, GetParam());
  ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
  EXPECT_TRUE(loaded->problems.empty());
  const auto jail = jail_with(loaded->filter);
  const ban::Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26);
  std::size_t lines = 0;
  for (const auto& log : read_samples(etc / "filter.d" / (GetParam() + ".samples"))) {
    auto matcher = guard::Matcher::make(jail, one_line_at_a_time(), now);
    ASSERT_TRUE(matcher.has_value()) << matcher.error().detail;
    for (const auto& sample : log) {
      std::vector<ban::Sighting> seen;
      (*matcher)->feed(sample.line, now, seen);
      EXPECT_EQ(describe(seen), sample.expected)
          << GetParam() << ".samples:" << sample.number << ": " << sample.line;
      ++lines;
    }
  }
  EXPECT_GT(lines, 10U);
}

TEST_P(OwnFilter, CatchesNoPasswordInAGroup) {
  const auto loaded = guard::config::load_filter(etc, GetParam());
  ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
  const ban::Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26);
  auto matcher = guard::Matcher::make(jail_with(loaded->filter), one_line_at_a_time(), now);
  ASSERT_TRUE(matcher.has_value()) << matcher.error().detail;
  for (const auto& log : read_samples(etc / "filter.d" / (GetParam() + ".samples"))) {
    for (const auto& sample : log) {
      std::vector<ban::Sighting> seen;
      (*matcher)->feed(sample.line, now, seen);
      for (const auto& sighting : seen) {
        std::string all;
        for (const auto& match : sighting.matches) {
          all += match;
        }
        for (const auto& [name, value] : sighting.fields) {
          const auto* text = std::get_if<std::string>(&value);
          all += text == nullptr ? "" : " " + *text;
        }
        for (const std::string_view secret : {"AGFsaWNl", "alicepw", "wrong-pw", "d3JvbmctcHc"}) {
          EXPECT_EQ(all.find(secret), std::string::npos) << sample.line;
        }
      }
    }
  }
}

/// A line that begins like one of ours and goes on with what makes expressions try again and again.
struct LongLine {
  const char* filter;
  const char* begin;
  const char* again;
};

constexpr std::array long_lines{
    LongLine{"postfix",
             " m postfix/smtpd[1]: warning: a[192.0.2.1]: SASL PLAIN authentication failed: ",
             ", sasl_username="},
    LongLine{"postfix",
             " m postfix/smtpd[1]: NOQUEUE: reject: RCPT from a[192.0.2.1]: 554 5.7.1 ",
             ": Relay access denied; from=["},
    LongLine{"postfix",
             " m postfix/smtpd[1]: NOQUEUE: reject: RCPT from a[192.0.2.1]: 550 5.1.1 ",
             ": Recipient address rejected: x; from=["},
    LongLine{"postfix",
             " m postfix/postscreen[1]: PREGREET 9 after 0 from [192.0.2.1]:1: ",
             "EHLO a\\r\\n"},
    LongLine{"postfix", " m postfix/smtpd[1]: disconnect from a[192.0.2.1]", " auth=0/1 rcpt=1"},
    LongLine{"dovecot",
             " m dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<",
             ">, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2, session=<x>, "},
    LongLine{"dovecot", " m dovecot: imap-login: ", "(auth failed, 1 attempts in 2 secs): "},
    LongLine{"dovecot",
             " m dovecot: auth: passwd-file(alice,192.0.2.1): Password mismatch (",
             "given password: )"},
    LongLine{"dovecot", " m dovecot: auth: oauth2(alice,192.0.2.1): oauth2 failed: ", ")<x>"},
    LongLine{
        "dovecot", " m dovecot: auth: pam(alice,192.0.2.1): pam_authenticate() failed: ", "a "},
    LongLine{"exim",
             "SMTP protocol error in \"AUTH ",
             "\" H=(x) [192.0.2.1] AUTH command used when not advertised "},
    LongLine{"exim", "H=(x) [192.0.2.1] ", "rejected RCPT : relay not permitte"},
    LongLine{"exim", "H=(x) [192.0.2.1] F=<", "a) [192.0.2.1] X=b "},
    LongLine{"exim",
             "SMTP protocol synchronization error (next input sent too soon: pipelining was not "
             "advertised): rejected \"",
             "\" H=(x) [192.0.2.1] next input=\""},
    LongLine{"exim", "H=(x) [192.0.2.1]", " X=a CV=b"},
    LongLine{"exim", "SMTP syntax error in \"", "\" H=(x) [192.0.2.1] unrecognized comman"},
    LongLine{"sendmail",
             " m sm-mta[1]: AUTH failure (PLAIN): user not found (-20) x",
             ", user=a, relay=[192.0.2.1]"},
    LongLine{"sendmail",
             " m sm-mta[1]: ruleset=check_rcpt, arg1=",
             ", relay=[192.0.2.1], reject=550 5.7.1 "},
    LongLine{"sendmail",
             " m sm-mta[1]: from=",
             ", size=0, class=0, nrcpts=0, proto=ESMTP, daemon=a, relay=[192.0.2.1]"},
    LongLine{"opensmtpd",
             " m smtpd[1]: 0123456789abcdef smtp failed-command command=\"RCPT TO:",
             "\" result=\"550 Invalid recipien"},
    LongLine{
        "opensmtpd", " m smtpd[1]: 0123456789abcdef smtp authentication user=", " result=permfai"},
    LongLine{"sshd", " m sshd[1]: Failed password for ", " from 192.0.2.1 port 22 "},
    LongLine{
        "sshd", " m sshd[1]: Connection closed by invalid user ", " 192.0.2.1 port 22 [preauth]"},
    LongLine{"sshd", " m sshd[1]: error: PAM: x", " for x from 192.0.2.1"},
    LongLine{"sshd", " m sshd[1]: error: PAM: System error", " for x from 192.0.2.1"},
    LongLine{
        "sshd", " m dropbear[1]: Exit before auth", " fails): Max auth tries reached - user '"},
    LongLine{"recidive", " m fail2ban.actions", " [1]: NOTICE [a] Ban 192.0.2.1"},
};

TEST(OwnFilters, DoNotRunAwayOnLongLines) {
  const ban::Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26);
  for (const auto& bad : long_lines) {
    const auto loaded = guard::config::load_filter(etc, bad.filter);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
    auto matcher = guard::Matcher::make(jail_with(loaded->filter), one_line_at_a_time(), now);
    ASSERT_TRUE(matcher.has_value()) << matcher.error().detail;
    for (const char* head : {"", "2026-11-25 08:00:00 "}) {
      std::string line = std::string(head) + bad.begin;
      while (line.size() < 16'000) {  // longer than any server's
        line += bad.again;
      }
      std::vector<ban::Sighting> seen;
      (*matcher)->feed(line + "x", now, seen);
    }
    EXPECT_EQ((*matcher)->statistics().limit_hits, 0U) << bad.begin << bad.again;
  }
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(etc / "filter.d")) {
    if (entry.path().extension() == ".samples") {
      out.push_back(entry.path().stem());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

INSTANTIATE_TEST_SUITE_P(Etc, OwnFilter, ::testing::ValuesIn(names()), [](const auto& tested) {
  return tested.param;
});

TEST(OwnFilters, HaveSamplesEach) {
  for (const auto& entry : fs::directory_iterator(etc / "filter.d")) {
    if (entry.path().extension() == ".conf" && entry.path().stem() != "line") {
      EXPECT_TRUE(fs::exists(fs::path(entry.path()).replace_extension(".samples"))) << entry.path();
    }
  }
}

TEST(OwnJails, AreReadWithoutAProblem) {
  const auto configuration = guard::config::load(etc);
  ASSERT_TRUE(configuration.has_value()) << configuration.error().detail;
  for (const auto& problem : configuration->problems) {
    ADD_FAILURE() << guard::config::to_text(problem);
  }
  EXPECT_EQ(configuration->jails.size(), 7U);
  for (const auto& jail : configuration->jails) {
    EXPECT_EQ(jail.maxretry, 5) << jail.name;
    EXPECT_EQ(jail.counting, ban::Counting::window) << jail.name;
    EXPECT_EQ(jail.ipv6_prefix, 64) << jail.name;
    EXPECT_EQ(jail.ipv4_prefix, 32) << jail.name;
    if (jail.name != "recidive") {
      EXPECT_EQ(jail.findtime, std::chrono::hours(1)) << jail.name;
      EXPECT_EQ(jail.bantime, std::chrono::hours(3)) << jail.name;
      EXPECT_TRUE(jail.increment.enabled) << jail.name;
      EXPECT_EQ(jail.increment.maxtime, std::chrono::hours(24)) << jail.name;
    }
  }
}

}  // namespace
}  // namespace spranga::replay
