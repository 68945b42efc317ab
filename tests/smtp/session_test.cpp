#include "smtp/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scripted_transport.h"

namespace spranga::smtp {
namespace {

using test::ScriptedSession;
using test::ServerScript;

const std::string greeting = "220 mail.example.org ESMTP\r\n";
const std::string ehlo = "250-mail.example.org\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n";

std::string code_of(const Result<Reply>& reply) {
  return reply ? std::to_string(reply->code) : reply.error().detail;
}

std::string transcript_of(const Session& session) {
  std::string out;
  for (const auto& line : session.transcript()) {
    constexpr std::array marks = {"C ", "S ", "* "};
    out += marks.at(static_cast<std::size_t>(line.direction)) + line.text + "\n";
  }
  return out;
}

TEST(Session, SpeaksAndWritesDownWhatWasSaid) {
  ScriptedSession it(ServerScript().says(greeting).answers(ehlo).answers("250 2.0.0 Ok\r\n"));
  EXPECT_EQ(code_of(it.session.greeting()), "220");
  EXPECT_EQ(code_of(it.session.hello("client.example.org")), "250");
  EXPECT_TRUE(it.session.capabilities().starttls());
  EXPECT_TRUE(it.session.capabilities().offers("PLAIN"));
  EXPECT_EQ(code_of(it.session.command("NOOP")), "250");
  EXPECT_EQ(it.trace.written, "EHLO client.example.org\r\nNOOP\r\n");
  EXPECT_EQ(transcript_of(it.session),
            "S 220 mail.example.org ESMTP\nC EHLO client.example.org\nS 250-mail.example.org\nS "
            "250-STARTTLS\n"
            "S 250 AUTH PLAIN\nC NOOP\nS 250 2.0.0 Ok\n");
}

TEST(Session, ReadsAReplyInPieces) {
  ScriptedSession it(ServerScript().says("2").says("20-mail\r").says("\n220 e").says("nd\r\n"));
  EXPECT_EQ(code_of(it.session.greeting()), "220");
}

TEST(Session, FallsBackToHelo) {
  for (const auto* refusal : {"500 what?\r\n", "502 no\r\n", "504 no\r\n"}) {
    ScriptedSession it(ServerScript().says(greeting).answers(refusal).answers("250 hi\r\n"));
    ASSERT_TRUE(it.session.greeting());
    EXPECT_EQ(code_of(it.session.hello("x")), "250");
    EXPECT_FALSE(it.session.capabilities().extended);
    EXPECT_EQ(it.trace.written, "EHLO x\r\nHELO x\r\n");
  }
}

TEST(Session, EndsWhereTheServerAnswersBeforeItWasAsked) {
  ScriptedSession it(ServerScript().says(greeting + "250 2.0.0 Ok\r\n"));
  ASSERT_TRUE(it.session.greeting());
  const auto reply = it.session.command("MAIL FROM:<>");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::malformed);
  EXPECT_FALSE(it.session.alive());
  EXPECT_EQ(it.trace.written, "");
  EXPECT_THAT(transcript_of(it.session), ::testing::HasSubstr("S 250 2.0.0 Ok"));
}

TEST(Session, EndsWhereAnAnswerWaitsInTheSocket) {
  ScriptedSession it(ServerScript().says(greeting).says("354 go on\r\n"));
  ASSERT_TRUE(it.session.greeting());
  EXPECT_FALSE(it.session.command("DATA"));
  EXPECT_EQ(it.trace.written, "");
}

TEST(Session, DoesNotSendAMessageOutOfStep) {
  ScriptedSession it(ServerScript().says(greeting).answers("354 go\r\n250 queued\r\n"));
  ASSERT_TRUE(it.session.greeting());
  EXPECT_EQ(code_of(it.session.command("DATA")), "354");
  EXPECT_FALSE(it.session.send_message("Subject: x\r\n"));
  EXPECT_EQ(it.trace.written, "DATA\r\n");
}

TEST(Session, HandsAGoodbyeOn) {
  ScriptedSession it(
      ServerScript().says(greeting).says("421 4.4.2 timeout\r\n").fails(Errc::closed));
  ASSERT_TRUE(it.session.greeting());
  EXPECT_EQ(code_of(it.session.command("NOOP")), "421");
  EXPECT_FALSE(it.session.command("NOOP"));
  EXPECT_FALSE(it.session.alive());
}

TEST(Session, ReadsTheLastWordsOfAServerThatHasClosed) {
  ScriptedSession it(
      ServerScript().says(greeting).hears().says("554 go away\r\n").fails(Errc::closed));
  ASSERT_TRUE(it.session.greeting());
  EXPECT_EQ(code_of(it.session.command("EHLO x")), "554");
}

TEST(Session, WaitsForAGreetingThreeTimesAsLongAsForAReply) {
  ScriptedSession it(ServerScript{});
  const auto began = it.clock.now();
  EXPECT_EQ(it.session.greeting().error().code, Errc::timeout);
  EXPECT_EQ(it.clock.now() - began, std::chrono::seconds(30));
}

TEST(Session, NeverWaitsBeyondItsEnd) {
  ScriptedSession it(ServerScript().says(greeting));
  const auto end = it.clock.now() + std::chrono::minutes(2);
  ASSERT_TRUE(it.session.greeting());
  it.clock.advance(std::chrono::seconds(115));
  EXPECT_FALSE(it.session.command("NOOP"));
  EXPECT_LE(it.clock.now(), end);
}

TEST(Session, ThatGetsDripsIsAsLateAsOneThatGetsNothing) {
  // Each byte takes a millisecond of the script's clock; a reply time has ten thousand.
  ServerScript script;
  for (int i = 0; i < 12'000; ++i) {
    script.says("2");
  }
  ScriptedSession it(script);
  ASSERT_FALSE(it.session.greeting());
}

TEST(Session, OfAnEndlessReplyEnds) {
  ServerScript script;
  for (int i = 0; i < 1000; ++i) {
    script.says("220-more\r\n");
  }
  ScriptedSession it(script);
  const auto reply = it.session.greeting();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::too_large);
  EXPECT_FALSE(it.session.alive());
}

