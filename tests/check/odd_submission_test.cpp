// S4 and A3 against what products say on submission ports.
#include <gtest/gtest.h>

#include "tests/check/odd_servers.h"

namespace spranga::check {
namespace {

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

/// Whoever writes as the own domain is let through before a login is asked for.
TEST(SubmissionForTheOwnDomain, BeforeALoginIsAskedForIsFound) {
  for (const auto* to_others : {"530 5.7.0 Authentication required",
                                "554 5.7.1 <x>: Recipient address rejected: Access denied"}) {
    Script script{.ports = {587}};
    script.on("MAIL", [to_others](const Dialogue& d) {
      const bool own = d.line.find("@example.org>") != std::string::npos;
      return d.tls && !d.logged_in ? std::optional(lines(own ? "250 2.1.0 Ok" : to_others))
                                   : std::nullopt;
    });
    script.on("RCPT", to_strangers("250 2.1.5 Ok"));
    script.on("DATA", [](const Dialogue&) { return go_ahead(); });
    EXPECT_EQ(audit(script).status("S4", 587), "fail likely") << to_others;
  }
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
