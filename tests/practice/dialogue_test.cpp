#include "practice/dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "smtp/sasl.h"

namespace spranga::practice {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Mailbox mailbox() {
  Mailbox out;
  out.password = "secret";
  return out;
}

Dialogue hardened(Service service) {
  return {Weaknesses{}, service, mailbox()};
}

Dialogue weak(Service service) {
  return {Weaknesses{true, true, true, true}, service, mailbox()};
}

std::string login() {
  return "AUTH PLAIN " + smtp::plain_response("alice", "secret");
}

TEST(PracticeDialogue, HardenedOffersNoAuthInClear) {
  auto dialogue = hardened(Service::submission);
  EXPECT_THAT(dialogue.answer("EHLO x").text, Not(HasSubstr("AUTH")));
  EXPECT_THAT(dialogue.answer("AUTH PLAIN").text, StartsWith("538"));
  EXPECT_THAT(dialogue.answer("MAIL FROM:<a@example.org>").text,
              StartsWith("530 5.7.0 Must issue a STARTTLS"));
}

TEST(PracticeDialogue, WeakTakesAuthInClear) {
  auto dialogue = weak(Service::submission);
  EXPECT_THAT(dialogue.answer("EHLO x").text, HasSubstr("AUTH PLAIN"));
  EXPECT_THAT(dialogue.answer("AUTH PLAIN").text, StartsWith("334"));
  EXPECT_THAT(dialogue.answer("*").text, StartsWith("501"));
  EXPECT_THAT(dialogue.answer(login()).text, StartsWith("235"));
}

TEST(PracticeDialogue, ForgetsEverythingAtTls) {
  auto dialogue = weak(Service::smtp);
  static_cast<void>(dialogue.answer("EHLO x"));
  EXPECT_THAT(dialogue.answer("MAIL FROM:<a@example.org>").text, StartsWith("250"));
  EXPECT_EQ(dialogue.answer("STARTTLS").next, Next::start_tls);
  dialogue.secured();
  EXPECT_THAT(dialogue.answer("RCPT TO:<alice@example.test>").text, StartsWith("503"));
}

TEST(PracticeDialogue, HardenedBindsTheSenderToTheLogin) {
  auto dialogue = hardened(Service::submissions);
  static_cast<void>(dialogue.answer("EHLO x"));
  EXPECT_THAT(dialogue.answer(login()).text, StartsWith("235"));
  EXPECT_THAT(dialogue.answer("MAIL FROM:<boss@example.test>").text, StartsWith("553"));
  EXPECT_THAT(dialogue.answer("MAIL FROM:<alice@example.test>").text, StartsWith("250"));
}

TEST(PracticeDialogue, NeverRelaysForStrangers) {
  for (auto dialogue : {hardened(Service::smtp), weak(Service::smtp)}) {
    static_cast<void>(dialogue.answer("EHLO x"));
    EXPECT_THAT(dialogue.answer("MAIL FROM:<a@example.org>").text, StartsWith("250"));
    EXPECT_THAT(dialogue.answer("RCPT TO:<b@example.net>").text, StartsWith("554"));
    EXPECT_THAT(dialogue.answer("DATA").text, StartsWith("503"));
  }
}

TEST(PracticeDialogue, AWrongPasswordIsRefused) {
  auto dialogue = hardened(Service::submissions);
  static_cast<void>(dialogue.answer("EHLO x"));
  EXPECT_THAT(dialogue.answer("AUTH PLAIN " + smtp::plain_response("alice", "guess")).text,
              StartsWith("535"));
  EXPECT_THAT(dialogue.answer("MAIL FROM:<alice@example.test>").text, StartsWith("530"));
}

}  // namespace
}  // namespace spranga::practice