TEST(Session, WritesDownAStandInForASecret) {
  ScriptedSession it(ServerScript().says(greeting).answers("235 2.7.0 Ok\r\n"));
  ASSERT_TRUE(it.session.greeting());
  ASSERT_TRUE(it.session.secret_command("AUTH PLAIN AGJvYgBzM2NyZXQ=", "AUTH PLAIN ********"));
  EXPECT_EQ(it.trace.written, "AUTH PLAIN AGJvYgBzM2NyZXQ=\r\n");
  EXPECT_EQ(transcript_of(it.session).find("AGJvYg"), std::string::npos);
}

TEST(Session, DotStuffsAMessage) {
  ScriptedSession it(ServerScript().says(greeting).answers("250 queued\r\n"));
  ASSERT_TRUE(it.session.greeting());
  EXPECT_EQ(code_of(it.session.send_message(".a\r\nb.\r\n..c\r\n")), "250");
  EXPECT_EQ(it.trace.written, "..a\r\nb.\r\n...c\r\n.\r\n");
}

TEST(Session, CrossesToTls) {
  ServerScript script;
  script.says(greeting)
      .answers(ehlo)
      .answers("220 go\r\n")
      .answers("250-mail\r\n250 AUTH PLAIN LOGIN\r\n");
  script.tls.certificate_trusted = script.tls.name_matches = true;
  ScriptedSession it(script);
  ASSERT_TRUE(it.session.greeting());
  ASSERT_TRUE(it.session.hello("x"));
  ASSERT_TRUE(it.session.command("STARTTLS"));
  EXPECT_FALSE(it.session.safe_for_secrets());
  ASSERT_TRUE(it.session.handshake({}));
  EXPECT_TRUE(it.session.in_tls());
  EXPECT_TRUE(it.session.safe_for_secrets());
  EXPECT_EQ(it.session.early_bytes(), "");
  EXPECT_FALSE(it.session.capabilities().starttls());
  ASSERT_TRUE(it.session.hello("x"));
  EXPECT_TRUE(it.session.capabilities().offers("LOGIN"));
  std::string inside;
  for (const auto& line : it.session.transcript()) {
    inside += line.tls ? line.text + "|" : "";
  }
  EXPECT_EQ(inside, "TLS 1.2, |EHLO x|250-mail|250 AUTH PLAIN LOGIN|");
}

