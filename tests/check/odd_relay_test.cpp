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

/// Postfix with a submission port: its log can bear one line of port 25.
Script bears_one_line(Script script) {
  script.ports = {25, 587};
  script.on("(connect)", "220 mail.example.org ESMTP Postfix");
  return script;
}

std::string also_of_s1(const test::Audited& run) {
  std::string out;
  for (const auto& phrase : run.find("S1", 25)->also) {
    out += words::say(phrase) + "\n";
  }
  return out;
}

TEST(RelayForOneLine, TheOwnDomainIsAskedAndTellsOfStrangersToo) {
  Script script;
  script.on("RCPT", to_outside("554 5.7.1 <x>: Relay access denied"));
  for (const auto& wishes : {test::Wishes{}, login}) {
    const auto run = audit(bears_one_line(script), wishes);
    test::expect_sound(run);
    EXPECT_EQ(run.status("S1", 25), "pass");
    EXPECT_EQ(run.find("S1", 25)->summary.word, words::Word::s1_refused_even_own);
    EXPECT_NE(also_of_s1(run).find(": empty sender"), std::string::npos) << also_of_s1(run);
    EXPECT_LE(run.report.noise.lines(), 2);
  }
  script.ports = {25};
  const auto both = audit(script);
  EXPECT_EQ(both.find("S1", 25)->summary.word, words::Word::s1_refused) << "a stranger was asked";
  EXPECT_EQ(also_of_s1(both).find("own domain"), std::string::npos) << "so was the own domain";
}

TEST(RelayForOneLine, TheOwnDomainAloneIsFound) {
  const auto script =
      relays_for([](const auto& sender) { return sender.ends_with("@example.org"); });
  for (const auto& wishes : {test::Wishes{}, login}) {
    const auto run = audit(bears_one_line(script), wishes);
    EXPECT_EQ(run.status("S1", 25), "fail likely");
    EXPECT_LE(run.report.noise.lines(), 2);
  }
}

TEST(RelayForOneLine, WhoRelaysForAllIsCalledSo) {
  const auto run = audit(bears_one_line(relays_for([](const auto&) { return true; })));
  EXPECT_EQ(run.status("S1", 25), "fail likely");
  EXPECT_NE(words::say(run.find("S1", 25)->summary).find("(stranger to outside"),
            std::string::npos);
}

/// Whatever is said to senders of the own domain, a stranger's mail is passed on.
TEST(RelayForOneLine, StrangersAreAskedForWhereTheOwnDomainIsRefusedItself) {
  for (const auto* words : {"553 5.7.1 <x>: Sender address rejected: not logged in",
                            "550 5.7.23 SPF validation failed",
                            "550 5.7.1 Relaying denied, log in first",
                            "554 5.7.1 <x>: Sender address rejected: Access denied",
                            "451 4.7.1 Greylisted"}) {
    for (const auto* verb : {"MAIL", "RCPT"}) {
      auto script =
          relays_for([](const auto& sender) { return !sender.ends_with("@example.org"); });
      const auto own = [verb = std::string(verb)](const Dialogue& d) {
        return !d.logged_in && (verb == "MAIL" ? d.line.find("@example.org") != std::string::npos
                                               : d.sender && d.sender->ends_with("@example.org"));
      };
      script.on(verb, answers_where(words, own));
      for (const auto& wishes : {test::Wishes{}, login}) {
        const auto run = audit(bears_one_line(script), wishes);
        EXPECT_EQ(run.status("S1", 25), "fail likely") << verb << " " << words;
        EXPECT_LE(run.report.noise.lines(), 2);
      }
    }
  }
}

