// S2 against what products say to a login that uses another sender than its own.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "tests/check/odd_servers.h"

namespace spranga::check {
namespace {

using finding::RuleState;
using test::audit;
using test::Dialogue;
using test::go_ahead;
using test::Script;

const test::Wishes login{.with_login = true};

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

/// Binds senders of its own domain to logins, and looks at the records of others.
Script looks_at_records(const std::string& of_records, const std::string& others) {
  Script script{.ports = {587}};
  script.on("RCPT", [of_records, others](const Dialogue& d) -> std::optional<test::Answer> {
    if (!d.logged_in || !d.sender || *d.sender == test::user) {
      return std::nullopt;
    }
    if (d.sender->ends_with("@example.org")) {
      return lines("553 5.7.1 <x>: Sender address rejected: not owned by user bob");
    }
    return lines(d.sender->ends_with("@example.net") ? of_records : others);
  });
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  return script;
}

TEST(TheForeignDomain, RefusedForItsOwnRecordsIsNotBoundToALogin) {
  constexpr auto null_mx =
      "550 5.7.27 <x>: Sender address rejected: Domain example.net does not accept mail (nullMX)";
  for (const std::string of_records : {null_mx, "550 5.7.23 SPF validation failed"}) {
    const auto of = [&](const std::string& others) {
      const auto run = audit(looks_at_records(of_records, others), login);
      test::expect_sound(run);
      return run.status("S2", 587);
    };
    EXPECT_EQ(of("250 2.1.5 Ok"), "fail likely") << of_records;
    EXPECT_EQ(of("553 5.7.1 <x>: Sender address rejected: not owned by user bob"), "pass");
    EXPECT_EQ(of(of_records), "not_tested") << of_records;
  }
  EXPECT_EQ(audit(looks_at_records("550 5.7.1 Sender spoofing is not allowed", ""), login)
                .status("S2", 587),
            "pass");
}

/// Port 587 takes mail of strangers; the login is lost between two senders and refused then.
TEST(TheForeignDomain, AskedForAgainWithoutALoginTellsNothingOfLogins) {
  const auto lost = std::make_shared<std::atomic<bool>>(false);
  const auto if_lost = [lost](const Dialogue& d) { return d.tls && *lost; };
  Script script{.ports = {587}};
  script.on("AUTH", answers_where("454 4.7.0 Temporary authentication failure", if_lost));
  script.on("MAIL", answers_where("250 2.1.0 Ok", if_lost));
  script.on("RCPT", [lost](const Dialogue& d) -> std::optional<test::Answer> {
    if (d.logged_in && d.sender && d.sender->ends_with("@example.net")) {
      *lost = true;
      return test::hang_up("550 5.7.27 <x>: Domain example.net does not accept mail (nullMX)");
    }
    return *lost ? std::optional(lines("250 2.1.5 Ok")) : std::nullopt;
  });
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  const auto run = audit(script, {.with_login = true, .settings = [](CheckSettings& s) {
                                    s.other_address = "carol@example.org";
                                  }});
  EXPECT_TRUE(*lost);
  EXPECT_EQ(run.status("S2", 587), "not_tested");
  EXPECT_EQ(run.message_bytes, 0U);
}

TEST(AColleague, UnknownInOtherWordsIsNotClaimedToBeBound) {
  for (const auto* words :
       {"550 Sender unknown", "550 Unknown sender", "550 No such sender here"}) {
    Script script{.ports = {587}};
    script.on("RCPT", to_forged(words));
    EXPECT_EQ(audit(script, login).status("S2", 587), "not_tested") << words;
  }
}

/// Lets a login write as itself and as these.
Script also_lets(const std::string& other) {
  Script script{.ports = {465, 587}};
  script.on("RCPT", answers_where("250 2.1.5 Ok", [other](const Dialogue& d) {
              return d.logged_in && d.sender && *d.sender == other;
            }));
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  return script;
}

TEST(Postmaster, MayBeTheLoginsOwnAlias) {
  const auto run = audit(also_lets("postmaster@example.org"), login);
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
  EXPECT_EQ(run.status("S2", 587), "not_tested");
  EXPECT_EQ(run.status("S2", 465), "not_tested");
  EXPECT_TRUE(run.report.rules[1].settle_command.ends_with(" --other COLLEAGUE"));
  const test::Wishes other{.with_login = true, .settings = [](CheckSettings& s) {
                             s.other_address = "carol@example.org";
                           }};
  EXPECT_EQ(audit(also_lets("postmaster@example.org"), other).status("S2", 587), "pass");
  EXPECT_EQ(audit(also_lets("carol@example.org"), other).status("S2", 587), "fail likely");
}

TEST(Gmail, WritesTheLoginsOwnAddressOverOthers) {
  for (const bool deliver : {false, true}) {
    Script script{.ports = {587}};
    script.on("(connect)", "220 smtp.gmail.com ESMTP 5b1f17b1804b1-4 - gsmtp");
    script.on("RCPT", to_forged("250 2.1.5 OK 5b1f17b1804b1-4 - gsmtp"));
    script.on("DATA", [](const Dialogue&) { return go_ahead(); });
    const auto run = audit(script, {.with_login = true, .settings = [deliver](CheckSettings& s) {
                                      s.deliver = deliver;
                                    }});
    EXPECT_EQ(run.failures(), "") << deliver;
    EXPECT_EQ(run.status("S2", 587), "not_tested") << deliver;
    EXPECT_EQ(run.report.hosts.front().product, finding::Product::other) << deliver;
  }
}

TEST(ARewrittenSender, LooksLikeATakenOneUntilTheMessage) {
  Script script{.ports = {587}};
  script.on("RCPT", to_forged("250 2.1.5 Ok"));
  script.on("DATA", [](const Dialogue&) { return go_ahead(); });
  const auto run = audit(script, login);
  EXPECT_EQ(run.status("S2", 587), "fail likely");  // never proven without a message
  EXPECT_EQ(run.message_bytes, 0U);
}

}  // namespace
}  // namespace spranga::check
