#include "guard/live/name_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ban::Instant start{std::chrono::seconds(1'700'000'000)};
constexpr auto known = std::chrono::seconds(NameDesk::known_for);

std::vector<net::Address> addresses(std::initializer_list<const char*> texts) {
  std::vector<net::Address> out;
  for (const auto* text : texts) {
    out.push_back(*net::Address::parse(text));
  }
  return out;
}

ban::Sighting of(const std::string& id, bool is_name = false) {
  ban::Sighting out;
  out.id = id;
  out.is_name = is_name;
  return out;
}

TEST(NameDesk, LetsAddressesPass) {
  NameDesk desk;
  EXPECT_FALSE(desk.keep("mail", of("192.0.2.7"), {}, start));
  EXPECT_THAT(desk.take_questions(start), IsEmpty());
}

TEST(NameDesk, GivesANameBackWithItsAddresses) {
  NameDesk desk;
  ban::Expression rule{"failed for <HOST>", {"mail.conf", 7}};
  auto sighting = of("host.example.org", true);
  sighting.expression = &rule;
  EXPECT_TRUE(desk.keep("mail", sighting, {}, start));
  rule = {};
  EXPECT_THAT(desk.take_questions(start), ElementsAre("host.example.org"));
  EXPECT_EQ(desk.waiting(), 1U);
  desk.on_answer("host.example.org", addresses({"192.0.2.7", "2001:db8::7"}), start);
  const auto ready = desk.take_ready();
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_EQ(ready[0].jail, "mail");
  EXPECT_TRUE(ready[0].was_name);
  EXPECT_EQ(ready[0].rule.origin.line, 7);
  EXPECT_THAT(ready[0].addresses,
              ElementsAre(*net::Address::parse("192.0.2.7"), *net::Address::parse("2001:db8::7")));
  EXPECT_EQ(desk.waiting(), 0U);
}

/// Which of those that waited for this answer are to be told of.
std::vector<bool> told(NameDesk& desk, const std::string& name, ban::Instant now) {
  for (int i = 0; i < 2; ++i) {
    static_cast<void>(desk.keep("mail", of(name, true), {}, now));
  }
  static_cast<void>(desk.take_questions(now));
  desk.on_answer(name, fail(Errc::not_found, "no such name"), now);
  std::vector<bool> out;
  for (const auto& ready : desk.take_ready()) {
    out.push_back(ready.unheard);
  }
  return out;
}

TEST(NameDesk, TellsOfANameWithoutAddressesOnceForAWhile) {
  NameDesk desk;
  EXPECT_THAT(told(desk, "a.example.org", start), ElementsAre(true, false));
  EXPECT_THAT(told(desk, "a.example.org", start + known / 2), ElementsAre(false, false));
  EXPECT_THAT(told(desk, "b.example.org", start + known / 2), ElementsAre(true, false));
  EXPECT_THAT(told(desk, "a.example.org", start + known), ElementsAre(true, false));
  static_cast<void>(desk.keep("mail", of("c.example.org", true), {}, start));
  desk.on_answer("c.example.org", addresses({"192.0.2.7"}), start);
  EXPECT_FALSE(desk.take_ready().at(0).unheard);
}

TEST(NameDesk, AsksOnceHoweverManyWait) {
  NameDesk desk;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(desk.keep("mail", of("host.example.org", true), {}, start));
  }
  EXPECT_THAT(desk.take_questions(start), ElementsAre("host.example.org"));
  desk.on_answer("host.example.org", fail(Errc::timeout, "no answer in time"), start);
  const auto ready = desk.take_ready();
  ASSERT_EQ(ready.size(), 5U);
  EXPECT_EQ(ready[4].error, "no answer in time");
  EXPECT_THAT(ready[4].addresses, IsEmpty());
  EXPECT_TRUE(desk.keep("mail", of("host.example.org", true), {}, start));
  EXPECT_THAT(desk.take_questions(start), ElementsAre("host.example.org"));
}

TEST(NameDesk, NobodyIsJudgedBeforeTheNamesOfIgnoreipAreAnswered) {
  NameDesk desk;
  const std::vector<std::string> ignored{"good.example.org"};
  desk.follow(ignored, start);
  EXPECT_TRUE(desk.keep("mail", of("192.0.2.7"), ignored, start));
  EXPECT_FALSE(desk.keep("mail", of("alice"), ignored, start)) << "no address, nothing to ask";
  desk.on_answer("good.example.org", addresses({"192.0.2.7"}), start);
  ASSERT_EQ(desk.take_ready().size(), 1U);
  EXPECT_FALSE(desk.keep("mail", of("192.0.2.7"), ignored, start));
  EXPECT_THAT(desk.addresses_of("good.example.org"),
              ElementsAre(*net::Address::parse("192.0.2.7")));
}

TEST(NameDesk, AFailureEndsTheWaitToo) {
  NameDesk desk;
  const std::vector<std::string> ignored{"good.example.org"};
  EXPECT_TRUE(desk.keep("mail", of("192.0.2.7"), ignored, start));
  EXPECT_THAT(desk.take_questions(start), ElementsAre("good.example.org"));
  desk.on_answer("good.example.org", fail(Errc::timeout, "no answer in time"), start);
  ASSERT_EQ(desk.take_ready().size(), 1U);
  EXPECT_FALSE(desk.keep("mail", of("192.0.2.8"), ignored, start));
  EXPECT_THAT(desk.take_questions(start + NameDesk::again_after - std::chrono::seconds(1)),
              IsEmpty());
  EXPECT_THAT(desk.take_questions(start + NameDesk::again_after), ElementsAre("good.example.org"));
}

TEST(NameDesk, AsksAgainAndKeepsWhatItKnewWhereNobodyAnswers) {
  NameDesk desk;
  desk.follow({"good.example.org"}, start);
  EXPECT_THAT(desk.take_questions(start), ElementsAre("good.example.org"));
  desk.on_answer("good.example.org", addresses({"192.0.2.7"}), start);
  EXPECT_THAT(desk.take_questions(start + std::chrono::seconds(1)), IsEmpty());
  EXPECT_THAT(desk.take_questions(start + known), ElementsAre("good.example.org"));
  desk.on_answer("good.example.org", fail(Errc::timeout, "no answer in time"), start + known);
  EXPECT_THAT(desk.addresses_of("good.example.org"),
              ElementsAre(*net::Address::parse("192.0.2.7")));
}

TEST(NameDesk, BeyondItsLimitNamesAreCountedAndAddressesJudged) {
  NameDesk desk;
  for (std::size_t i = 0; i < NameDesk::most_waiting; ++i) {
    EXPECT_TRUE(desk.keep("mail", of("host.example.org", true), {}, start));
  }
  EXPECT_TRUE(desk.keep("mail", of("host.example.org", true), {}, start));
  EXPECT_FALSE(desk.keep("mail", of("192.0.2.7"), {"good.example.org"}, start));
  EXPECT_EQ(desk.dropped(), 2U);
  EXPECT_EQ(desk.waiting(), NameDesk::most_waiting);
}

}  // namespace
}  // namespace spranga::guard