TEST(RelayForOneLine, ASenderThatIsUnknownAndCountedLeavesItOpen) {
  auto script = bears_one_line({});
  script.on("RCPT",
            answers_where("550 5.1.0 <x>: Sender address rejected: User unknown in local "
                          "recipient table",
                          [](const Dialogue& d) {
                            return !d.logged_in && d.sender &&
                                   *d.sender == "postmaster@example.org";
                          }));
  script.on("RCPT", to_outside("554 5.7.1 <x>: Relay access denied"));
  const auto run = audit(script);
  EXPECT_EQ(run.status("S1", 25), "not_tested");
  EXPECT_LE(run.report.noise.lines(), 2);
}

/// The same, where 587 has cost the other line.
Script bears_no_second(Script script) {
  const auto before_login = [](const std::string& words) {
    return answers_where(words,
                         [](const Dialogue& d) { return d.port != 25 && d.tls && !d.logged_in; });
  };
  script.on("MAIL", before_login("250 2.1.0 Ok"));
  script.on("RCPT",
            before_login("554 5.7.1 <client[127.0.0.1]>: Client host rejected: Access denied"));
  return bears_one_line(std::move(script));
}

/// Senders of the own domain are told this, but the bare postmaster gets mail from anybody, as
/// Postfix and Exim have it.
Script turns_own_senders_away(const std::string& words, Script script) {
  script.on("RCPT", answers_where(words, [](const Dialogue& d) {
              return d.port == 25 && d.sender && d.sender->ends_with("@example.org") &&
                     d.line.find("<postmaster>") == std::string::npos;
            }));
  return script;
}

Script relays_for_strangers_only(const std::string& to_own_senders) {
  return turns_own_senders_away(
      to_own_senders, relays_for([](const auto& from) { return !from.ends_with("@example.org"); }));
}

TEST(RelayForOneLine, WordsThatBlameTheOwnSenderAreNoPassForStrangers) {
  const auto script =
      relays_for_strangers_only("554 5.7.1 <x>: Sender address rejected: You must log in to relay");
  EXPECT_EQ(audit(bears_one_line(script)).status("S1", 25), "fail likely");
  EXPECT_EQ(audit(bears_one_line(script), login).status("S1", 25), "fail likely");
  EXPECT_EQ(audit(bears_no_second(script), login).status("S1", 25), "fail likely")
      << "the control has said so, free of charge";
  const auto run = audit(bears_no_second(script));
  EXPECT_EQ(run.status("S1", 25), "not_tested");
  EXPECT_EQ(run.find("S1", 25)->summary.word, words::Word::s1_sender_refused);
  EXPECT_NE(also_of_s1(run).find(": stranger"), std::string::npos) << also_of_s1(run);
  EXPECT_LE(run.report.noise.lines(), 2);
}

TEST(RelayForOneLine, WhatTheOwnSenderIsToldOfEveryRecipientIsNoPassForStrangers) {
  constexpr auto words = "554 5.7.1 <x>: Relay access denied";
  EXPECT_EQ(audit(bears_no_second(relays_for_strangers_only(words)), login).status("S1", 25),
            "not_tested");
  Script closed;
  closed.on("RCPT", to_outside(words));
  const auto run = audit(bears_one_line(turns_own_senders_away(words, closed)), login);
  EXPECT_EQ(run.find("S1", 25)->summary.word, words::Word::s1_sender_refused);
  EXPECT_TRUE(run.report.rules[1].settle_command.ends_with(" --relay"))
      << run.report.rules[1].settle_command;
  EXPECT_LE(run.report.noise.lines(), 2);
}

/// Exim, whose rule for senders comes behind that for the postmaster.
TEST(RelayForOneLine, WordsOfTheServersOwnThatMayBeMeantForTheSenderAreWorthASecondLine) {
  constexpr auto words = "550 You must log in to relay mail";
  EXPECT_EQ(audit(bears_one_line(relays_for_strangers_only(words))).status("S1", 25),
            "fail likely");
  Script closed;
  closed.on("RCPT", to_outside(words));
  EXPECT_EQ(audit(bears_one_line(closed)).status("S1", 25), "pass");
  const auto run = audit(bears_no_second(closed));
  EXPECT_EQ(run.status("S1", 25), "pass likely");
  EXPECT_EQ(run.find("S1", 25)->summary.word, words::Word::s1_refused_even_own);
  EXPECT_EQ(run.report.noise.lines(), 2);
}

