#include "guard/mail/post.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/guard/mail/news.h"

namespace spranga::guard::mail {

namespace {

using test::news;
using test::night;
using test::route;
using test::teller;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

Post post(Rhythm rhythm, std::size_t per_hour = 3) {
  Settings settings;
  settings.rhythm = rhythm;
  settings.per_hour = per_hour;
  return {settings, teller(), 1h};
}

/// All that goes out at `now`, delivered at once.
std::vector<Letter> delivered(Post& post, ban::Instant now) {
  std::vector<Letter> out;
  for (auto due = post.take_due(now); !due.empty(); due = post.take_due(now)) {
    for (auto& letter : due) {
      post.on_outcome(letter.id, Outcome(), now);
      out.push_back(std::move(letter));
    }
  }
  return out;
}

TEST(Post, EachBanIsAMailAtOnce) {
  auto desk = post(Rhythm::each);
  desk.on_ban(route(), news(), night);
  EXPECT_EQ(desk.next(), night);
  const auto letters = delivered(desk, night);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_THAT(letters[0].message, HasSubstr("Subject: [spranga] postfix-sasl: 192.0.2.7 banned"));
  EXPECT_THAT(letters[0].message, HasSubstr("To: owner@example.org\r\n"));
  EXPECT_FALSE(desk.next());
}

TEST(Post, BeyondTheLimitBansComeTogetherAndTheMailSaysSo) {
  auto desk = post(Rhythm::each, 3);
  for (int i = 0; i < 10; ++i) {
    desk.on_ban(route(), news("192.0.2." + std::to_string(i)), night + i * 1min);
  }
  EXPECT_EQ(delivered(desk, night + 10min).size(), 3U);
  EXPECT_EQ(desk.next(), night + 1h);
  const auto rest = delivered(desk, night + 1h);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_THAT(rest[0].message, HasSubstr("Subject: [spranga] 7 bans on mail.example.org"));
  EXPECT_THAT(rest[0].message, HasSubstr("more than 3 mails"));
  // The digest was the one mail of this hour that counts with those still in the window.
  desk.on_ban(route(), news("192.0.2.99"), night + 3h);
  EXPECT_EQ(delivered(desk, night + 3h).size(), 1U);
}

TEST(Post, WhatIsGatheredGoesByTheNewRouteAfterAReload) {
  Settings settings;
  settings.rhythm = Rhythm::hourly;
  settings.route = route("old@example.org");
  Post desk(settings, teller(), 1h);
  desk.on_ban(settings.route, news("192.0.2.1"), night);
  settings.route = route("new@example.org");
  desk.change(settings, words::Language::english);
  desk.on_ban(settings.route, news("192.0.2.2"), night);
  const auto letters = delivered(desk, night + 1h);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_THAT(letters[0].message, HasSubstr("To: new@example.org\r\n"));
  EXPECT_THAT(letters[0].message, HasSubstr("Subject: [spranga] 2 bans"));
}

TEST(Post, TheLimitIsOfEachRecipient) {
  auto desk = post(Rhythm::each, 1);
  desk.on_ban(route("a@example.org"), news(), night);
  desk.on_ban(route("b@example.org"), news(), night);
  EXPECT_EQ(delivered(desk, night).size(), 2U);
}

TEST(Post, AnHourIsToldAtItsEnd) {
  auto desk = post(Rhythm::hourly);
  desk.on_ban(route(), news("192.0.2.1"), night);
  desk.on_ban(route(), news("192.0.2.2"), night + 5min);
  EXPECT_TRUE(delivered(desk, night + 10min).empty());
  const auto full_hour = night + 10min + 57s;  // 02:00
  EXPECT_EQ(desk.next(), full_hour);
  const auto letters = delivered(desk, full_hour);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_THAT(letters[0].message, HasSubstr("2 bans"));
  EXPECT_THAT(letters[0].message, Not(HasSubstr("come together because")));
}

TEST(Post, ADayIsToldAtSevenInTheMorningHere) {
  const auto seven = std::chrono::sys_days(std::chrono::year(2026) / 11 / 29) + 6h;  // UTC
  EXPECT_EQ(digest_time(Rhythm::daily, night, 1h), seven);
  EXPECT_EQ(digest_time(Rhythm::daily, seven, 1h), seven + 24h);
  EXPECT_EQ(digest_time(Rhythm::daily, night - 2h, -5h), seven + 6h);
  EXPECT_EQ(digest_time(Rhythm::hourly, night, 30min), night + 40min + 57s);
}

TEST(Post, AFloodIsCountedAndBounded) {
  auto desk = post(Rhythm::daily);
  for (int i = 0; i < 20'000; ++i) {
    auto one = news("198.51.100." + std::to_string(i % 256));
    one.lines.assign(10, std::string(longest_shown_line, 'x'));
    desk.on_ban(route(), std::move(one), night);
  }
  EXPECT_LE(desk.pack().size(), 500'000U);
  const auto letters = delivered(desk, night + 24h);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_THAT(letters[0].message, HasSubstr("20000 bans"));
  EXPECT_LE(letters[0].message.size(), 96U * 1024);
}

TEST(Post, LinesAreShownOnlyToWhoWantsThem) {
  auto desk = post(Rhythm::each);
  auto quiet = route();
  quiet.lines = false;
  auto one = news();
  one.lines = {"a line of the log"};
  desk.on_ban(quiet, one, night);
  desk.on_ban(route(), one, night);
  const auto letters = delivered(desk, night);
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_THAT(letters[0].message, Not(HasSubstr("a line of the log")));
  EXPECT_THAT(letters[1].message, HasSubstr("a line of the log"));
}

TEST(Post, StartAndStopAreToldIfWanted) {
  auto desk = post(Rhythm::daily);
  desk.on_start(route(), {"sshd"}, night);
  desk.on_ban(route(), news(), night);
  desk.on_stop(route(), {"sshd"}, night + 1s);
  desk.close(night + 1s);
  const auto letters = delivered(desk, night + 1s);
  ASSERT_EQ(letters.size(), 3U);
  EXPECT_THAT(letters[0].message, HasSubstr("started on mail.example.org"));
  EXPECT_THAT(letters[1].message, HasSubstr("stopped on mail.example.org"));
  EXPECT_THAT(letters[2].message, HasSubstr("1 ban on"));
  Settings settings;
  settings.tell_start = false;
  desk.change(settings, words::Language::english);
  desk.on_start(route(), {"sshd"}, night);
  EXPECT_TRUE(delivered(desk, night).empty());
}

TEST(Post, WhatWaitsOutlivesTheProcessWithoutPasswords) {
  auto with_login = route();
  with_login.server.host = "mail.example.org";
  with_login.server.user = "guard";
  with_login.server.password = "hunter2";
  auto desk = post(Rhythm::hourly);
  desk.on_start(with_login, {"sshd"}, night);
  desk.on_ban(with_login, news(), night);
  EXPECT_TRUE(desk.changed());
  const auto bytes = desk.pack();
  EXPECT_FALSE(desk.changed());
  EXPECT_THAT(bytes, Not(HasSubstr("hunter2")));

  auto next_life = post(Rhythm::hourly);
  ASSERT_TRUE(next_life.restore(bytes, {with_login.server}, night + 1min));
  const auto at_once = delivered(next_life, night + 1min);
  ASSERT_EQ(at_once.size(), 1U);
  EXPECT_EQ(at_once[0].route.server.password, "hunter2");
  next_life.on_ban(with_login, news("192.0.2.8"), night + 2min);
  const auto digest = delivered(next_life, night + 1h);
  ASSERT_EQ(digest.size(), 1U);
  EXPECT_THAT(digest[0].message, HasSubstr("2 bans"));
}

TEST(Post, ADamagedFileIsRefusedAsAWhole) {
  auto desk = post(Rhythm::hourly);
  desk.on_start(route(), {"sshd"}, night);
  desk.on_ban(route(), news(), night);
  const auto bytes = desk.pack();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    auto other = post(Rhythm::hourly);
    EXPECT_FALSE(other.restore(bytes.substr(0, length), {}, night));
    EXPECT_EQ(other.letters_waiting(), 0U);
  }
  auto other = post(Rhythm::hourly);
  EXPECT_FALSE(other.restore(bytes + "x", {}, night));
  EXPECT_FALSE(other.restore("something else", {}, night));
  EXPECT_TRUE(other.restore(bytes, {}, night));
}

TEST(Post, AServerThatIsDownDelaysMailsAndLosesNone) {
  auto desk = post(Rhythm::each, 20);
  Outcome down;
  down.error = "connection refused";
  auto now = night;
  for (int i = 0; i < 10; ++i) {
    desk.on_ban(route(), news("192.0.2." + std::to_string(i)), now);
    for (const auto& letter : desk.take_due(now)) {
      desk.on_outcome(letter.id, down, now);
    }
    now += 30s;
  }
  EXPECT_EQ(desk.letters_waiting(), 10U);
  EXPECT_EQ(delivered(desk, now + 1h).size(), 10U);
}

}  // namespace

}  // namespace spranga::guard::mail
