// Ports that greet as something else, late, or with a refusal.
#include <gtest/gtest.h>

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

struct Row {
  std::string name;
  std::string greeting;
  std::string afterwards;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

class NoMailServer : public ::testing::TestWithParam<Row> {};

/// Whatever greets so on every port, no check passes and no rule is OK.
TEST_P(NoMailServer, PassesNothing) {
  Script script{.implicit_tls = {}};
  script.on("(connect)", [](const Dialogue&) { return raw(GetParam().greeting); });
  script.on("", [](const Dialogue&) { return raw(GetParam().afterwards); });
  const auto run = audit(
      script, {.settings = [](CheckSettings& s) { s.timeout = std::chrono::milliseconds(30); }});
  test::expect_sound(run);
  for (const auto& finding : run.report.findings) {
    EXPECT_NE(finding.status, finding::Status::pass) << finding.id;
  }
  EXPECT_NE(run.rule(1), RuleState::ok);
  EXPECT_NE(run.rule(2), RuleState::ok);
  EXPECT_EQ(run.failures(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    NoMailServer,
    ::testing::Values(
        Row{"Ftp", "220 (vsFTPd 3.0.3)\r\n", "530 Please login with USER and PASS.\r\n"},
        Row{"FtpThatKnowsNothing", "220 FTP server ready\r\n", "500 Unknown command\r\n"},
        Row{"Ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", ""},
        Row{"Pop3", "+OK Dovecot ready.\r\n", "-ERR Unknown command.\r\n"},
        Row{"Imap", "* OK [CAPABILITY IMAP4rev1] ready\r\n", "a BAD\r\n"},
        Row{"Http", "", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"},
        Row{"TurnedAwayFor421",
            "421 4.7.0 Too many connections from your address\r\n",
            "421 4.7.0 bye\r\n"},
        Row{"TurnedAwayFor554", "554 5.7.1 No SMTP service here\r\n", "503 5.0.0 bad sequence\r\n"},
        Row{"Refused530",
            "220 mail.example.org ESMTP\r\n",
            "530 5.7.0 Authentication required\r\n"},
        Row{"GreetingOf250", "250 mail.example.org\r\n", "250 Ok\r\n"},
        Row{"EhloAnsweredWith220", "220 mail.example.org\r\n", "220 hello\r\n"},
        Row{"EhloAnsweredWith334", "220 mail.example.org\r\n", "334 \r\n"},
        Row{"NulBytes",
            std::string("220 mail\0.example.org", 21) + std::string("\0\0\0\r\n", 5),
            std::string("\0\0\r\n", 4)},
        Row{"EightBit", "\xff\xfe\x80\x81\r\n", "\xff\r\n"},
        Row{"EndlessLine", std::string(100'000, 'x'), ""},
        Row{"BlankLines", "\r\n\r\n\r\n", "\r\n"},
        Row{"CodeThatChanges", "220-mail\r\n250 mail\r\n", "250 Ok\r\n"},
        Row{"HalfAReply", "220-mail.example.org\r\n", ""},
        Row{"HalfALine", "220 mail.exam", ""}),
    [](const auto& each) { return each.param.name; });

const test::Wishes soon{
    .settings = [](CheckSettings& s) { s.timeout = std::chrono::milliseconds(50); }};

TEST(Greeting, ThatNeverComesIsNotTested) {
  Script script{.ports = {587}};
  script.on("(connect)", [](const Dialogue&) { return raw(""); });
  const auto run = audit(script, soon);
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
  EXPECT_EQ(run.status("A2", 587), "not_tested");
  EXPECT_NE(run.rule(1), RuleState::ok);
}

/// 25 answers at once, 587 greets after the time is up: that is no "no TLS".
TEST(Greeting, ThatComesTooLateIsNoMissingTls) {
  Script script;
  script.on("(connect)", [](const Dialogue& d) {
    return d.port == 587 ? std::optional(raw("")) : std::nullopt;
  });
  const auto run = audit(script, soon);
  EXPECT_EQ(run.failures(), "");
  EXPECT_NE(run.rule(1), RuleState::ok);
  EXPECT_NE(run.rule(2), RuleState::ok);
}

TEST(Greeting, OfOneAnswerAheadPutsTheSessionOutOfStep) {
  // "250 Ok" is there before it is asked for: no reply can be trusted any more.
  for (const auto* ahead : {"250 2.0.0 Ok\r\n",
                            "250 Ok\r\n250 Ok\r\n250 Ok\r\n354 go on\r\n",
                            "550 5.7.1 Relaying denied\r\n"}) {
    Script script;
    script.on("(connect)", [ahead](const Dialogue& d) {
      return raw(std::string(d.tls ? "220 tls\r\n" : "220 mail.example.org ESMTP\r\n") + ahead);
    });
    const auto run = audit(script, {.with_login = true});
    test::expect_sound(run);
    EXPECT_EQ(run.failures(), "") << ahead;
    EXPECT_NE(run.rule(1), RuleState::ok);
    EXPECT_NE(run.rule(2), RuleState::ok);
    for (const auto& finding : run.report.findings) {
      EXPECT_NE(finding.status, finding::Status::pass) << finding.id << " " << ahead;
    }
  }
}

TEST(Greeting, OfPostscreensFirstVisitIsNotTested) {
  Script script;
  script.on("RCPT", [](const Dialogue& d) {
    return d.port == 25 ? std::optional(say("450 4.3.2 Service currently unavailable"))
                        : std::nullopt;
  });
  const auto run = audit(script);
  EXPECT_EQ(run.status("S1", 25), "not_tested");
  EXPECT_NE(run.rule(2), RuleState::ok);
}

TEST(Greeting, InManySlowLinesIsOneGreeting) {
  Script script{.chunk = 3};
  script.on("(connect)", [](const Dialogue& d) {
    return d.port == 25 ? std::optional(raw("220-mail.example.org ESMTP\r\n220-wait\r\n220 go\r\n"))
                        : std::nullopt;
  });
  EXPECT_EQ(audit(script).rule(1), RuleState::ok);
}

TEST(Greeting, ThatWaitsForTlsOn587IsHeardUnderTls) {
  const auto run =
      audit({.implicit_tls = {465, 587}},
            {.settings = [](CheckSettings& s) { s.timeout = std::chrono::seconds(1); }});
  test::expect_sound(run);
  EXPECT_EQ(run.failures(), "");
  for (const auto* id : {"A1", "A4", "S4"}) {
    EXPECT_EQ(run.status(id, 587), "pass") << id;
  }
  EXPECT_EQ(run.rule(1), RuleState::ok);
}

}  // namespace
}  // namespace spranga::check