TEST(RelayForOneLine, AControlThatIsRefusedForRelayingLeavesTheLineToAStranger) {
  const auto script = relays_for_strangers_only("550 You must log in to relay mail");
  EXPECT_EQ(audit(bears_no_second(script), login).status("S1", 25), "fail likely");
}

TEST(RelayForOneLine, ALoginThatOnlyTheOwnDomainNeedsIsNoPassForStrangers) {
  auto script = relays_for_strangers_only("530 SMTP authentication is required.");
  script.ports = {25, 587};
  script.on("(connect)", "220 mail.example.org ESMTP Sendmail 8.17.1");
  script.on("VRFY", "502 5.5.1 not here");
  EXPECT_EQ(audit(script).status("S1", 25), "fail likely");
}

/// VRFY costs a line here. What SPF says of the own domain is none that counts, neither a milter's
/// at Sendmail nor that of a product that nobody reads: a stranger is asked.
TEST(RelayForOneLine, SpfThatForbidsTheOwnDomainLeavesALineForAStranger) {
  const auto of_own = [](const Dialogue& d) {
    return d.port == 25 && (d.sender ? d.sender->ends_with("@example.org")
                                     : d.line.find("@example.org") != std::string::npos);
  };
  for (const auto* product : {"Sendmail 8.17.1", "gsmtp"}) {
    for (const auto* verb : {"MAIL", "RCPT"}) {
      Script script;
      script.ports = {25, 587};
      script.on("(connect)", std::string("220 mail.example.org ESMTP ") + product);
      script.on("VRFY", "502 5.5.1 not here");
      script.on(verb, answers_where("550 5.7.23 SPF validation failed", of_own));
      script.on("RCPT", to_outside("550 5.7.1 Relaying denied"));
      const auto run = audit(script);
      EXPECT_EQ(run.status("S1", 25), "pass") << product << " " << verb;
      EXPECT_EQ(run.find("S1", 25)->summary.word, words::Word::s1_refused);
      EXPECT_LE(run.report.noise.lines(), 2);
    }
  }
}

TEST(RelayForOneLine, ARecipientThatIsTakenAndPutOffAtDataIsNotForgotten) {
  for (const auto* words : {"451 4.7.1 Greylisted", "554 5.7.1 looks like spam", "421 bye", ""}) {
    Script script;
    script.on("RCPT", answers_where("250 2.1.5 Ok", [](const Dialogue& d) {
                return d.port == 25 && d.sender && d.sender->ends_with("@example.org");
              }));
    script.on("RCPT", to_outside("554 5.7.1 <x>: Relay access denied"));
    script.on("DATA", [words = std::string(words)](const Dialogue&) {
      return std::optional(words.empty() ? test::hang_up() : lines(words));
    });
    EXPECT_EQ(audit(bears_one_line(script)).status("S1", 25),
              *words == 0 ? "warn indirect" : "not_tested")
        << words;
  }
}

/// Postfix, since 3.6: relaying is judged before what may put mail off.
TEST(RelayForOneLine, AControlThatIsPutOffDoesNotWeakenWordsAboutRelaying) {
  Script script;
  script.on("RCPT", to_outside("554 5.7.1 <x>: Relay access denied"));
  script.on("RCPT",
            answers_where("450 4.2.0 <x>: Recipient address rejected: Greylisted",
                          [](const Dialogue& d) { return d.port == 25 && d.sender; }));
  for (const auto& wishes : {test::Wishes{}, login}) {
    const auto run = audit(bears_no_second(script), wishes);
    EXPECT_EQ(run.status("S1", 25), "pass");
    EXPECT_EQ(run.find("S1", 25)->summary.word, words::Word::s1_refused_even_own);
    EXPECT_LE(run.report.noise.lines(), 2);
  }
}

