#include "guard/mail/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/guard/mail/news.h"

namespace spranga::guard::mail {

namespace {

using test::night;
using test::route;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

Letter letter(const std::string& message = "Subject: x\r\n\r\n") {
  Letter out;
  out.route = route();
  out.about = "a ban";
  out.message = message;
  return out;
}

Outcome trouble(const std::string& why = "no answer in time") {
  Outcome out;
  out.error = why;
  return out;
}

Outcome refusal() {
  auto out = trouble("550 no");
  out.for_good = true;
  return out;
}

TEST(Outbox, WhatIsTakenIsGone) {
  Outbox box;
  box.put(letter(), night);
  const auto due = box.take_due(night);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_TRUE(box.take_due(night).empty());
  EXPECT_FALSE(box.next());
  box.on_outcome(due[0].id, Outcome(), night + 1s);
  EXPECT_EQ(box.size(), 0U);
  EXPECT_THAT(box.take_log().at(0), HasSubstr("mail sent (a ban) to owner@example.org"));
}

TEST(Outbox, PausesGrowUpToAnHour) {
  Outbox box;
  box.put(letter(), night);
  auto now = night;
  std::vector<std::chrono::microseconds> pauses;
  for (int i = 0; i < 9; ++i) {
    const auto due = box.take_due(now);
    ASSERT_EQ(due.size(), 1U);
    box.on_outcome(due[0].id, trouble(), now);
    ASSERT_TRUE(box.next());
    pauses.push_back(*box.next() - now);
    EXPECT_TRUE(box.take_due(*box.next() - 1us).empty());
    now = *box.next();
  }
  EXPECT_EQ(pauses,
            (std::vector<std::chrono::microseconds>{
                1min, 2min, 4min, 8min, 16min, 32min, 60min, 60min, 60min}));
}

TEST(Outbox, MayBeToldThatSomebodyHasMendedSomething) {
  Outbox box;
  box.put(letter(), night);
  const auto old = letter().route.server;
  box.on_outcome(box.take_due(night).at(0).id, trouble(), night);
  EXPECT_TRUE(box.take_due(night + 1s).empty());
  auto mended = old;
  mended.password = "right";
  box.redirect(old, mended);
  box.hasten(night + 1s);
  const auto due = box.take_due(night + 1s);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].route.server.password, "right");
}

TEST(Outbox, OthersForASickServerWaitToo) {
  Outbox box;
  for (int i = 0; i < 3; ++i) {
    box.put(letter(), night);
  }
  auto elsewhere = letter();
  elsewhere.route.server.host = "other.example.org";
  box.put(elsewhere, night);
  const auto due = box.take_due(night);
  ASSERT_EQ(due.size(), Outbox::most_on_the_way);
  box.on_outcome(due[0].id, trouble(), night + 1s);
  box.on_outcome(due[1].id, trouble(), night + 1s);
  const auto next = box.take_due(night + 2s);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].route.server.host, "other.example.org");
  EXPECT_EQ(box.take_due(night + 1s + 1min).size(), 1U);  // one is still on its way
}

TEST(Outbox, GivesUpAfterRefusalsForGood) {
  Outbox box;
  box.put(letter(), night);
  auto now = night;
  for (int i = 0; i < Outbox::most_refusals; ++i) {
    const auto due = box.take_due(now);
    ASSERT_EQ(due.size(), 1U);
    box.on_outcome(due[0].id, refusal(), now);
    now += 1h;
  }
  EXPECT_EQ(box.size(), 0U);
  EXPECT_THAT(box.take_log().back(), HasSubstr("is given up: 550 no"));
}

TEST(Outbox, GivesUpWhatIsTooOld) {
  Outbox box;
  box.put(letter(), night);
  EXPECT_EQ(box.take_due(night + Outbox::longest_life + 1s).size(), 0U);
  EXPECT_EQ(box.size(), 0U);
  EXPECT_THAT(box.take_log().at(0), HasSubstr("too old"));
}

TEST(Outbox, WhoWasRefusedForNowGetsItLater) {
  Outbox box;
  auto to_three = letter();
  to_three.route.recipients = {"a@example.org", "b@example.org", "c@example.org"};
  box.put(to_three, night);
  Outcome partly;
  partly.refused = {{"b@example.org", "450 greylisted", false},
                    {"c@example.org", "550 who?", true},
                    {"stranger@example.org", "450", false}};
  box.on_outcome(box.take_due(night).at(0).id, partly, night);
  const auto again = box.take_due(night + 1min);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].route.recipients, std::vector<std::string>{"b@example.org"});
  EXPECT_THAT(box.take_log().at(0), HasSubstr("not for c@example.org: 550 who?"));
}

TEST(Outbox, HasRoomForSoManyAndTellsWhatGoes) {
  Outbox box;
  for (std::size_t i = 0; i < Outbox::most_letters + 5; ++i) {
    box.put(letter(), night);
  }
  EXPECT_EQ(box.size(), Outbox::most_letters);
  EXPECT_EQ(box.take_log().size(), 5U);
  Outbox heavy;
  for (int i = 0; i < 5; ++i) {
    heavy.put(letter(std::string(Outbox::most_bytes / 4, 'x')), night);
  }
  EXPECT_EQ(heavy.size(), 4U);
}

TEST(Outbox, WhatWasOnItsWayWaitsWhenTheCarrierDies) {
  Outbox box;
  box.put(letter(), night);
  const auto id = box.take_due(night).at(0).id;
  box.on_outcome(id, trouble("the net helper ended"), night);
  EXPECT_EQ(box.take_due(night + 1min).at(0).id, id);
  box.on_outcome(12345, Outcome(), night);  // an answer that nobody waits for
  EXPECT_EQ(box.size(), 1U);
}

}  // namespace

}  // namespace spranga::guard::mail