TEST(Session, IsNotSafeForSecretsUnderABadCertificate) {
  for (const bool trusted : {true, false}) {
    ServerScript script;
    script.tls.certificate_trusted = trusted;
    script.tls.name_matches = !trusted;
    ScriptedSession it(script);
    ASSERT_TRUE(it.session.handshake({}));
    EXPECT_FALSE(it.session.safe_for_secrets());
  }
}

TEST(Session, KeepsWhatCameInClearBeforeTheHandshake) {
  ScriptedSession it(ServerScript().says(greeting).answers("220 go\r\n250 early\r\n"));
  ASSERT_TRUE(it.session.greeting());
  ASSERT_TRUE(it.session.command("STARTTLS"));
  ASSERT_TRUE(it.session.handshake({}));
  EXPECT_EQ(it.session.early_bytes(), "250 early\r\n");
}

TEST(UnaskedReply, IsSilenceMostOfTheTime) {
  ScriptedSession it(ServerScript().says(greeting));
  ASSERT_TRUE(it.session.greeting());
  const auto heard = it.session.unasked_reply(Milliseconds(20));
  ASSERT_TRUE(heard);
  EXPECT_FALSE(*heard);
  EXPECT_TRUE(it.session.alive());
}

TEST(UnaskedReply, IsReadToItsEnd) {
  ScriptedSession it(ServerScript().says(greeting).says("25").says("0 Ok\r\n"));
  ASSERT_TRUE(it.session.greeting());
  const auto heard = it.session.unasked_reply(Milliseconds(20));
  ASSERT_TRUE(heard && *heard);
  EXPECT_EQ((*heard)->code, 250);
}

TEST(Transcript, OfAConnectionIsBounded) {
  ServerScript script;
  script.says(greeting);
  std::string reply;
  for (int i = 0; i < 60; ++i) {
    reply += "250-" + std::string(900, 'x') + "\r\n";
  }
  for (int i = 0; i < 50; ++i) {
    script.answers(reply + "250 end\r\n");
  }
  ScriptedSession it(script);
  ASSERT_TRUE(it.session.greeting());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(it.session.command("NOOP"));
  }
  EXPECT_LE(transcript_of(it.session).size(), max_transcript_bytes + 20'000);
}

TEST(Session, FailingAtEachStepNeverCrashesNorGoesOn) {
  ServerScript script;
  script.says(greeting)
      .answers(ehlo)
      .answers("220 go\r\n")
      .answers(ehlo)
      .answers("235 ok\r\n")
      .answers("250 Ok\r\n")
      .answers("354 go\r\n")
      .answers("250 queued\r\n");
  const int runs = test::replay_failing_at_each_step(script, [](ScriptedSession& it) {
    auto& session = it.session;
    const bool whole = session.greeting() && session.hello("x") && session.command("STARTTLS") &&
                       session.handshake({}) && session.hello("x") &&
                       session.secret_command("AUTH PLAIN x", "AUTH") &&
                       session.command("MAIL FROM:<>") && session.command("DATA") &&
                       session.send_message("x\r\n");
    const bool gone_on = !whole && session.alive();
    EXPECT_FALSE(gone_on);
    EXPECT_FALSE(session.command("QUIT") && !whole);
    session.quit();
    EXPECT_FALSE(session.alive());
    EXPECT_TRUE(it.trace.closed);
    EXPECT_FALSE(it.trace.used_after_close);
  });
  EXPECT_GT(runs, 60);
}

}  // namespace
}  // namespace spranga::smtp