TEST(RelayForOneLine, ARecipientThatIsUnknownIsSoFromStrangersToo) {
  Script script;
  script.ports = {25, 587};
  script.on("(connect)", "220 mail.example.org ESMTP Sendmail 8.17.1");
  script.on("VRFY", "502 5.5.1 not here");
  script.on("RCPT", to_outside("550 5.1.1 <x>... User unknown"));
  EXPECT_EQ(audit(script).status("S1", 25), "pass likely");
}

/// A login's own address needs it, and the postmaster is not there; the bare one gets all mail.
Script binds_and_looks_senders_up() {
  Script script;
  const auto of_own = [](const Dialogue& d) {
    return d.port == 25 && d.sender && d.sender->ends_with("@example.org") &&
           d.line.find("<postmaster>") == std::string::npos;
  };
  script.on(
      "RCPT",
      answers_where("553 5.7.1 <x>: Sender address rejected: not logged in",
                    [of_own](const Dialogue& d) { return of_own(d) && *d.sender == test::user; }));
  script.on("RCPT",
            answers_where("550 5.1.0 <x>: Sender address rejected: User unknown in virtual mailbox "
                          "table",
                          of_own));
  script.on("RCPT", to_outside("554 5.7.1 <x>: Relay access denied"));
  return script;
}

TEST(RelayForOneLine, AnUnknownSenderLeavesTheLineToAStranger) {
  for (const auto& wishes : {test::Wishes{}, login}) {
    const auto run = audit(bears_one_line(binds_and_looks_senders_up()), wishes);
    EXPECT_EQ(run.status("S1", 25), "pass");
    EXPECT_EQ(run.find("S1", 25)->summary.word, words::Word::s1_refused);
    EXPECT_LE(run.report.noise.lines(), 2);
  }
}

TEST(RelayForOneLine, AUserWhoHasLoggedInIsNotToldToDoSo) {
  for (const auto& wishes : {test::Wishes{}, login}) {
    const auto run = audit(bears_no_second(binds_and_looks_senders_up()), wishes);
    EXPECT_EQ(run.status("S1", 25), "not_tested");
    EXPECT_EQ(run.find("S1", 25)->summary.word, words::Word::s1_own_sender_unknown);
    EXPECT_TRUE(run.report.rules[1].settle_command.ends_with(wishes.with_login ? " --relay"
                                                                               : " --user LOGIN"))
        << run.report.rules[1].settle_command;
    EXPECT_LE(run.report.noise.lines(), 2);
  }
}

/// Senders of the own domain that are not there are refused as such, and nobody's mail is passed
/// on.
Script looks_senders_up(const std::string& to_unknown, const std::string& known) {
  Script script;
  script.on("RCPT", answers_where(to_unknown, [known](const Dialogue& d) {
              return !d.logged_in && d.sender && d.sender->ends_with("@example.org") &&
                     *d.sender != known;
            }));
  script.on("RCPT", to_outside("550 relay not permitted"));
  return script;
}

TEST(RelayForms, AnInventedSenderThatIsUnknownLeavesNothingOpenBesideOneThatIsThere) {
  auto script = looks_senders_up("550 Sender verify failed", "postmaster@example.org");
  script.ports = {25};
  const test::Wishes forms{.settings = [](CheckSettings& s) { s.relay_forms = true; }};
  EXPECT_EQ(audit(script, forms).status("S1", 25), "pass");
}

TEST(RelayForOneLine, EximsTwoLinesForASenderThatIsNotThereAreNotSpentTwice) {
  auto script = looks_senders_up("550 Sender verify failed", "nobody");
  script.ports = {25, 587};
  script.on("(connect)", "220 mail.example.org ESMTP Exim 4.96");
  const auto run = audit(script);
  EXPECT_EQ(run.status("S1", 25), "not_tested");
  EXPECT_LE(run.report.noise.lines(), 3) << "one for A2, and those two";
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
