#include "replay/jail_fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace spranga::replay {
namespace {

using testing::HasSubstr;

ban::JailSpec jail_with(std::vector<ban::Expression> failregex) {
  ban::JailSpec jail;
  jail.name = "mail";
  jail.origin = {"jail.conf", 1};
  jail.filter.failregex = std::move(failregex);
  return jail;
}

const ban::Instant today{std::chrono::seconds(1'764'000'000)};

TEST(JailFault, FindsNothingInAJailThatWorks) {
  EXPECT_TRUE(faults_of(jail_with({{"^bad <HOST>$", {"mail.conf", 3}}}), today).empty());
}

TEST(JailFault, NamesEveryExpressionThatDoesNotCompile) {
  auto jail = jail_with({{"^a(b <HOST>$", {"mail.conf", 3}},
                         {"^good <HOST>$", {"mail.conf", 4}},
                         {"^nobody$", {"mail.conf", 5}}});
  jail.filter.ignoreregex = {{"[", {"mail.conf", 6}}};
  const auto faults = faults_of(jail, today);
  ASSERT_EQ(faults.size(), 3U);
  EXPECT_THAT(to_text(faults[0]), HasSubstr("mail.conf:3: Unable to compile"));
  EXPECT_THAT(to_text(faults[1]), HasSubstr("mail.conf:5: No failure-id group"));
  EXPECT_THAT(to_text(faults[2]), HasSubstr("mail.conf:6: Unable to compile"));
}

TEST(JailFault, LeavesExpressionsAloneWhoseHostThePrefixCatches) {
  auto jail = jail_with({{"^bad$", {"mail.conf", 3}}});
  jail.filter.prefregex = {"^from <HOST>: <F-CONTENT>.+</F-CONTENT>$", {"mail.conf", 2}};
  jail.increment.formula = "1 +";
  jail.origins = {{"bantime.formula", {"jail.local", 12}}};
  auto faults = faults_of(jail, today);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(to_text(faults[0]), HasSubstr("jail.local:12: "));
  jail.filter.prefregex->pattern = "^from (<HOST>: <F-CONTENT>.+</F-CONTENT>$";
  jail.increment.formula.reset();
  faults = faults_of(jail, today);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(to_text(faults[0]), HasSubstr("mail.conf:2: Unable to compile"));
}

TEST(JailFault, NamesTheLineOfTheOptionItself) {
  auto jail = jail_with({{"^bad <HOST>$", {"mail.conf", 3}}});
  jail.increment.enabled = true;
  jail.increment.factor = "1 +";
  jail.increment.formula = "ban.Time *";
  jail.increment.multipliers = "1 two";
  jail.filter.datepattern = "%Q (";
  jail.logencoding = "klingon";
  jail.logtimezone = "Nowhere/Land";
  jail.origins = {{"bantime.factor", {"jail.local", 11}},
                  {"bantime.formula", {"jail.local", 12}},
                  {"bantime.multipliers", {"jail.local", 13}},
                  {"datepattern", {"jail.local", 14}},
                  {"logencoding", {"jail.local", 15}},
                  {"logtimezone", {"jail.local", 16}}};
  std::string all;
  for (const auto& fault : faults_of(jail, today)) {
    all += to_text(fault) + "\n";
  }
  for (int line = 11; line <= 16; ++line) {
    EXPECT_THAT(all, HasSubstr("jail.local:" + std::to_string(line) + ": "));
  }
}

}  // namespace
}  // namespace spranga::replay
