// S2 against servers that bind senders to logins early, late, silently or not at all; and logins
// that fail.
#include <gtest/gtest.h>

#include <map>

#include "smtp/sasl.h"
#include "tests/support/audited.h"

namespace spranga::check {
namespace {

using finding::RuleState;
using test::Answer;
using test::audit;
using test::Dialogue;
using test::go_ahead;
using test::hang_up;
using test::raw;
using test::say;
using test::Script;

const test::Wishes login{.with_login = true};

bool forged(const Dialogue& d) {
  return d.sender && *d.sender != test::user;
}

/// After login every sender passes MAIL and RCPT.
Script lets_everybody(const std::function<Answer()>& at_data) {
  Script script{.ports = {587}};
  script.on("RCPT", [](const Dialogue& d) {
    return d.logged_in ? std::optional(say("250 2.1.5 Ok")) : std::nullopt;
  });
  script.on("DATA", [at_data](const Dialogue& d) {
    return d.logged_in ? std::optional(at_data()) : std::nullopt;
  });
  return script;
}

TEST(Senders, RefusedAtRcptPass) {
  const auto run = audit({}, login);
  EXPECT_EQ(run.status("S2", 587), "pass");
  EXPECT_EQ(run.message_bytes, 0U);
}

TEST(Senders, RefusedAtMailPass) {
  Script script{.ports = {587}};
  script.on("MAIL", [](const Dialogue& d) {
    const bool own =
        d.line.find(std::string("<") + std::string(test::user) + ">") != std::string::npos;
    return d.logged_in && !own ? std::optional(say("530 Sender rejected")) : std::nullopt;
  });
  EXPECT_EQ(audit(script, login).status("S2", 587), "pass");
}

TEST(Senders, RefusedAtDataPass) {
  const auto run = audit(
      lets_everybody([] {
        return say("550 5.7.60 SMTP; Client does not have permissions to send as this sender");
      }),
      login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S2", 587), "pass");
}

TEST(Senders, TakenSilentlyFailAndNotAByteIsSent) {
  const auto run = audit(lets_everybody(go_ahead), login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S2", 587), "fail likely");
  EXPECT_EQ(run.rule(2), RuleState::no);
  EXPECT_EQ(run.message_bytes, 0U);
  int data = 0;
  for (const auto& heard : run.heard) {
    data += heard.port == 587 && heard.line == "DATA" ? 1 : 0;
  }
  EXPECT_EQ(data, 1);  // the first 354 settles it
}

TEST(Senders, TakenWithAMessageAreProved) {
  const auto run =
      audit(lets_everybody(go_ahead),
            {.with_login = true, .settings = [](CheckSettings& s) { s.deliver = true; }});
  test::expect_sound(run);
  EXPECT_EQ(run.status("S2", 587), "fail");
  EXPECT_GT(run.message_bytes, 0U);
}

TEST(Senders, WhoseMessageIsRefusedPass) {
  auto script = lets_everybody(go_ahead);
  script.on("(message)", "550 5.7.1 Sender not owned by login");
  EXPECT_EQ(
      audit(script, {.with_login = true, .settings = [](CheckSettings& s) { s.deliver = true; }})
          .status("S2", 587),
      "pass");
}

TEST(Senders, WhoseDataIsOkOrPutOffProveNothing) {
  for (const auto* reply : {"250 2.0.0 Ok",
                            "451 4.3.0 Try again later",
                            "421 4.3.0 closing",
                            "550 5.4.5 Daily user sending limit exceeded",
                            "554 5.7.1 looks like spam",
                            "550 Administrative prohibition"}) {
    const auto run = audit(lets_everybody([reply] { return say(reply); }), login);
    test::expect_sound(run);
    EXPECT_EQ(run.status("S2", 587), "not_tested") << reply;
    EXPECT_NE(run.rule(2), RuleState::ok) << reply;
  }
}

TEST(Senders, PutOffProveNothingUnlessItIsAboutOwnership) {
  struct Row {
    std::string reply;
    std::string status;
  };

  for (const auto& row :
       {Row{"450 4.1.8 <x>: Sender address rejected: Domain not found", "not_tested"},
        Row{"451 4.3.0 Temporary lookup failure", "not_tested"},
        Row{"451 4.7.1 Service unavailable - try again later", "not_tested"},
        Row{"450 4.7.1 <x>: Sender address rejected: not owned by user", "pass"}}) {
    Script script{.ports = {587}};
    script.on("RCPT", [&](const Dialogue& d) {
      return d.logged_in && forged(d) ? std::optional(say(row.reply)) : std::nullopt;
    });
    EXPECT_EQ(audit(script, login).status("S2", 587), row.status) << row.reply;
  }
}

TEST(Senders, OfExchangeAreComparedWithTheLoginAfterTheMessageOnly) {
  auto script = lets_everybody(go_ahead);
  script.on("(connect)", "220 mail.example.org Microsoft ESMTP MAIL Service ready");
  script.on("(message)",
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender");
  const auto run = audit(script, login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S2", 587), "not_tested");
  EXPECT_EQ(run.message_bytes, 0U);
  EXPECT_TRUE(run.report.rules[1].settle_command.ends_with(" --deliver"));
  const test::Wishes deliver{.with_login = true,
                             .settings = [](CheckSettings& s) { s.deliver = true; }};
  EXPECT_EQ(audit(script, deliver).status("S2", 587), "pass");
}

TEST(Senders, OfAColleagueAreTriedOnEveryPort) {
  Script script{.ports = {465, 587}};
  script.on("RCPT", [](const Dialogue& d) {
    return d.logged_in && d.port == 465 && d.sender && d.sender->ends_with("@example.org")
               ? std::optional(say("250 2.1.5 Ok"))
               : std::nullopt;
  });
  script.on("DATA", [](const Dialogue& d) {
    return d.port == 465 ? std::optional(go_ahead()) : std::nullopt;
  });
  const auto run = audit(script, login);
  EXPECT_EQ(run.status("S2", 587), "pass");
  EXPECT_EQ(run.status("S2", 465), "fail likely");
}

TEST(Senders, ProveNothingWhereTheOwnAddressIsRefusedToo) {
  Script script{.ports = {587}};
  script.on("RCPT", [](const Dialogue& d) {
    return d.logged_in ? std::optional(say("553 5.7.1 Sender address rejected: not owned by user"))
                       : std::nullopt;
  });
  const auto run = audit(script, login);
  EXPECT_EQ(run.status("S2", 587), "not_tested");
  EXPECT_NE(run.rule(2), RuleState::ok);
}

TEST(Senders, AreTriedWithAtMostEightRefusalsAConnection) {
  const auto run = audit({}, login);
  std::map<std::pair<int, int>, int> mails;
  for (const auto& heard : run.heard) {
    if (heard.tls && heard.line.starts_with("MAIL")) {
      ++mails[std::pair(heard.port, heard.connection)];
    }
  }
  for (const auto& [where, count] : mails) {
    EXPECT_LE(count, 10) << where.first;  // eight forms, the control, and S4's
  }
}

TEST(Senders, WhoseRefusalsAGuardCountsAreNotTriedToTheEnd) {
  Script script{.ports = {25, 587}};
  script.on("(connect)", "220 mail.example.org ESMTP Exim 4.96");
  script.on("MAIL", [](const Dialogue& d) {
    const bool own = d.line.find("<bob@") != std::string::npos;
    return d.logged_in && !own ? std::optional(say("550 Sender verify failed")) : std::nullopt;
  });
  const auto run = audit(script, login);
  EXPECT_EQ(run.status("S2", 587), "not_tested");
  EXPECT_LE(run.report.noise.lines(), 2);
  EXPECT_NE(run.rule(2), RuleState::ok);
}

TEST(Login, ThatFailsLeavesS2Open) {
  for (const auto* reply : {"535 5.7.8 Error: authentication failed",
                            "454 4.7.0 Temporary authentication failure",
                            "534 5.7.9 Please log in with your web browser",
                            "550 5.7.30 Basic authentication is not supported",
                            "250 2.0.0 Ok",
                            "334 "}) {
    Script script;
    script.on("AUTH", [reply](const Dialogue& d) {
      return d.tls ? std::optional(say(reply)) : std::nullopt;
    });
    const auto run = audit(script, login);
    test::expect_sound(run);
    EXPECT_EQ(run.status("S2", 587), "not_tested") << reply;
    EXPECT_EQ(run.failures(), "") << reply;
    EXPECT_LE(run.heard_count("AUTH PLAIN "), 2) << reply;  // one each on 587 and 465
  }
}

TEST(Login, GoesToLoginWherePlainIsTheTrouble) {
  Script script{.ports = {587}};
  script.on("AUTH PLAIN ", [](const Dialogue& d) {
    return d.tls ? std::optional(say("504 5.7.4 Unrecognized authentication type")) : std::nullopt;
  });
  EXPECT_EQ(audit(script, login).status("S2", 587), "pass");
}

void expect_no_password(const test::Audited& run) {
  EXPECT_EQ(run.received.find(smtp::base64(test::password)), std::string::npos);
  EXPECT_EQ(run.received.find(smtp::plain_response(test::user, test::password)), std::string::npos);
  EXPECT_EQ(run.received.find(std::string(test::password)), std::string::npos);
}

TEST(Password, IsNotSentToAnUntrustedCertificate) {
  const auto other = net::ServerIdentity::make({.name = "mail.example.org"});
  ASSERT_TRUE(other);
  Script script{.ports = {587}};
  script.tls_context = other->context();
  const auto run = audit(script, login);
  expect_no_password(run);
  EXPECT_EQ(run.status("S2", 587), "not_tested");
}

TEST(Password, IsNotSentToACertificateForAnotherName) {
  const auto run = audit({}, {.with_login = true, .settings = [](CheckSettings& s) {
                                s.tls_name = "other.example.org";
                              }});
  expect_no_password(run);
  EXPECT_EQ(run.status("S2", 587), "not_tested");
}

TEST(Password, IsNotSentInClearWhateverTheServerOffers) {
  Script script{.implicit_tls = {}};
  script.clear_auth = {25, 465, 587};
  script.on("EHLO", [](const Dialogue&) {
    return raw("250-mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n");
  });
  const auto run = audit(script, login);
  test::expect_sound(run);
  expect_no_password(run);
}

TEST(Password, ThatTheServerRepeatsIsHidden) {
  Script script{.ports = {587}};
  script.on("AUTH PLAIN ", [](const Dialogue& d) {
    return d.tls ? std::optional(raw("535-5.7.8 you said " + d.line + "\r\n535 5.7.8 that is " +
                                     std::string(test::password) + "\r\n"))
                 : std::nullopt;
  });
  const auto run = audit(script, login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S2", 587), "not_tested");
}

TEST(Password, ThatTheServerRepeatsInABrokenReplyIsHidden) {
  Script script{.ports = {587}};
  script.on("AUTH PLAIN ", [](const Dialogue& d) {
    return d.tls ? std::optional(
                       raw("what? " + d.line + " is " + std::string(test::password) + "\r\n"))
                 : std::nullopt;
  });
  test::expect_sound(audit(script, login));
}

TEST(Password, ThatTheServerRepeatsInALaterConnectionIsHidden) {
  Script script;
  script.on("(connect)", [](const Dialogue&) { return say("220 " + std::string(test::password)); });
  script.on("EHLO", [](const Dialogue& d) {
    return d.port == 25
               ? std::optional(raw("250-" + smtp::plain_response(test::user, test::password) +
                                   "\r\n250 " + smtp::base64("x" + std::string(test::password)) +
                                   "\r\n"))
               : std::nullopt;
  });
  const auto run = audit(script, login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S2", 587), "pass");
}

TEST(Password, InTheLoginDialogueIsHidden) {
  Script script{.ports = {587}};
  script.on("EHLO", [](const Dialogue& d) {
    return d.tls ? std::optional(raw("250-mail.example.org\r\n250 AUTH LOGIN\r\n")) : std::nullopt;
  });
  const auto run = audit(script, login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S2", 587), "pass");
}

}  // namespace
}  // namespace spranga::check
