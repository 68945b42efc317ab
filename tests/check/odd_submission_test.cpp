// S4 and A3 against what products say on submission ports.
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tests/check/odd_servers.h"

namespace spranga::check {
namespace {

using test::audit;
using test::Dialogue;
using test::go_ahead;
using test::Script;

const test::Wishes login{.with_login = true};

/// 25 is left out: its line may go to 465.
const test::Wishes alone{.settings = [](CheckSettings& s) { s.ports = {465}; }};

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

/// What 465 says, by the sender's domain, to whoever has not logged in; "" where a decent server
/// decides.
struct BySender {
  std::string own_mail{"250 2.1.0 Ok"};
  std::string own_rcpt{"250 2.1.5 Ok"};
  std::string own_data{"354 go on"};
  std::string others_mail{"250 2.1.0 Ok"};
  std::string others_rcpt{"250 2.1.5 Ok"};
  std::string others_data{"354 go on"};
};

bool of_own_domain(const std::string& path) {
  return path.find("@example.org>") != std::string::npos;
}

Script server_of(const BySender& answers, std::vector<int> ports = {25, 465}) {
  Script script{.ports = std::move(ports)};
  const auto own = std::make_shared<bool>(false);
  const auto to_us = [](const Dialogue& d) { return d.port != 25 && d.tls && !d.logged_in; };
  script.on("MAIL", [=](const Dialogue& d) -> std::optional<test::Answer> {
    if (!to_us(d)) {
      return std::nullopt;
    }
    *own = of_own_domain(d.line);
    return lines(*own ? answers.own_mail : answers.others_mail);
  });
  script.on("RCPT", [=](const Dialogue& d) {
    return to_us(d) ? std::optional(lines(*own ? answers.own_rcpt : answers.others_rcpt))
                    : std::nullopt;
  });
  script.on("DATA", [=](const Dialogue& d) {
    return to_us(d) ? std::optional(lines(*own ? answers.own_data : answers.others_data))
                    : std::nullopt;
  });
  return script;
}

/// The same, and it hangs up behind each refusal of a sender.
Script hanging_up(Script script, const std::string& verb, const std::string& words) {
  script.overrides.insert(script.overrides.begin(),
                          {verb, [words](const Dialogue& d) {
                             return d.port != 25 && d.tls && !d.logged_in
                                        ? std::optional(test::hang_up(words))
                                        : std::nullopt;
                           }});
  return script;
}

const auto* const login_first = "530 5.7.0 Authentication required";
const auto* const client_rejected =
    "554 5.7.1 <client[127.0.0.1]>: Client host rejected: Access denied";

TEST(SubmissionByRefusal, ThatHangsUpBehindItIsAskedAgain) {
  for (const int port : {465, 587}) {
    const auto run = audit(hanging_up(server_of({}, {25, port}), "MAIL", login_first));
    test::expect_sound(run);
    EXPECT_EQ(run.status("S4", port), "pass") << port;
  }
}

TEST(SubmissionByRefusal, ThatSaysGoodbyeAtTheSecondErrorIsAskedAgain) {
  Script script{.ports = {465}};
  const auto refusals = std::make_shared<std::map<int, int>>();
  script.on("MAIL", [refusals](const Dialogue& d) {
    return ++(*refusals)[d.connection] > 1 ? test::hang_up("421 4.7.0 Too many errors")
                                           : test::say(login_first);
  });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S4", 465), "pass");
}

TEST(SubmissionByRefusal, OfTheOwnDomainAloneIsNoPassThoughItHangsUp) {
  Script script{.ports = {465}};
  script.on("MAIL", [](const Dialogue& d) {
    return of_own_domain(d.line) ? test::hang_up(login_first) : test::say("250 2.1.0 Ok");
  });
  script.on("RCPT", "250 2.1.5 Ok");
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  EXPECT_EQ(audit(script).status("S4", 465), "fail likely");
}

TEST(SubmissionByRefusal, OfStrangersThatHangsUpHidesNotThatTheOwnDomainIsTaken) {
  auto script = server_of({}, {465});
  script.overrides.insert(
      script.overrides.begin(),
      {"MAIL", [](const Dialogue& d) {
         return of_own_domain(d.line) ? std::nullopt : std::optional(test::hang_up(login_first));
       }});
  const auto run = audit(script);
  EXPECT_EQ(run.status("S4", 465), "fail likely");
  EXPECT_EQ(run.find("S4", 465)->summary.word, words::Word::s4_open_to_own);
}

TEST(SubmissionByRefusal, OfRsetIsNoAnswerToASender) {
  for (const BySender& answers : {BySender{.own_mail = "550 5.7.23 SPF validation failed"},
                                  BySender{.own_rcpt = "550 5.7.23 SPF validation failed"},
                                  BySender{}}) {
    auto script = server_of(answers, {465});
    script.on("RSET", [](const Dialogue& d) {
      return d.port == 465 ? std::optional(test::say(login_first)) : std::nullopt;
    });
    EXPECT_EQ(audit(script).status("S4", 465), "fail likely") << answers.own_mail;
  }
}

TEST(SubmissionByRefusal, ThatComesAfterTheLoginIsNoPass) {
  for (const auto* unknown :
       {"550 5.1.1 <postmaster@example.org>: Recipient address rejected: User "
        "unknown in virtual mailbox table",
        "550 No such user here"}) {
    for (const auto* to_others : {client_rejected, login_first}) {
      const auto run =
          audit(server_of({.own_rcpt = unknown, .others_rcpt = to_others}, {465}), alone);
      EXPECT_EQ(run.status("S4", 465), "not_tested") << unknown << to_others;
    }
  }
  const auto run =
      audit(server_of({.own_rcpt = "550 Invalid recipient", .others_mail = login_first}));
  EXPECT_EQ(run.status("S4", 465), "not_tested");
}

TEST(SubmissionByRefusal, AtDataIsAskedForAsTheOwnDomainToo) {
  const auto run = audit(server_of({.others_data = login_first}));
  EXPECT_EQ(run.status("S4", 465), "fail likely");
  EXPECT_EQ(run.message_bytes, 0U);
  const auto put_off = server_of({.own_data = login_first, .others_rcpt = "451 4.7.1 Greylisted"});
  EXPECT_EQ(audit(put_off).status("S4", 465), "not_tested");
}

TEST(SubmissionByRefusal, AtDataIsALineThatGuardsCount) {
  const auto* words = "554 5.7.1 <DATA>: Data command rejected: Authentication required";
  const auto run = audit(server_of({.own_data = words, .others_data = words}, {25, 465, 587}));
  test::expect_sound(run);
  int heard = 0;
  for (const auto& line : run.heard) {
    heard += line.line == "DATA" ? 1 : 0;
  }
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(run.report.noise.lines(), 2);
  const bool asked_465 = run.status("S4", 465) == "pass likely";
  EXPECT_EQ(run.status("S4", asked_465 ? 465 : 587), "pass likely");
  EXPECT_EQ(run.status("S4", asked_465 ? 587 : 465), "not_tested");
}

TEST(SubmissionByRefusal, InAnAdminsWordsMayBeMeantForTheSender) {
  const auto* words =
      "554 5.7.1 <client[127.0.0.1]>: Client host rejected: log in first to write as example.org";
  const auto run = audit(server_of({.own_rcpt = words}));
  EXPECT_EQ(run.status("S4", 465), "pass likely");
  EXPECT_LE(run.report.noise.lines(), 2);
  EXPECT_EQ(audit(server_of({.own_rcpt = words}, {465}), alone).status("S4", 465), "fail likely");
  const auto alike = server_of({.own_rcpt = words, .others_rcpt = words}, {465});
  EXPECT_EQ(audit(alike, alone).status("S4", 465), "pass");
}

/// Senders are bound to logins and looked up; there is no postmaster.
TEST(SubmissionByRefusal, OfAPostmasterThatIsNotThereLeavesAWayOut) {
  const auto with_bound_senders = [](std::vector<int> ports) {
    auto script = server_of(
        {.own_rcpt = "550 5.1.0 <postmaster@example.org>: Sender address rejected: User unknown in "
                     "virtual mailbox table",
         .others_rcpt = "554 5.7.1 <bob@example.org>: Recipient address rejected: Access denied"},
        std::move(ports));
    script.overrides.insert(
        script.overrides.begin(),
        {"MAIL FROM:<BOB@", [](const Dialogue& d) {
           return d.tls && !d.logged_in
                      ? std::optional(test::say("553 5.7.1 <bob@example.org>: Sender address "
                                                "rejected: not logged in"))
                      : std::nullopt;
         }});
    return script;
  };
  const auto run = audit(with_bound_senders({25, 465}), login);
  EXPECT_EQ(run.find("S4", 465)->summary.word, words::Word::s4_budget);
  EXPECT_LE(run.report.noise.lines(), 2);
  EXPECT_EQ(audit(with_bound_senders({465}), {.with_login = true, .settings = alone.settings})
                .status("S4", 465),
            "pass");
}

TEST(SubmissionByRefusal, OfTheLoginsAddressForNowIsNotForgotten) {
  auto script = server_of({.own_mail = "550 5.1.8 Sender unknown", .others_mail = login_first});
  script.overrides.insert(
      script.overrides.begin(),
      {"MAIL FROM:<BOB@", [](const Dialogue& d) {
         return d.tls && !d.logged_in
                    ? std::optional(test::say("450 4.1.7 <bob@example.org>: Sender address "
                                              "rejected: unverified address"))
                    : std::nullopt;
       }});
  EXPECT_EQ(audit(script, login).status("S4", 465), "not_tested");
}

TEST(SubmissionByRefusal, OfAnUnknownSenderSpeaksOfNoRecipient) {
  const auto* words = "550 5.1.1 No such user";
  const auto run = audit(server_of({.own_mail = words, .others_mail = words}));
  EXPECT_EQ(run.find("S4", 465)->summary.word, words::Word::s4_unclear);
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

TEST(StarttlsOn587, IsLeftOpenWhereTheOwnDomainSendsWithoutALogin) {
  auto script = server_of({.others_rcpt = login_first}, {587});
  script.on("MAIL", in_clear("250 2.1.0 Ok")).on("RCPT", in_clear(login_first));
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S4", 587), "fail likely");
  EXPECT_EQ(run.status("A3", 587), "not_tested");
}

}  // namespace
}  // namespace spranga::check
