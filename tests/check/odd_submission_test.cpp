// S4, A3 and S2 against what products say on submission ports.
#include <gtest/gtest.h>

#include "tests/check/odd_servers.h"

namespace spranga::check {
namespace {

using finding::RuleState;
using test::audit;
using test::Dialogue;
using test::go_ahead;
using test::Script;

const test::Wishes login{.with_login = true};

class StrangersAtMail : public ::testing::TestWithParam<OddServer> {};

/// The words are the answer to MAIL without a login, under TLS.
TEST_P(StrangersAtMail, AreJudgedTruly) {
  Script script{.ports = {587}};
  script.on("MAIL", answers_where(GetParam().words, [](const Dialogue& d) {
              return d.tls && !d.logged_in;
            }));
  const auto run = audit(script, login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S4", 587), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    Products,
    StrangersAtMail,
    ::testing::Values(
        OddServer{"M365", "530 5.7.57 Client not authenticated to send mail.", "pass"},
        OddServer{"Exchange",
                  "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during "
                  "MAIL FROM",
                  "pass"},
        OddServer{"Gmail",
                  "530-5.7.0 Authentication Required. For more information, go to|530 5.7.0  "
                  "https://support.google.com/accounts/troubleshooter/2402620 - gsmtp",
                  "pass"},
        OddServer{"Qmail", "503 you must authenticate first (#5.5.1)", "pass"},
        OddServer{
            "OpenSmtpd", "530 5.5.1 Invalid command: Must issue an AUTH command first", "pass"},
        OddServer{"Courier", "535 Authentication required.", "pass"},
        OddServer{"HMailServer", "530 SMTP authentication is required.", "pass"},
        OddServer{"Stalwart", "503 5.5.1 You must authenticate first.", "pass"},
        OddServer{"Haraka", "550 authentication required", "pass"},
        OddServer{"Dovecot", "530 5.7.0 Authentication required.", "pass"},
        OddServer{"Listed", "554 5.7.1 Client host blocked using zen.spamhaus.org", "not_tested"},
        OddServer{
            "NoPtr", "450 4.7.25 Client host rejected: cannot find your hostname", "not_tested"},
        OddServer{"Busy", "452 4.3.1 Insufficient system storage", "not_tested"},
        OddServer{"Broken", "451 4.3.0 Temporary lookup failure", "not_tested"},
        OddServer{"Helo", "550 5.7.1 HELO name does not resolve", "not_tested"}),
    [](const auto& each) { return each.param.name; });

class StrangersAtData : public ::testing::TestWithParam<OddServer> {};

/// MAIL and RCPT of strangers are taken; the words are the answer to DATA.
TEST_P(StrangersAtData, AreJudgedTruly) {
  Script script{.ports = {465}};
  script.on("MAIL", to_strangers("250 2.1.0 Ok"));
  script.on("RCPT", to_strangers("250 2.1.5 Ok"));
  script.on("DATA", to_strangers(GetParam().words));
  const auto run = audit(script, login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S4", 465), GetParam().status);
  EXPECT_EQ(run.message_bytes, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Products,
    StrangersAtData,
    ::testing::Values(OddServer{"LoginFirst", "530 5.7.0 Authentication required", "pass"},
                      OddServer{"Nobody", "554 5.5.1 Error: no valid recipients", "pass"},
                      OddServer{"Ready", "354 go on", "fail likely"},
                      OddServer{"Spam", "554 5.7.1 Spam message rejected", "not_tested"},
                      OddServer{"Vague", "550 5.7.1 Access denied", "not_tested"},
                      OddServer{"Later", "421 4.4.2 timeout", "not_tested"}),
    [](const auto& each) { return each.param.name; });

class ForgedSender : public ::testing::TestWithParam<OddServer> {};

/// The words are the answer to RCPT, where a login used another sender than its own.
TEST_P(ForgedSender, IsJudgedTruly) {
  Script script{.ports = {587}};
  script.on("RCPT", to_forged(GetParam().words));
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  const auto run = audit(script, login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S2", 587), GetParam().status);
  EXPECT_EQ(run.message_bytes, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Products,
    ForgedSender,
    ::testing::Values(
        OddServer{"Postfix",
                  "553 5.7.1 <x@example.org>: Sender address rejected: not owned by user bob",
                  "pass"},
        OddServer{"Exim", "550 Sender address not owned by this login", "pass"},
        OddServer{"M365",
                  "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
                  "pass"},
        OddServer{"Kerio", "550 5.7.1 You are not allowed to send as this user", "pass"},
        OddServer{"HMailServer",
                  "550 Delivery is not allowed to this address. Not authorized to use this sender",
                  "pass"},
        OddServer{"Stalwart", "501 5.5.4 You are not allowed to send from this address.", "pass"},
        OddServer{"OpenSmtpd", "550 Invalid sender", "pass"},
        OddServer{"Axigen", "550 Sender mismatch", "pass"},
        OddServer{"Zimbra", "553 5.7.1 Sender address rejected: not logged in", "pass"},
        OddServer{"Greylisting", "450 4.2.0 Greylisted", "not_tested"},
        OddServer{"RateLimit", "450 4.7.1 Rate limit exceeded", "not_tested"},
        OddServer{"Quota", "550 5.4.5 Daily sending quota exceeded", "not_tested"},
        OddServer{
            "NoSuchDomain", "550 5.1.8 Sender address rejected: Domain not found", "not_tested"},
        OddServer{"Outage", "451 4.3.0 policy service is down", "not_tested"},
        OddServer{"Taken", "250 2.1.5 Ok", "fail likely"}),
    [](const auto& each) { return each.param.name; });

/// Any mailbox of the domain that exists may be used by any login; foreign senders may not.
TEST(SendersOfTheOwnDomain, ThatAreLookedUpOnlyAreNotClaimedToBeBound) {
  Script script{.ports = {587}};
  script.on("(connect)", "220 mail.example.org ESMTP OpenSMTPD");  // whose refusals nobody counts
  script.on("RCPT", [](const Dialogue& d) -> std::optional<test::Answer> {
    if (!d.logged_in || !d.sender || *d.sender == test::user) {
      return std::nullopt;
    }
    if (*d.sender == "carol@example.org") {
      return lines("250 2.1.5 Ok");
    }
    return lines(d.sender->ends_with("@example.org")
                     ? "550 5.1.0 <x>: Sender address rejected: User unknown in local table"
                     : "554 5.7.1 <x>: Sender address rejected: Access denied");
  });
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  const auto run = audit(script, login);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S2", 587), "not_tested");
  EXPECT_NE(run.rule(2), RuleState::ok);
  EXPECT_EQ(run.find("S2", 587)->summary.word, words::Word::s2_unknown_colleague);
  EXPECT_TRUE(run.report.rules[1].settle_command.ends_with(" --other COLLEAGUE"))
      << run.report.rules[1].settle_command;
  const test::Wishes other{.with_login = true, .settings = [](CheckSettings& s) {
                             s.other_address = "carol@example.org";
                           }};
  EXPECT_EQ(audit(script, other).status("S2", 587), "fail likely");
}

TEST(ARewrittenSender, LooksLikeATakenOneUntilTheMessage) {
  Script script{.ports = {587}};
  script.on("RCPT", to_forged("250 2.1.5 Ok"));
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  const auto run = audit(script, login);
  EXPECT_EQ(run.status("S2", 587), "fail likely");  // never proven without a message
  EXPECT_EQ(run.message_bytes, 0U);
}

TEST(StarttlsOn587, IsNotInsistedOnByOneThatTakesMailAndRefusesAtRcpt) {
  for (const auto& row :
       {OddServer{"LoginFirst", "530 5.7.0 Authentication required", "pass"},
        OddServer{"Relay", "554 5.7.1 Client host rejected: Access denied", "not_tested"},
        OddServer{"Taken", "250 2.1.5 Ok", "fail"},
        OddServer{"Later", "450 4.2.0 Greylisted", "not_tested"}}) {
    Script script{.ports = {587}};
    script.on("MAIL", in_clear("250 2.1.0 Ok"));
    script.on("RCPT", in_clear(row.words));
    EXPECT_EQ(audit(script).status("A3", 587), row.status) << row.name;
  }
}

}  // namespace
}  // namespace spranga::check
