#include "smtp/capabilities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::smtp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Capabilities after_ehlo(std::vector<std::string> lines) {
  Reply reply;
  reply.code = 250;
  reply.lines = std::move(lines);
  return parse_capabilities(reply);
}

TEST(Capabilities, ListKeywordsInOrderAndCapitals) {
  const auto found = after_ehlo({"mail.example.org Hello", "size 1000", "StartTLS", "8BITMIME"});
  EXPECT_EQ(found.greeting_name, "mail.example.org");
  EXPECT_TRUE(found.extended);
  EXPECT_TRUE(found.starttls());
  EXPECT_TRUE(found.has("SIZE"));
  EXPECT_FALSE(found.has("AUTH"));
  EXPECT_FALSE(found.auth());
  ASSERT_EQ(found.keywords.size(), 3U);
  EXPECT_EQ(found.keywords[0], std::pair(std::string("SIZE"), std::string("1000")));
}

TEST(Capabilities, SeeAuthOnTheLastLine) {
  EXPECT_THAT(after_ehlo({"mail", "SIZE", "AUTH LOGIN PLAIN"}).mechanisms,
              ElementsAre("LOGIN", "PLAIN"));
}

TEST(Capabilities, ReadTheOldFormAndSeveralLinesAsOne) {
  const auto found =
      after_ehlo({"mail", "AUTH PLAIN login", "AUTH=LOGIN CRAM-MD5", "AUTH  \tPLAIN   NTLM "});
  EXPECT_THAT(found.mechanisms, ElementsAre("PLAIN", "LOGIN", "CRAM-MD5", "NTLM"));
  EXPECT_TRUE(found.offers("NTLM"));
  EXPECT_FALSE(found.offers("ntlm"));
}

TEST(Capabilities, DoNotTakeTheFirstLineForAKeyword) {
  const auto found = after_ehlo({"STARTTLS AUTH PLAIN"});
  EXPECT_FALSE(found.starttls());
  EXPECT_THAT(found.mechanisms, IsEmpty());
}

TEST(Capabilities, DoNotTakePartsOfWordsForKeywords) {
  const auto found =
      after_ehlo({"mail", "XSTARTTLS", "STARTTLSX", "AUTHINFO PLAIN", "X AUTH PLAIN"});
  EXPECT_FALSE(found.starttls());
  EXPECT_THAT(found.mechanisms, IsEmpty());
}

TEST(Capabilities, OfARefusedEhloAreNone) {
  Reply reply;
  reply.code = 502;
  reply.lines = {"5.5.1", "AUTH PLAIN"};
  const auto found = parse_capabilities(reply);
  EXPECT_FALSE(found.extended);
  EXPECT_THAT(found.keywords, IsEmpty());
}

TEST(Capabilities, SurviveEmptyAndOddLines) {
  const auto found = after_ehlo({"", "", "  ", "AUTH", "AUTH=", "=", "= x", "\xff\xfe"});
  EXPECT_EQ(found.greeting_name, "");
  EXPECT_THAT(found.mechanisms, IsEmpty());
  EXPECT_THAT(after_ehlo({}).keywords, IsEmpty());
}

TEST(Capabilities, KeepNoMoreMechanismsThanTheirLimit) {
  std::string line = "AUTH";
  for (int i = 0; i < 500; ++i) {
    line += " M" + std::to_string(i);
  }
  EXPECT_EQ(after_ehlo({"mail", line, line}).mechanisms.size(), max_mechanisms);
}

}  // namespace
}  // namespace spranga::smtp
