// A2 against servers that take, refuse or muddle AUTH in clear text.
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>

#include "tests/support/audited.h"

namespace spranga::check {
namespace {

using finding::RuleState;
using test::audit;
using test::Dialogue;
using test::hang_up;
using test::raw;
using test::say;
using test::Script;

/// AUTH before TLS is answered so, on every port.
Script clear_auth_answers(const std::string& reply) {
  Script script;
  script.on("AUTH", [reply](const Dialogue& d) {
    return d.tls ? std::nullopt : std::optional(say(reply));
  });
  return script;
}

struct Row {
  std::string name;
  std::string reply;
  std::string status;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

class BareAuthAnswered : public ::testing::TestWithParam<Row> {};

TEST_P(BareAuthAnswered, IsReadAsWhatItMeans) {
  auto script = clear_auth_answers(GetParam().reply);
  script.ports = {587};
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A2", 587), GetParam().status);
  EXPECT_EQ(run.rule(1) == RuleState::ok, GetParam().status == "pass");
}

INSTANTIATE_TEST_SUITE_P(
    Replies,
    BareAuthAnswered,
    ::testing::Values(
        Row{"Challenge", "334 ", "fail"},
        Row{"Success", "235 2.7.0 Authentication successful", "fail"},
        Row{"WrongPassword", "535 5.7.8 Error: authentication failed:", "fail"},
        Row{"WrongPasswordWithoutEnhancedCode", "535 Incorrect authentication data", "fail"},
        Row{"BackEndTrouble",
            "454 4.7.0 Temporary authentication failure: Connection lost",
            "fail"},
        Row{"MechanismTrouble",
            "535 5.7.8 Error: authentication failed: Invalid authentication mechanism",
            "pass"},
        Row{"NotAdvertised", "503 AUTH command used when not advertised", "pass"},
        Row{"EncryptionRequired",
            "538 5.7.11 Encryption required for requested authentication mechanism",
            "pass"},
        Row{"StarttlsFirst", "530 5.7.0 Must issue a STARTTLS command first", "pass"},
        Row{"TemporaryButAboutTls", "451 4.7.0 TLS is required for AUTH", "pass"},
        Row{"UnknownMechanism", "504 5.5.4 Unrecognized authentication type", "pass"},
        Row{"Prohibited", "550 5.7.1 Authentication is not allowed here", "pass"},
        Row{"JustOk", "250 2.0.0 Ok", "not_tested"},
        Row{"AuthNotEnabled", "535 Authentication not enabled", "not_tested"},
        Row{"TooManyLogins", "454 4.7.0 Too many login attempts", "not_tested"},
        Row{"TooManyErrors", "503 5.7.0 Too many errors", "not_tested"},
        Row{"BlockedClient", "550 5.7.1 blocked using zen.spamhaus.org", "not_tested"},
        Row{"AnotherEhloFirst", "503 5.5.1 send EHLO first", "not_tested"},
        Row{"Busy", "451 4.3.0 Try again later", "not_tested"},
        Row{"Fifty", "550 no, although 250 or 235 would be nicer", "not_tested"},
        Row{"SuccessInTheText", "503 235 authentication not enabled 334", "pass"}),
    [](const auto& each) { return each.param.name; });

TEST(ClearAuth, ChallengesAreCancelledAndNothingSecretIsSent) {
  Script script;
  script.clear_auth = {25, 587};
  const auto run = audit(script, {.with_login = true});
  test::expect_sound(run);
  EXPECT_EQ(run.rule(1), RuleState::no);
  for (const auto& heard : run.heard) {
    if (!heard.tls && heard.line.starts_with("AUTH")) {
      EXPECT_EQ(heard.line.find(' ', 5), std::string::npos) << heard.line;
    }
  }
  EXPECT_GE(run.heard_count("*"), 1);
}

TEST(ClearAuth, OnThreePortsIsProvedOnOneOnly) {
  Script script;
  script.clear_auth = {25, 587};
  const auto run = audit(script);
  EXPECT_EQ(run.heard_count("*"), 1);
  EXPECT_EQ(run.status("A2", 25).substr(0, 4), "fail");
  EXPECT_EQ(run.status("A2", 587).substr(0, 4), "fail");
}

TEST(ClearAuth, TakenAfterHeloOnlyIsFound) {
  Script script{.ports = {25}};
  int hellos = 0;
  script.on("HELO", [&](const Dialogue&) {
    ++hellos;
    return std::nullopt;
  });
  script.on("AUTH", [&](const Dialogue& d) {
    return d.port == 25 && hellos > 0 ? std::optional(say("334 ")) : std::nullopt;
  });
  const auto run = audit(script);
  EXPECT_EQ(run.status("A2", 25), "fail");
}

TEST(ClearAuth, EximsRefusalIsAskedForOnceInARun) {
  const auto run = audit(clear_auth_answers("503 AUTH command used when not advertised"));
  int in_clear = 0;
  for (const auto& heard : run.heard) {
    in_clear += !heard.tls && heard.line.starts_with("AUTH") ? 1 : 0;
  }
  EXPECT_EQ(in_clear, 1);
  EXPECT_EQ(run.status("A2", 25), "pass likely");
  EXPECT_LE(run.report.noise.lines(), 2);
}

TEST(ClearAuth, EximsRefusalIsNoneOfAServerThatGreetsOtherwise) {
  auto script = clear_auth_answers("503 AUTH command used when not advertised");
  script.overrides.insert(script.overrides.begin(), {"AUTH", [](const Dialogue& d) {
                                                       return d.port == 25 && !d.tls
                                                                  ? std::optional(say("334 "))
                                                                  : std::nullopt;
                                                     }});
  script.on("(connect)", [](const Dialogue& d) {
    return d.port == 25 ? std::optional(say("220 mx.example.org ESMTP gate")) : std::nullopt;
  });
  EXPECT_EQ(audit(script).status("A2", 25), "fail");
}

TEST(ClearAuth, NeverMoreThanTwoRefusalsAConnection) {
  auto script = clear_auth_answers("504 5.5.4 Unrecognized authentication type");
  script.on("EHLO", [](const Dialogue& d) {
    return d.tls ? std::nullopt
                 : std::optional(raw("250-mail.example.org\r\n250-STARTTLS\r\n"
                                     "250 AUTH CRAM-MD5 DIGEST-MD5 NTLM SCRAM-SHA-1 SCRAM-SHA-256 "
                                     "LOGIN PLAIN\r\n"));
  });
  const auto run = audit(script);
  test::expect_sound(run);
  std::map<std::pair<int, int>, int> refused;
  for (const auto& heard : run.heard) {
    if (!heard.tls && heard.line.starts_with("AUTH")) {
      const auto count = ++refused[std::pair(heard.port, heard.connection)];
      EXPECT_LE(count, 2) << heard.port << " " << heard.connection;
    }
  }
}

TEST(ClearAuth, ALateMechanismOfALongListIsNotForgotten) {
  auto script = Script{.ports = {587}};
  script.on("AUTH PLAIN",
            [](const Dialogue& d) { return d.tls ? std::nullopt : std::optional(say("334 ")); });
  script.on("AUTH", [](const Dialogue& d) {
    return d.tls ? std::nullopt : std::optional(say("504 5.5.4 no"));
  });
  script.on("EHLO", [](const Dialogue& d) {
    return d.tls ? std::nullopt
                 : std::optional(raw("250-mail.example.org\r\n250-STARTTLS\r\n"
                                     "250 AUTH SCRAM-1 SCRAM-2 SCRAM-3 SCRAM-4 SCRAM-5 SCRAM-6 "
                                     "SCRAM-7 LOGIN PLAIN\r\n"));
  });
  const auto run = audit(script);
  EXPECT_NE(run.status("A2", 587), "pass");
  EXPECT_NE(run.rule(1), RuleState::ok);
}

TEST(ClearAuth, PlainAndLoginAreAskedForWhateverElseIsOfferedAndRefused) {
  for (const auto* hidden : {"AUTH PLAIN", "AUTH LOGIN"}) {
    Script script{.ports = {587}};
    const auto in_clear = [](const char* answer) {
      return
          [answer](const Dialogue& d) { return d.tls ? std::nullopt : std::optional(say(answer)); };
    };
    script.on(hidden, in_clear("334 "));
    script.on("AUTH", in_clear("504 5.5.4 Unrecognized authentication type"));
    script.on("EHLO", [](const Dialogue& d) {
      return d.tls ? std::nullopt
                   : std::optional(raw("250-mail.example.org\r\n250-STARTTLS\r\n"
                                       "250 AUTH CRAM-MD5 DIGEST-MD5 NTLM SCRAM-SHA-1 "
                                       "SCRAM-SHA-256 XOAUTH2\r\n"));
    });
    EXPECT_EQ(audit(script).status("A2", 587), "fail") << hidden;
  }
}

TEST(ClearAuth, LoginAfterHeloIsAskedForThoughOthersAreOffered) {
  Script script{.ports = {25}};
  std::set<int> after_helo;  // connections
  std::mutex mutex;
  script.on("HELO", [&](const Dialogue& d) {
    const std::lock_guard lock(mutex);
    after_helo.insert(d.connection);
    return std::nullopt;
  });
  script.on("AUTH", [&](const Dialogue& d) {
    const std::lock_guard lock(mutex);
    const bool taken = after_helo.contains(d.connection) && d.line == "AUTH LOGIN";
    return std::optional(say(taken ? "334 VXNlcm5hbWU6" : "504 5.5.4 no"));
  });
  script.on("EHLO", [](const Dialogue& d) {
    return d.tls ? std::nullopt
                 : std::optional(raw("250-mail.example.org\r\n250-STARTTLS\r\n"
                                     "250 AUTH CRAM-MD5 DIGEST-MD5\r\n"));
  });
  EXPECT_EQ(audit(script).status("A2", 25), "fail");
}

/// 587 refuses PLAIN in clear with `refusal` and takes `taken`.
std::string one_taken(const std::string& refusal,
                      const std::string& taken,
                      const std::string& offered) {
  Script script{.ports = {587}};
  script.on("AUTH", [=](const Dialogue& d) {
    return d.tls                           ? std::nullopt
           : d.line.ends_with(" " + taken) ? std::optional(say("334 "))
                                           : std::optional(say(refusal));
  });
  script.on("EHLO", [=](const Dialogue& d) {
    return d.tls ? std::nullopt
                 : std::optional(raw("250-mail.example.org\r\n250-STARTTLS\r\n" + offered +
                                     "250 8BITMIME\r\n"));
  });
  const auto run = audit(script);
  test::expect_sound(run);
  return run.status("A2", 587);
}

TEST(ClearAuth, ARefusalOfPlainIsNoneOfLoginNorOfCramMd5) {
  constexpr auto encrypt = "538 5.7.11 Encryption required for requested authentication mechanism";
  EXPECT_EQ(one_taken(encrypt, "CRAM-MD5", "250-AUTH PLAIN LOGIN CRAM-MD5\r\n"), "fail");
  EXPECT_EQ(one_taken(encrypt, "LOGIN", "250-AUTH PLAIN LOGIN\r\n"), "fail");
  EXPECT_EQ(one_taken("503 5.5.1 no", "LOGIN", "250-AUTH PLAIN LOGIN\r\n"), "fail");
  EXPECT_EQ(one_taken("500 5.5.2 what?", "LOGIN", ""), "fail");
}

TEST(ClearAuth, RefusedAsAWholeIsAskedForByKindsOnly) {
  auto script = clear_auth_answers("530 5.7.0 Must issue a STARTTLS command first");
  script.ports = {587};
  script.on("EHLO", [](const Dialogue& d) {
    return d.tls ? std::nullopt
                 : std::optional(raw("250-mail.example.org\r\n250-STARTTLS\r\n"
                                     "250 AUTH CRAM-MD5 DIGEST-MD5 NTLM SCRAM-SHA-1 SCRAM-SHA-256 "
                                     "XOAUTH2 OAUTHBEARER LOGIN PLAIN\r\n"));
  });
  const auto run = audit(script);
  EXPECT_EQ(run.status("A2", 587), "pass");
  EXPECT_EQ(run.heard_count("AUTH DIGEST-MD5"), 0);
  EXPECT_EQ(run.heard_count("AUTH LOGIN"), 2);  // after EHLO, and after HELO
}

TEST(ClearAuth, A501IsComparedWithTls) {
  // 587 answers 501 in clear and a challenge over TLS: refused in clear. 25 never offers AUTH over
  // TLS.
  const auto run = audit(clear_auth_answers("501 5.5.4 Syntax: AUTH mechanism"));
  EXPECT_EQ(run.status("A2", 587), "pass");
  EXPECT_EQ(run.status("A2", 25), "not_tested");
}

TEST(ClearAuth, A501OnBothSidesProvesNothing) {
  Script script{.ports = {587}};
  script.on("AUTH", "501 5.5.4 Syntax: AUTH mechanism initial-response");
  const auto run = audit(script);
  EXPECT_EQ(run.status("A2", 587), "not_tested");
  EXPECT_NE(run.rule(1), RuleState::ok);
}

TEST(ClearAuth, AHangUpAtTheQuestionIsNotTested) {
  Script script{.ports = {587}};
  script.on("AUTH",
            [](const Dialogue& d) { return d.tls ? std::nullopt : std::optional(hang_up()); });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A2", 587), "not_tested");
  EXPECT_EQ(run.status("A4", 587), "pass");
  EXPECT_EQ(run.status("A5", 587), "pass");
}

TEST(ClearAuth, AHangUpBehindARefusalCostsNoOtherAnswer) {
  for (const int limit : {1, 2}) {
    Script script;
    std::map<std::pair<int, int>, int> refused;
    std::mutex mutex;  // guards refused
    script.on("AUTH", [&](const Dialogue& d) -> std::optional<test::Answer> {
      constexpr auto words = "530 5.7.0 Must issue a STARTTLS command first";
      if (d.tls) {
        return std::nullopt;
      }
      const std::lock_guard lock(mutex);
      return ++refused[std::pair(d.port, d.connection)] == limit ? hang_up(words) : say(words);
    });
    const auto run = audit(script);
    test::expect_sound(run);
    for (const int port : {25, 587}) {
      EXPECT_EQ(run.status("A2", port), "pass") << limit << " " << port;
      EXPECT_EQ(run.status("A5", port), "pass") << limit << " " << port;
      EXPECT_EQ(run.status("A6", port), "pass") << limit << " " << port;
    }
    EXPECT_EQ(run.status("A3", 587), "pass") << limit;
  }
}

TEST(ClearAuth, AHangUpAfterHeloIsNoPass) {
  Script script{.ports = {25}};
  script.on("HELO", [](const Dialogue&) { return hang_up(); });
  EXPECT_EQ(audit(script).status("A2", 25), "not_tested");
}

TEST(ClearAuth, HeloRefusedIsNotApplicable) {
  Script script{.ports = {25}};
  script.on("HELO", "502 5.5.1 EHLO, please");
  EXPECT_EQ(audit(script).status("A2", 25), "pass");
}

TEST(Ehlo, AuthOnItsLastLineIsSeen) {
  Script script;
  script.on("EHLO", [](const Dialogue& d) {
    return d.tls ? std::nullopt
                 : std::optional(
                       raw("250-mail.example.org\r\n250-STARTTLS\r\n250 AUTH LOGIN PLAIN\r\n"));
  });
  script.clear_auth = {25, 587};
  const auto run = audit(script);
  EXPECT_EQ(run.status("A2", 587).substr(0, 4), "fail");
}

TEST(Ehlo, ByteByByteIsReadAlike) {
  for (const std::size_t chunk : {1, 2, 7}) {
    const auto run = audit({.chunk = chunk});
    EXPECT_EQ(run.failures(), "");
    EXPECT_EQ(run.status("A5", 587), "pass");
    EXPECT_EQ(run.status("S1", 25), "pass");
    EXPECT_EQ(run.rule(1), RuleState::ok);
  }
}

TEST(Ehlo, AnsweredInSeveralRepliesOffersNobodyKnowsWhat) {
  Script script;
  script.on("EHLO", [](const Dialogue&) {
    return raw("250 mail.example.org\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n");
  });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
  EXPECT_EQ(run.rule(1), RuleState::unknown);
}

TEST(Ehlo, AnsweredInSeveralRepliesUnderTlsLeavesS2Open) {
  Script script{.ports = {587}};
  script.on("EHLO", [](const Dialogue& d) {
    return d.tls && d.connection > 1
               ? std::optional(raw("250 mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n"))
               : std::nullopt;
  });
  const auto run = audit(script, {.with_login = true});
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
  EXPECT_EQ(run.status("S2", 587), "not_tested");
  EXPECT_NE(run.everything().find("more than one reply to EHLO"), std::string::npos);
}

TEST(Ehlo, UnknownToTheServerLeadsToHelo) {
  Script script;
  script.on("EHLO", "502 5.5.1 Command not implemented");
  script.on("AUTH", "502 5.5.1 Command not implemented");
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A2", 25), "pass");
  EXPECT_EQ(run.status("A4", 587), "fail");
}

TEST(Offers, XclientIsAWarning) {
  Script script{.ports = {25}};
  script.on("EHLO", [](const Dialogue& d) {
    return d.port == 25 && !d.tls
               ? std::optional(
                     raw("250-mail.example.org\r\n250-STARTTLS\r\n250 XCLIENT NAME ADDR\r\n"))
               : std::nullopt;
  });
  EXPECT_EQ(audit(script).status("X11", 25), "warn");
}

TEST(Pool, StarttlsMissingOnSomeConnectionsIsAWarning) {
  Script script{.ports = {25}};
  script.on("EHLO", [](const Dialogue& d) {
    return d.port == 25 && d.connection == 2
               ? std::optional(raw("250-mail.example.org\r\n250 8BITMIME\r\n"))
               : std::nullopt;
  });
  EXPECT_EQ(audit(script).status("A8", 25), "warn");
}

}  // namespace
}  // namespace spranga::check
