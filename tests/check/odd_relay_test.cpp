// S1 and S3 against what products say to strangers on port 25.
#include <gtest/gtest.h>

#include "tests/check/odd_servers.h"

namespace spranga::check {
namespace {

using test::audit;
using test::Dialogue;
using test::go_ahead;
using test::Script;

const test::Wishes login{.with_login = true};

class RelayingOf : public ::testing::TestWithParam<OddServer> {};

/// The words are the answer to an outside recipient; the own one is taken.
TEST_P(RelayingOf, IsJudgedTruly) {
  Script script{.ports = {25}};
  script.on("RCPT", to_outside(GetParam().words));
  for (const auto& wishes : {test::Wishes{}, login}) {
    const auto run = audit(script, wishes);
    test::expect_sound(run);
    EXPECT_EQ(run.status("S1", 25), GetParam().status);
    EXPECT_LE(run.report.noise.lines(), 2);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Products,
    RelayingOf,
    ::testing::Values(
        OddServer{"M365",
                  "550 5.7.64 TenantAttribution; Relay Access Denied "
                  "[AM7EUR03FT010.eop-EUR03.prod.protection.outlook.com]",
                  "pass"},
        OddServer{"M365Unknown", "550 5.4.1 Recipient address rejected: Access denied.", "pass"},
        OddServer{"Gmail",
                  "550-5.1.1 The email account that you tried to reach does not exist.|550 5.1.1 "
                  "https://support.google.com/mail/?p=NoSuchUser - gsmtp",
                  "pass likely"},
        OddServer{"ExchangeOnPremises",
                  "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
                  "pass"},
        OddServer{"ExchangeOld", "550 5.7.1 Unable to relay for x@example.net", "pass"},
        OddServer{"Qmail",
                  "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
                  "pass"},
        OddServer{"Courier", "513 Relaying denied.", "pass"},
        OddServer{"CiscoEsa", "550 #5.1.0 Address rejected.", "pass likely"},
        OddServer{"Proofpoint", "550 5.7.1 Relaying denied", "pass"},
        OddServer{"Barracuda",
                  "550 permanent failure for one or more recipients (x@example.net:550 relay not "
                  "permitted)",
                  "pass"},
        OddServer{"HMailServer", "530 SMTP authentication is required.", "pass"},
        OddServer{"Kerio",
                  "550 5.7.1 Relaying to <x@example.net> denied (authentication required)",
                  "pass"},
        OddServer{"MDaemon", "550 5.7.1 Sorry, <x@example.net> does not relay mail here", "pass"},
        OddServer{"Axigen", "550 Relay denied", "pass"},
        OddServer{"Stalwart", "550 5.1.2 Relay not allowed.", "pass"},
        OddServer{"Haraka", "550 I cannot deliver mail for {x@example.net}", "pass likely"},
        OddServer{"PostfixDefers", "454 4.7.1 <x@example.net>: Relay access denied", "pass"},
        OddServer{"SoftBounce", "450 4.7.1 <x@example.net>: Relay access denied", "pass"},
        OddServer{"RspamdGreylisting", "451 4.7.1 Try again later", "not_tested"},
        OddServer{"VerifiesByCallback",
                  "450 4.1.1 <x@example.net>: Recipient address rejected: unverified address: "
                  "Address verification in progress",
                  "not_tested"},
        OddServer{"EximNoMx", "550 an MX or SRV record indicated no SMTP service", "not_tested"},
        OddServer{"RateLimited", "450 4.7.1 Rate limit exceeded, try again later", "not_tested"},
        OddServer{"QuotaFor5xx", "550 5.7.1 Sending quota exceeded", "not_tested"},
        OddServer{
            "Goodbye", "421 4.7.0 Too many errors on this connection, closing", "not_tested"}),
    [](const auto& each) { return each.param.name; });

/// Passes on what a stranger sends from such a sender.
Script relays_for(const std::function<bool(const std::string& sender)>& taken) {
  Script script{.ports = {25}};
  script.on("RCPT", answers_where("250 2.1.5 Ok", [taken](const Dialogue& d) {
              return d.sender && taken(*d.sender);
            }));
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  return script;
}

TEST(RelayFor, TheEmptySenderIsFoundWhereTheLogCanBearIt) {
  auto script = relays_for([](const auto& sender) { return sender.empty(); });
  script.on("(connect)", "220 mail.example.org ESMTP OpenSMTPD");
  EXPECT_EQ(audit(script).status("S1", 25), "fail likely");
}

/// Relays for mailboxes of its own that are there; senders that are not are refused so.
Script relays_for_known_senders(const std::string& to_unknown) {
  const auto known = [](const std::string& sender) {
    return sender == "postmaster@example.org" || sender == test::user;
  };
  auto script = relays_for(known);
  script.on("MAIL FROM:<SPRANGA", [to_unknown](const Dialogue& d) {
    return d.line.find("@example.org") != std::string::npos ? std::optional(lines(to_unknown))
                                                            : std::nullopt;
  });
  return script;
}

TEST(RelayFor, SendersThatAreLookedUpIsFoundOrLeftOpen) {
  constexpr auto counted =
      "550 5.1.0 <x>: Sender address rejected: User unknown in local recipient table";
  for (const auto* words : {counted, "550 Sender verify failed", "550 5.1.1 No such user here"}) {
    auto script = relays_for_known_senders(words);
    const auto run = audit(script);  // as Postfix: its log can bear one line more
    EXPECT_EQ(run.status("S1", 25), words == counted ? "not_tested" : "fail likely") << words;
    EXPECT_LE(run.report.noise.lines(), 2) << words;
    script.on("(connect)", "220 mail.example.org ESMTP OpenSMTPD");
    EXPECT_EQ(audit(script).status("S1", 25), "fail likely") << words;
    EXPECT_EQ(audit(script, login).status("S1", 25), "fail likely") << words;
  }
}

TEST(RelayFor, TheEmptySenderIsFoundWhereTheOwnDomainIsPutOff) {
  auto script = relays_for([](const auto& sender) { return sender.empty(); });
  script.on("(connect)", "220 mail.example.org ESMTP OpenSMTPD");
  script.on("MAIL FROM:<SPRANGA", [](const Dialogue& d) {
    return d.line.find("@example.org") != std::string::npos
               ? std::optional(lines("451 4.7.1 Greylisted"))
               : std::nullopt;
  });
  EXPECT_EQ(audit(script).status("S1", 25), "fail likely");
}

TEST(RelayFor, NobodyIsAskedForMoreThanOurOwnGuardBears) {
  Script script{.ports = {25}};
  script.on("(connect)", "220 mail.example.org ESMTP Postfix");
  script.on("RCPT", to_outside("550 5.7.1 Relaying denied"));  // stock fail2ban does not read it
  const auto run = audit(script);
  EXPECT_EQ(run.status("S1", 25), "pass");
  EXPECT_EQ(run.report.noise.lines(), 2);
}

TEST(RelayFor, OthersIsSaidToBeLeftOutWhereTheLogCanBearNoLineMore) {
  const auto also = [](const std::vector<int>& ports) {
    Script script{.ports = ports};
    script.on("(connect)", "220 mail.example.org ESMTP Postfix");
    script.on("RCPT", to_outside("554 5.7.1 <x>: Relay access denied"));
    const auto run = audit(script);
    EXPECT_EQ(run.status("S1", 25), "pass");
    std::string out;
    for (const auto& phrase : run.find("S1", 25)->also) {
      out += words::say(phrase) + "\n";
    }
    return out;
  };
  EXPECT_NE(also({25, 587}).find("own domain to outside address, empty sender"), std::string::npos)
      << also({25, 587});
  EXPECT_EQ(also({25}).find("own domain"), std::string::npos) << "it was asked";
}

TEST(RelayFor, InventedSendersThatNoLoginOwnsIsFound) {
  auto script = relays_for([](const auto& sender) { return sender.ends_with("@example.org"); });
  script.on("MAIL FROM:<BOB@", "553 5.7.1 Sender address rejected: not logged in");
  EXPECT_EQ(audit(script, login).status("S1", 25), "fail likely");
}

TEST(RelayFor, TheOwnDomainThatSpfForbidsIsNone) {
  Script script{.ports = {25}};
  script.on("MAIL", answers_where("550 5.7.23 SPF validation failed", [](const Dialogue& d) {
              return d.line.find("@example.org") != std::string::npos;
            }));
  EXPECT_EQ(audit(script).status("S1", 25), "pass");
}

TEST(CatchAll, OfTheOwnDomainIsNoRelay) {
  Script script{.ports = {25}};
  script.on("RCPT", answers_where("250 2.1.5 Ok", [](const Dialogue& d) {
              return d.sender && d.line.find("@example.org") != std::string::npos;
            }));
  EXPECT_EQ(audit(script).status("S1", 25), "pass");
}

TEST(EveryRecipientTaken, AndTheMessageRefusedAtDataIsNoRelay) {
  for (const auto* words : {"550 5.7.1 relaying denied", "554 5.5.1 no valid recipients"}) {
    Script script{.ports = {25}};
    script.on("RCPT", answers_where("250 2.1.5 Ok", [](const Dialogue& d) {
                return d.sender.has_value();
              }));
    script.on("DATA", words);
    EXPECT_EQ(audit(script).status("S1", 25), "pass") << words;
  }
}

TEST(Names, ToldByVrfyAreAWarning) {
  for (const auto& row : {OddServer{"Sendmail", "250 2.1.5 <postmaster@example.org>", "warn"},
                          OddServer{"Postfix", "252 2.0.0 postmaster", "pass"},
                          OddServer{"Exchange", "252 2.1.5 Cannot VRFY user", "pass"},
                          OddServer{"Qmail", "252 send some mail, i'll try my best", "pass"},
                          OddServer{"Exim", "550 Administrative prohibition", "pass"},
                          OddServer{"CiscoEsa", "502 #5.5.1 command not implemented", "pass"}}) {
    Script script{.ports = {25}};
    script.on("(connect)", "220 mail.example.org ESMTP OpenSMTPD");
    script.on("VRFY", row.words);
    EXPECT_EQ(audit(script).status("S7", 25), row.status) << row.name;
  }
}

}  // namespace
}  // namespace spranga::check
