#include "net_helper/desk.h"

#include <gtest/gtest.h>

namespace spranga::net_helper {

namespace {

using namespace std::chrono_literals;

const SteadyTime noon{1000h};

Request ask(std::uint64_t number, const std::string& name, std::chrono::milliseconds timeout = 5s) {
  Request out;
  out.number = number;
  out.text = name;
  out.timeout = timeout;
  return out;
}

Request ask_mail(std::uint64_t number, std::chrono::milliseconds timeout = 5s) {
  auto out = ask(number, "", timeout);
  out.what = Request::What::mail;
  return out;
}

Answer found(const std::string& text) {
  Answer out;
  out.texts = {text};
  return out;
}

Answer trouble() {
  Answer out;
  out.code = Errc::io;
  out.error = "SERVFAIL";
  return out;
}

std::uint64_t only_job(Desk& desk, bool mail = false) {
  Job job;
  EXPECT_TRUE(desk.take_job(mail, job));
  Job none;
  EXPECT_FALSE(desk.take_job(mail, none));
  return job.number;
}

TEST(Desk, WhoAsksForTheSameNameSharesTheWork) {
  Desk desk;
  desk.on_request(ask(1, "mail.example.test"), noon);
  desk.on_request(ask(2, "MAIL.example.test"), noon);
  desk.on_done(only_job(desk), found("192.0.2.1"), noon + 1s);
  const auto answers = desk.take_answers();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].number, 1U);
  EXPECT_EQ(answers[1].number, 2U);
  EXPECT_EQ(answers[1].texts, std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(desk.open_requests(), 0U);
}

TEST(Desk, KnowsANameForFiveMinutes) {
  Desk desk;
  desk.on_request(ask(1, "mail.example.test"), noon);
  desk.on_done(only_job(desk), Answer(), noon);  // "there is none" is known too
  static_cast<void>(desk.take_answers());
  desk.on_request(ask(2, "mail.example.test"), noon + 5min - 1ms);
  EXPECT_EQ(desk.take_answers().size(), 1U);
  desk.on_request(ask(3, "mail.example.test"), noon + 5min);
  EXPECT_TRUE(desk.take_answers().empty());
  EXPECT_NE(only_job(desk), 0U);
}

TEST(Desk, TroubleIsBelievedForAMomentOnly) {
  Desk desk;
  desk.on_request(ask(1, "mail.example.test"), noon);
  desk.on_done(only_job(desk), trouble(), noon);
  desk.on_request(ask(2, "mail.example.test"), noon + Desk::trouble_for - 1ms);
  EXPECT_EQ(desk.take_answers().size(), 2U);
  desk.on_request(ask(3, "mail.example.test"), noon + Desk::trouble_for);
  EXPECT_TRUE(desk.take_answers().empty());
}

TEST(Desk, ADeadlineHoldsWhateverBecomesOfTheWork) {
  Desk desk;
  desk.on_request(ask(1, "silent.example.test", 300ms), noon);
  desk.on_request(ask(2, "silent.example.test", 5s), noon);
  const auto job = only_job(desk);
  EXPECT_EQ(desk.next_deadline(), noon + 300ms);
  desk.on_clock(noon + 299ms);
  EXPECT_TRUE(desk.take_answers().empty());
  desk.on_clock(noon + 300ms);
  const auto late = desk.take_answers();
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].number, 1U);
  EXPECT_EQ(late[0].code, Errc::timeout);
  desk.on_done(job, found("192.0.2.1"), noon + 1s);
  const auto rest = desk.take_answers();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].number, 2U);
}

TEST(Desk, LateWorkStillServesTheCache) {
  Desk desk;
  desk.on_request(ask(1, "slow.example.test", 300ms), noon);
  const auto job = only_job(desk);
  desk.on_clock(noon + 1s);
  desk.on_done(job, found("192.0.2.1"), noon + 2s);
  EXPECT_EQ(desk.take_answers().size(), 1U);
  desk.on_request(ask(2, "slow.example.test"), noon + 3s);
  EXPECT_EQ(desk.take_answers().at(0).texts, std::vector<std::string>{"192.0.2.1"});
}

TEST(Desk, WorkThatNobodyWaitsForIsNotBegun) {
  Desk desk;
  desk.on_request(ask(1, "a.example.test", 300ms), noon);
  desk.on_request(ask_mail(2, 300ms), noon);
  desk.on_clock(noon + 1s);
  Job job;
  EXPECT_FALSE(desk.take_job(false, job));
  EXPECT_FALSE(desk.take_job(true, job));
  desk.on_request(ask(3, "a.example.test"), noon + 1s);
  EXPECT_TRUE(desk.take_job(false, job));
}

TEST(Desk, MailsAreNeitherSharedNorKept) {
  Desk desk;
  desk.on_request(ask_mail(1), noon);
  desk.on_request(ask_mail(2), noon);
  Job one;
  Job two;
  ASSERT_TRUE(desk.take_job(true, one));
  ASSERT_TRUE(desk.take_job(true, two));
  desk.on_done(one.number, Answer(), noon);
  desk.on_done(two.number, Answer(), noon);
  EXPECT_EQ(desk.take_answers().size(), 2U);
  EXPECT_EQ(desk.known(), 0U);
}

TEST(Desk, ForgetsTheOldestNamesFirst) {
  Desk desk;
  for (std::size_t i = 0; i <= Desk::most_known; ++i) {
    desk.on_request(ask(i, "h" + std::to_string(i) + ".example.test"), noon);
    desk.on_done(only_job(desk), found("192.0.2.1"), noon);
  }
  EXPECT_EQ(desk.known(), Desk::most_known);
  static_cast<void>(desk.take_answers());
  desk.on_request(ask(1, "h1.example.test"), noon);
  EXPECT_EQ(desk.take_answers().size(), 1U);
  desk.on_request(ask(2, "h0.example.test"), noon);
  EXPECT_TRUE(desk.take_answers().empty());
}

TEST(Desk, RefusesWhatIsTooMuchAtOnce) {
  Desk desk;
  for (std::size_t i = 0; i < Desk::most_open; ++i) {
    desk.on_request(ask(i, "h" + std::to_string(i) + ".example.test"), noon);
  }
  EXPECT_TRUE(desk.take_answers().empty());
  desk.on_request(ask(99999, "one.more.example.test"), noon);
  const auto answers = desk.take_answers();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].number, 99999U);
  EXPECT_EQ(answers[0].code, Errc::too_large);
}

}  // namespace

}  // namespace spranga::net_helper
