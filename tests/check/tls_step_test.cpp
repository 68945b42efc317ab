// STARTTLS against servers that do it wrong: A3, A4, A5, A6.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/audited.h"
#include "tests/support/certificate_bomb.h"

namespace spranga::check {
namespace {

using finding::RuleState;
using test::Answer;
using test::audit;
using test::Dialogue;
using test::hang_up;
using test::raw;
using test::say;
using test::Script;
using Injected = test::Script::Injected;

const test::Wishes soon{
    .settings = [](CheckSettings& s) { s.timeout = std::chrono::milliseconds(60); }};

Answer start_tls(std::string bytes) {
  return {std::move(bytes), Answer::Then::start_tls};
}

TEST(Injection, ThatIsExecutedInsideTlsIsFoundOnTls13) {
  const auto run = audit({.injected = Injected::executed});
  test::expect_sound(run);
  EXPECT_EQ(run.status("A5", 587), "fail");
  EXPECT_EQ(run.status("A5", 25), "fail");
  EXPECT_EQ(run.rule(1), RuleState::no);
}

TEST(Injection, ThatIsExecutedInsideTlsIsFoundOnTls12) {
  auto identity =
      net::ServerIdentity::make({.name = "mail.example.org", .highest = net::TlsVersion::tls1_2});
  ASSERT_TRUE(identity);
  const auto run =
      audit({.ports = {587}, .injected = Injected::executed, .tls_context = identity->context()});
  EXPECT_EQ(run.status("A5", 587), "fail");
}

TEST(Injection, WhoseAnswerComesLateIsFound) {
  const auto run = audit({.ports = {587}, .injected = Injected::executed_late});
  test::expect_sound(run);
  EXPECT_EQ(run.status("A5", 587), "fail");
  EXPECT_NE(run.status("A6", 587).substr(0, 4), "fail");
}

TEST(Injection, AnsweredInClearBehindThe220IsFound) {
  const auto run = audit({.ports = {587}, .injected = Injected::answered_in_clear});
  test::expect_sound(run);
  EXPECT_EQ(run.status("A5", 587), "fail");
}

TEST(Injection, AnsweredInClearInTheSameSegmentIsFound) {
  Script script{.ports = {587}};
  script.on("STARTTLS",
            [](const Dialogue&) { return start_tls("220 2.0.0 Ready\r\n250 2.0.0 Ok\r\n"); });
  const auto run = audit(script);
  EXPECT_EQ(run.status("A5", 587), "fail");
}

TEST(Injection, AnEmptyLineBehindThe220IsNoAnswer) {
  Script script{.ports = {587}};
  script.on("STARTTLS", [](const Dialogue&) { return start_tls("220 2.0.0 Ready\r\n\r\n"); });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A5", 587), "pass");
}

TEST(Injection, ASecondGreetingInsideTlsIsNoAnswerToIt) {
  Script script{.ports = {587}};
  script.on("(tls)", [](const Dialogue& d) {
    return d.port == 587 ? std::optional(say("220 mail.example.org ESMTP again")) : std::nullopt;
  });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_NE(run.status("A5", 587).substr(0, 4), "fail");
  EXPECT_NE(run.status("A6", 587).substr(0, 4), "fail");
}

TEST(Injection, AnAnswerBehindASecondGreetingIsFound) {
  Script script{.ports = {587}, .injected = Injected::executed};
  script.on("(tls)", [](const Dialogue& d) {
    return d.port == 587 ? std::optional(say("220 mail.example.org ESMTP again")) : std::nullopt;
  });
  EXPECT_EQ(audit(script).status("A5", 587), "fail");
}

TEST(Injection, AGoodbyeInsideTlsIsNoAnswerToIt) {
  Script script{.ports = {587}};
  script.on("(tls)", [](const Dialogue& d) {
    return d.port == 587 ? std::optional(hang_up("421 4.3.0 shutting down")) : std::nullopt;
  });
  const auto run = audit(script);
  EXPECT_EQ(run.status("A5", 587), "not_tested");
  EXPECT_NE(run.rule(1), RuleState::ok);
}

struct Refusal {
  std::string_view name;
  std::string reply;
};

class InjectionRefused : public ::testing::TestWithParam<Refusal> {};

TEST_P(InjectionRefused, WithAHangUpPassesAndTlsIsTestedOnANewConnection) {
  Script script{.ports = {587}};
  script.on("STARTTLS", [&](const Dialogue& d) {
    // The NOOP that comes in the same write is seen by the server before its answer.
    return d.port == 587 && d.connection == 1 ? std::optional(hang_up(GetParam().reply))
                                              : std::nullopt;
  });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A5", 587), "pass");
  EXPECT_EQ(run.status("A6", 587), "pass");
  EXPECT_EQ(run.status("A4", 587), "pass");
  EXPECT_EQ(run.status("S4", 587), "pass");
}

INSTANTIATE_TEST_SUITE_P(
    Servers,
    InjectionRefused,
    ::testing::Values(Refusal{"postfix",
                              "554 5.5.1 Error: improper command pipelining after STARTTLS"},
                      Refusal{"opensmtpd", "500 5.5.1 Invalid command: Pipelining not supported"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(Starttls, RefusedAlwaysLeavesA5AndA6Open) {
  for (const auto* reply :
       {"454 4.7.0 TLS not available due to local problem", "502 5.5.1 not now", "250 2.0.0 Ok"}) {
    Script script{.ports = {587}};
    script.on("STARTTLS", reply);
    const auto run = audit(script);
    test::expect_sound(run);
    EXPECT_EQ(run.status("A5", 587), "not_tested") << reply;
    EXPECT_NE(run.status("A6", 587), "pass") << reply;
    EXPECT_NE(run.status("S4", 587), "pass") << reply;
    EXPECT_NE(run.rule(1), RuleState::ok) << reply;
    EXPECT_NE(run.rule(2), RuleState::ok) << reply;
  }
}

TEST(Starttls, FollowedByNoiseInsteadOfAHandshakeIsNoPass) {
  Script script{.ports = {587}};
  script.on("STARTTLS",
            [](const Dialogue&) { return raw("220 2.0.0 Ready\r\n\x16\x03\x01garbage!\x01\x02"); });
  const auto run = audit(script, soon);
  test::expect_sound(run);
  EXPECT_NE(run.status("A5", 587), "pass");
  EXPECT_NE(run.rule(1), RuleState::ok);
}

TEST(Starttls, FollowedBySilenceIsNoPass) {
  Script script{.ports = {587}};
  script.on("STARTTLS", [](const Dialogue&) { return raw("220 2.0.0 Ready\r\n"); });
  script.on("NOOP", [](const Dialogue&) { return raw(""); });
  const auto run = audit(script, soon);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A5", 587), "not_tested");
  EXPECT_NE(run.rule(1), RuleState::ok);
}

/// Connections of port 25 in which RSET was said.
void forgets_at_rset(Script& script, std::set<int>& reset) {
  script.on("RSET", [&](const Dialogue& d) {
    if (d.port == 25) {
      reset.insert(d.connection);
    }
    return std::nullopt;
  });
}

TEST(State, ThatIsKeptAcrossStarttlsIsFound) {
  Script script;
  script.clear_auth = {25};  // makes 587 take MAIL in clear
  bool sender_in_clear = false;
  script.on("MAIL", [&](const Dialogue& d) {
    sender_in_clear = sender_in_clear || !d.tls;
    return d.port == 25 ? std::optional(say("250 2.1.0 Ok")) : std::nullopt;
  });
  std::set<int> reset;
  forgets_at_rset(script, reset);
  script.on("RCPT", [&](const Dialogue& d) {
    return d.port == 25 && d.tls && !reset.contains(d.connection)
               ? std::optional(say("250 2.1.5 Ok"))
               : std::nullopt;
  });
  EXPECT_EQ(audit(script).status("A6", 25), "fail");
}

TEST(State, ARelayRefusalInsteadOf503ShowsThatTheSenderWasKept) {
  Script script{.ports = {25}};
  std::set<int> reset;
  forgets_at_rset(script, reset);
  script.on("RCPT", [&](const Dialogue& d) {
    return d.port == 25 && d.tls && !reset.contains(d.connection)
               ? std::optional(say("554 5.7.1 Relay access denied"))
               : std::nullopt;
  });
  EXPECT_EQ(audit(script).status("A6", 25), "fail likely");
}

TEST(State, IsNotProvenKeptWhereTheControlWasPutOff) {
  Script script{.ports = {25}};
  std::set<int> reset;
  forgets_at_rset(script, reset);
  script.on("RCPT", [&](const Dialogue& d) {
    return d.port == 25 && d.tls && !d.sender
               ? std::optional(say(reset.contains(d.connection) ? "450 4.7.1 too many errors"
                                                                : "554 5.7.1 Relay access denied"))
               : std::nullopt;
  });
  EXPECT_EQ(audit(script).status("A6", 25), "not_tested");
}

TEST(State, IsNotKeptByAServerThatNeverAsksForASender) {
  for (const auto* reply : {"250 2.1.5 Ok", "554 5.7.1 Relay access denied"}) {
    Script script{.ports = {25}};
    script.on("RCPT", [&](const Dialogue& d) {
      return d.port == 25 && !d.sender ? std::optional(say(reply)) : std::nullopt;
    });
    EXPECT_EQ(audit(script).status("A6", 25), "not_tested") << reply;
  }
}

TEST(OldTls, ThatIsStillAcceptedFails) {
  auto identity =
      net::ServerIdentity::make({.name = "mail.example.org", .lowest = net::TlsVersion::tls1_0});
  ASSERT_TRUE(identity);
  Script script;
  script.tls_context = identity->context();
  const auto run =
      audit(script, {.settings = [&](CheckSettings& s) { s.ca_file = test::ca_file(); }});
  EXPECT_EQ(run.status("A4", 587), "fail");
  EXPECT_EQ(run.status("A4", 465), "fail");
  EXPECT_EQ(run.status("A4", 25), "warn");
}

TEST(Certificate, ForAnotherNameFails) {
  const auto run =
      audit({}, {.settings = [](CheckSettings& s) { s.tls_name = "other.example.org"; }});
  EXPECT_EQ(run.status("A4", 587), "fail");
  EXPECT_EQ(run.status("A4", 465), "fail");
}

TEST(Certificate, OfAnUnknownCaFails) {
  const auto other = net::ServerIdentity::make({.name = "mail.example.org"});
  ASSERT_TRUE(other);
  Script script{.ports = {587}};
  script.tls_context = other->context();
  EXPECT_EQ(audit(script).status("A4", 587), "fail");
}

TEST(Certificate, ThatIsABombIsNoPass) {
  const auto bomb = test::make_certificate_bomb(20'000, 0);
  Script script{.ports = {465, 587}};
  script.tls_context = bomb.get();
  const auto run = audit(script, {.with_login = true});
  test::expect_sound(run);
  EXPECT_NE(run.status("A4", 587), "pass");
  EXPECT_EQ(run.status("A4", 465), "-");  // no TLS, so nothing was heard there
  EXPECT_NE(run.rule(1), RuleState::ok);
  EXPECT_NE(run.rule(2), RuleState::ok);
}

TEST(Port465, ThatSpeaksClearTextIsASubmissionPortInClear) {
  Script script{.implicit_tls = {}};
  script.clear_auth = {465};
  script.on("EHLO", [](const Dialogue& d) {
    return d.port == 465 ? std::optional(raw("250-mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n"))
                         : std::nullopt;
  });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A2", 465), "fail");
  EXPECT_EQ(run.status("A4", 465), "fail");
  EXPECT_EQ(run.rule(1), RuleState::no);
}

TEST(Starttls, ThatIsNotOfferedOnSubmissionFailsAndS4IsAskedInClear) {
  Script script{.ports = {587}};
  script.on("EHLO", [](const Dialogue& d) {
    return d.port == 587 ? std::optional(raw("250-mail.example.org\r\n250 8BITMIME\r\n"))
                         : std::nullopt;
  });
  script.on("MAIL", [](const Dialogue& d) {
    return d.port == 587 ? std::optional(say("250 Ok")) : std::nullopt;
  });
  script.on("RCPT", [](const Dialogue& d) {
    return d.port == 587 ? std::optional(say("250 Ok")) : std::nullopt;
  });
  script.on("DATA", [](const Dialogue& d) {
    return d.port == 587 ? std::optional(test::go_ahead()) : std::nullopt;
  });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A4", 587), "fail");
  EXPECT_EQ(run.status("S4", 587), "fail likely");
  EXPECT_EQ(run.message_bytes, 0U);
}

}  // namespace
}  // namespace spranga::check
