// S1 and S4 against servers that relay, half relay, or refuse for other reasons.
#include <gtest/gtest.h>

#include <memory>

#include "tests/support/audited.h"

namespace spranga::check {
namespace {

using finding::RuleState;
using test::audit;
using test::Dialogue;
using test::go_ahead;
using test::hang_up;
using test::raw;
using test::say;
using test::Script;
using test::Wishes;

bool outside(const Dialogue& d) {
  return d.line.find("example.net") != std::string::npos;
}

/// Port 25 answers so to an outside recipient.
Script outside_recipient(const std::string& reply) {
  Script script{.ports = {25}};
  script.on("RCPT", [reply](const Dialogue& d) {
    return d.port == 25 && outside(d) ? std::optional(say(reply)) : std::nullopt;
  });
  return script;
}

Script relays_until_data(const std::string& at_data) {
  auto script = outside_recipient("250 2.1.5 Ok");
  script.on("DATA", [at_data](const Dialogue& d) {
    return d.port == 25 ? std::optional(say(at_data)) : std::nullopt;
  });
  return script;
}

Script relays() {
  auto script = outside_recipient("250 2.1.5 Ok");
  script.on("DATA", [](const Dialogue& d) {
    return d.port == 25 ? std::optional(go_ahead()) : std::nullopt;
  });
  return script;
}

bool of_own_domain(const std::string& sender) {
  return sender.ends_with("@example.org");
}

/// Port 25 answers so to an outside recipient from whoever writes as the own domain.
Script outside_recipient_of_own_sender(const std::string& reply) {
  Script script{.ports = {25}};
  script.on("RCPT", [reply](const Dialogue& d) {
    return d.port == 25 && outside(d) && d.sender && of_own_domain(*d.sender)
               ? std::optional(say(reply))
               : std::nullopt;
  });
  script.on("DATA", [](const Dialogue& d) {
    return d.port == 25 ? std::optional(go_ahead()) : std::nullopt;
  });
  return script;
}

/// 465 takes whoever writes as the own domain, and says so to others.
Script own_senders_only(const std::string& to_others) {
  Script script{.ports = {465}};
  script.on("MAIL", [to_others](const Dialogue& d) {
    const auto to = d.line.find('>');
    const bool own = of_own_domain(d.line.substr(0, to));
    return std::optional(say(d.logged_in || own ? "250 2.1.0 Ok" : to_others));
  });
  return script;
}

const Wishes relay_to{
    .settings = [](CheckSettings& s) { s.relay_to = "owner@elsewhere.example.net"; }};

TEST(Relay, AcceptedAtRcptAndRefusedAtDataIsNoOpenRelay) {
  const auto run = audit(relays_until_data("550 5.7.1 Relaying denied"));
  test::expect_sound(run);
  EXPECT_EQ(run.status("S1", 25), "pass");
}

TEST(Relay, ReadyForTheMessageIsLikelyOpenAndNotAByteIsSent) {
  const auto run = audit(relays());
  test::expect_sound(run);
  EXPECT_EQ(run.status("S1", 25), "fail likely");
  EXPECT_EQ(run.rule(2), RuleState::no);
  EXPECT_EQ(run.message_bytes, 0U);
  EXPECT_EQ(run.received.find("Subject:"), std::string::npos);
}

TEST(Relay, ForWhoeverWritesAsTheOwnDomainIsFoundUnasked) {
  const auto run = audit(outside_recipient_of_own_sender("250 2.1.5 Ok"));
  test::expect_sound(run);
  EXPECT_EQ(run.status("S1", 25), "fail likely");
  EXPECT_EQ(run.message_bytes, 0U);
  EXPECT_LE(run.report.noise.lines(), 2);
}

TEST(Relay, ForTheOwnDomainThatWasPutOffIsNotRefused) {
  const auto run = audit(outside_recipient_of_own_sender("451 4.3.0 Try again later"));
  EXPECT_EQ(run.status("S1", 25), "not_tested");
}

TEST(Relay, RefusedInWordsThatNoGuardReadsCostsNothing) {
  auto script = outside_recipient(
      "550 5.7.1 <x@example.net>... Relaying denied. IP name lookup failed [IPv6:2001:db8::9]");
  script.on("(connect)", "220 mail.example.org ESMTP Sendmail 8.17.1.9/8.17.1.9; Mon, 30 Nov 2026");
  const auto run = audit(script);
  EXPECT_EQ(run.status("S1", 25), "pass");
  for (const auto& probe : run.report.noise.probes) {
    EXPECT_NE(probe.id, "S1") << probe.lines;
  }
}

TEST(Relay, AMessageThatIsTakenIsProof) {
  const auto run = audit(relays(), relay_to);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S1", 25), "fail");
  EXPECT_GT(run.message_bytes, 0U);
}

TEST(Relay, AMessageThatIsRefusedClears) {
  auto script = relays();
  script.on("(message)", "550 5.7.1 Relaying denied");
  EXPECT_EQ(audit(script, relay_to).status("S1", 25), "pass");
}

TEST(Relay, AMessageThatIsPutOffProvesNothing) {
  auto script = relays();
  script.on("(message)", "451 4.7.1 Greylisted, try again later");
  const auto run = audit(script, relay_to);
  EXPECT_EQ(run.status("S1", 25), "not_tested");
  EXPECT_NE(run.rule(2), RuleState::ok);
}

struct Row {
  std::string name;
  std::string reply;
  std::string status;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

class OutsideRecipient : public ::testing::TestWithParam<Row> {};

TEST_P(OutsideRecipient, IsReadAsWhatTheReplyMeans) {
  const auto run = audit(outside_recipient(GetParam().reply));
  test::expect_sound(run);
  EXPECT_EQ(run.status("S1", 25), GetParam().status);
  EXPECT_NE(run.rule(2), RuleState::no);
}

INSTANTIATE_TEST_SUITE_P(
    Replies,
    OutsideRecipient,
    ::testing::Values(
        Row{"Denied", "554 5.7.1 <x@example.net>: Relay access denied", "pass"},
        Row{"SuccessInTheText", "550 250 2.1.5 Ok relay not permitted 354", "pass"},
        Row{"OpenSmtpd", "550 Invalid recipient: <x@example.net>", "pass likely"},
        Row{"Greylisted",
            "450 4.2.0 <x@example.net>: Recipient address rejected: Greylisted",
            "not_tested"},
        Row{"Postscreen", "450 4.3.2 Service currently unavailable", "not_tested"},
        Row{"NullMx", "556 5.1.10 Recipient address has null MX", "not_tested"},
        Row{"OurName",
            "504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname",
            "not_tested"},
        Row{"OurSender",
            "450 4.1.8 <x@example.com>: Sender address rejected: Domain not found",
            "not_tested"},
        Row{"OurAddress",
            "554 5.7.1 Service unavailable; Client host [127.0.0.1] blocked using zen.spamhaus.org",
            "not_tested"},
        Row{"Dmarc",
            "550 5.7.26 Unauthenticated email from example.com is not accepted due to DMARC policy",
            "not_tested"},
        Row{"DynamicAddress",
            "550 5.7.1 The IP you're using to send mail is not authorized to send email directly "
            "to our servers. Please use the SMTP relay at your service provider instead.",
            "not_tested"},
        Row{"Goodbye", "421 4.7.0 Too many errors", "not_tested"}),
    [](const auto& each) { return each.param.name; });

class AtData : public ::testing::TestWithParam<Row> {};

TEST_P(AtData, TheReplyIsReadAsWhatItMeans) {
  const auto run = audit(relays_until_data(GetParam().reply));
  test::expect_sound(run);
  EXPECT_EQ(run.status("S1", 25), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    Replies,
    AtData,
    ::testing::Values(
        Row{"Denied", "554 5.7.1 Relay access denied", "pass"},
        Row{"NobodyLeft", "554 5.5.1 Error: no valid recipients", "pass"},
        Row{"Refused", "550 5.0.0 Rejected by policy", "not_tested"},
        Row{"Spam", "554 5.7.1 message looks like spam", "not_tested"},
        Row{"Vague", "550 Administrative prohibition", "not_tested"},
        Row{"JustOk", "250 2.0.0 Ok", "not_tested"},
        Row{"Later", "451 4.7.1 Please try again later", "not_tested"},
        Row{"Goodbye", "421 4.3.0 closing", "not_tested"},
        Row{"OutOfStep", "503 5.5.1 Error: need RCPT command", "not_tested"},
        Row{"OurAddress", "550 5.7.1 Client host blocked using dnsbl.example.net", "not_tested"}),
    [](const auto& each) { return each.param.name; });

TEST(Relay, AcceptedAtRcptAndLostAtDataIsAWarningOnly) {
  auto script = outside_recipient("250 2.1.5 Ok");
  script.on("DATA", [](const Dialogue& d) {
    return d.port == 25 ? std::optional(hang_up()) : std::nullopt;
  });
  const auto run = audit(script);
  EXPECT_EQ(run.status("S1", 25), "warn indirect");
  EXPECT_EQ(run.rule(2), RuleState::unknown);
}

TEST(Relay, AServerThatRefusesEverybodyAlikeProvesNothing) {
  Script script{.ports = {25}};
  script.on("RCPT", [](const Dialogue& d) {
    return d.port == 25 ? std::optional(say("554 5.7.1 Access denied")) : std::nullopt;
  });
  EXPECT_EQ(audit(script).status("S1", 25), "not_tested");
}

TEST(Relay, RefusedThoughThePostmasterIsUnknownIsAPass) {
  auto script = outside_recipient("550 relay not permitted");
  script.on("RCPT TO:<POSTMASTER>", "550 Unrouteable address");
  EXPECT_EQ(audit(script).status("S1", 25), "pass");
}

TEST(Relay, ALoginThatIsWantedForResetIsNoAnswer) {
  Script script{.ports = {25}};
  script.on("RSET", [](const Dialogue& d) {
    return d.port == 25 && !d.tls ? std::optional(say("530 5.7.0 Authentication required"))
                                  : std::nullopt;
  });
  EXPECT_NE(audit(script).status("S1", 25), "pass");
}

TEST(Submission, ThatTakesAnybodysMailFailsAndNotAByteIsSent) {
  Script script{.ports = {465}};
  for (const auto* verb : {"MAIL", "RCPT"}) {
    script.on(verb, [](const Dialogue& d) {
      return d.port == 465 ? std::optional(say("250 Ok")) : std::nullopt;
    });
  }
  script.on("DATA", [](const Dialogue& d) {
    return d.port == 465 ? std::optional(go_ahead()) : std::nullopt;
  });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S4", 465), "fail likely");
  EXPECT_EQ(run.message_bytes, 0U);
}

TEST(Submission, ThatRefusesTheClientForWantOfALoginPassesAndCostsNoMoreThanItMay) {
  const auto* refusal = "554 5.7.1 <client[127.0.0.1]>: Client host rejected: Access denied";
  Script script;
  const auto before_login = [](const char* answer) {
    return [answer](const Dialogue& d) {
      return d.port != 25 && d.tls && !d.logged_in ? std::optional(say(answer)) : std::nullopt;
    };
  };
  script.on("MAIL", before_login("250 2.1.0 Ok"));
  script.on("RCPT", before_login(refusal));
  const auto run = audit(script);
  const bool asked_465 = run.status("S4", 465) == "pass";
  EXPECT_EQ(run.status("S4", asked_465 ? 465 : 587), "pass");
  EXPECT_EQ(run.status("S4", asked_465 ? 587 : 465), "not_tested");
  EXPECT_EQ(run.status("S1", 25), "pass");
  EXPECT_LE(run.report.noise.lines(), 2);
  const auto alone = audit(script, {.settings = [](auto& s) { s.ports = {587, 465}; }});
  EXPECT_EQ(alone.status("S4", 587), "pass");
  EXPECT_EQ(alone.status("S4", 465), "pass");
}

TEST(Submission, ThatLetsTheOwnDomainPastACountedRefusalFails) {
  const auto* refusal = "554 5.7.1 <client[127.0.0.1]>: Client host rejected: Access denied";
  Script script{.ports = {25, 465}};
  const auto own = std::make_shared<bool>(false);
  script.on("MAIL", [own](const Dialogue& d) {
    *own = of_own_domain(d.line.substr(0, d.line.find('>')));
    return d.port == 465 ? std::optional(say("250 2.1.0 Ok")) : std::nullopt;
  });
  script.on("RCPT", [own, refusal](const Dialogue& d) {
    return d.port == 465 ? std::optional(say(*own ? "250 2.1.5 Ok" : refusal)) : std::nullopt;
  });
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S4", 465), "fail likely");
  EXPECT_EQ(run.find("S4", 465)->summary.word, words::Word::s4_open_to_own);
  EXPECT_LE(run.report.noise.lines(), 2);
}

TEST(Submission, WhereTheOwnSenderWasPutOffIsNotProven) {
  for (const auto* reply : {"451 4.7.1 Greylisted, try again", "550 5.1.1 User unknown"}) {
    auto script = own_senders_only("550 5.7.1 Sender not allowed");
    script.on("RCPT", reply);
    EXPECT_EQ(audit(script).status("S4", 465), "not_tested") << reply;
  }
}

TEST(Submission, ThatTakesMailOfItsOwnDomainFromAnybodyFails) {
  auto script = own_senders_only("550 5.7.1 Sender not allowed");
  script.on("RCPT", "250 2.1.5 Ok");
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("S4", 465), "fail likely");
  EXPECT_EQ(run.find("S4", 465)->summary.word, words::Word::s4_open_to_own);
  EXPECT_EQ(run.message_bytes, 0U);
  script.overrides.erase(script.overrides.begin());
  script.on("MAIL", "554 5.7.1 Sender address rejected: Access denied");
  EXPECT_EQ(audit(script).status("S4", 465), "pass");
}

TEST(Submission, WhoseDataIsAnsweredWithOkProvesNothing) {
  Script script{.ports = {465}};
  for (const auto* verb : {"MAIL", "RCPT", "DATA"}) {
    script.on(verb, [](const Dialogue& d) {
      return d.port == 465 ? std::optional(say("250 Ok")) : std::nullopt;
    });
  }
  EXPECT_EQ(audit(script).status("S4", 465), "not_tested");
}

}  // namespace
}  // namespace spranga::check
