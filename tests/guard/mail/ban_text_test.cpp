// What the owner reads, held against files: data/NAME.LANGUAGE.txt has the subject, an empty line,
// and the body. SPRANGA_WRITE_GOLDEN=1 writes them anew; read them before you commit.
#include "guard/mail/ban_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "guard/mail/post.h"
#include "tests/guard/mail/news.h"

namespace spranga::guard::mail {

namespace {

using test::news;
using test::night;
using test::teller;
using words::Language;
using namespace std::chrono_literals;

BanNews full_news() {
  auto out = news();
  out.country = "IT (Italy)";
  out.rule = "filter.d/postfix-sasl.conf:12";
  out.user = "alice";
  out.ban.count = 3;
  out.ban.until = night + 51h;
  out.lines = lines_to_show(
      {"Nov 29 01:49:01 mail postfix/smtpd[7]: warning: unknown[192.0.2.7]: SASL LOGIN "
       "authentication failed: \x1b[2J\xff",
       "Nov 29 01:49:02 mail dovecot: auth: passwd-file(alice,192.0.2.7): Password mismatch (given "
       "password: hunter2)"},
      10);
  return out;
}

Digest digest() {
  Digest out;
  out.bans = {news("192.0.2.7"),
              news("2001:db8::/64", "sshd", night + 20min),
              news("198.51.100.3", "postfix-sasl", night + 50min)};
  out.bans[1].country = "FR (France)";
  out.bans[1].ban.until.reset();
  out.bans[2].lines = {"one line of the log"};
  out.counted = 5;
  out.by_jail = {{"postfix-sasl", 3}, {"sshd", 2}};
  return out;
}

Digest gathered() {
  auto out = digest();
  out.limit = 20;
  return out;
}

Digest only_one() {
  Digest out;
  out.bans = {news()};
  out.counted = 1;
  out.by_jail = {{"postfix-sasl", 1}};
  return out;
}

struct Sample {
  const char* name;
  Text (*make)(const Teller&);
};

constexpr Sample samples[] = {
    {"ban", [](const Teller& by) { return tell_ban(by, full_news()); }},
    {"ban_plain", [](const Teller& by) { return tell_ban(by, news()); }},
    {"digest", [](const Teller& by) { return tell_digest(by, digest()); }},
    {"digest_gathered", [](const Teller& by) { return tell_digest(by, gathered()); }},
    {"digest_of_one", [](const Teller& by) { return tell_digest(by, only_one()); }},
    {"start",
     [](const Teller& by) {
       return tell_start(by, {"postfix-sasl", "sshd"});
     }},
    {"stop",
     [](const Teller& by) {
       return tell_stop(by, {"postfix-sasl", "sshd"});
     }},
};

TEST(BanText, SaysWhatTheFilesSay) {
  for (const auto& sample : samples) {
    for (const auto language : {Language::english, Language::italian}) {
      const auto text = sample.make(teller(language));
      const auto all = text.subject + "\n\n" + text.body;
      const auto path = std::string(SPRANGA_SOURCE_DIR "/tests/guard/mail/data/") + sample.name +
                        "." + std::string(words::tag_of(language)) + ".txt";
      if (std::getenv("SPRANGA_WRITE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
        std::ofstream(path) << all;
      }
      std::ifstream file(path);
      EXPECT_EQ(all, std::string(std::istreambuf_iterator<char>(file), {})) << path;
    }
  }
}

TEST(BanText, HostileTextStaysOnItsLineAndOutOfTheShell) {
  auto evil = news("x'; reboot\n\x1b[2J", "a\r\nBcc: all@example.org");
  evil.user = std::string(500, 'u') + "\n";
  const auto text = tell_ban(teller(), evil);
  EXPECT_EQ(text.subject.find_first_of("\r\n\x1b"), std::string::npos);
  EXPECT_EQ(text.body.find_first_of("\r\x1b"), std::string::npos);
  EXPECT_THAT(text.body, ::testing::HasSubstr(R"(spranga unban 'x'\''; reboot\n\x1B[2J')"));
}

TEST(BanNews, LinesAreTheLastAndWithoutPasswords) {
  std::vector<std::string> lines;
  lines.reserve(30);
  for (int i = 0; i < 30; ++i) {
    lines.push_back("line " + std::to_string(i));
  }
  EXPECT_EQ(lines_to_show(lines, 2), (std::vector<std::string>{"line 28", "line 29"}));
  EXPECT_EQ(lines_to_show({"one\ntwo\n"}, 5), (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(lines_to_show(lines, 0).empty());
  EXPECT_LE(lines_to_show({std::string(100'000, 'x')}, 1).at(0).size(), longest_shown_line);
  const auto hidden = lines_to_show({"dovecot: auth: (given password: hunter2)"}, 1);
  EXPECT_THAT(hidden.at(0), ::testing::Not(::testing::HasSubstr("hunter2")));
}

TEST(BanText, ADigestFitsIntoOneMail) {
  Digest many;
  for (int i = 0; i < 300; ++i) {
    many.bans.push_back(news());
    many.bans.back().lines = {std::string(300, 'x'), std::string(300, 'y')};
  }
  many.counted = 1000;
  const auto text = tell_within(teller(), many, Post::largest_body);
  EXPECT_LE(text.body.size(), Post::largest_body);
  EXPECT_THAT(text.body, ::testing::HasSubstr("Not listed here: 925 more."));
}

}  // namespace

}  // namespace spranga::guard::mail
