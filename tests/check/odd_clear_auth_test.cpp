// A2 against what products say to AUTH before TLS.
#include <gtest/gtest.h>

#include "tests/check/odd_servers.h"

namespace spranga::check {
namespace {

using test::audit;
using test::Dialogue;
using test::Script;

class ClearAuthOf : public ::testing::TestWithParam<OddServer> {};

/// The words are the answer to each AUTH in clear on 587.
TEST_P(ClearAuthOf, IsJudgedTruly) {
  Script script{.ports = {587}};
  script.on("AUTH", in_clear(GetParam().words));
  const auto run = audit(script);
  test::expect_sound(run);
  EXPECT_EQ(run.status("A2", 587), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    Products,
    ClearAuthOf,
    ::testing::Values(
        OddServer{"Exchange", "504 5.7.4 Unrecognized Authentication Type", "pass"},
        OddServer{"Gmail",
                  "530-5.7.0 Must issue a STARTTLS command first. For more information, go to|530 "
                  "5.7.0  https://support.google.com/a/answer/3221692 x7 - gsmtp",
                  "pass"},
        OddServer{"SendmailWithP", "504 5.3.3 AUTH mechanism PLAIN not available", "pass"},
        OddServer{"OpenSmtpd", "503 5.5.1 Invalid command: Command not supported", "pass"},
        OddServer{"NetqmailForceTls", "538 auth not available without TLS (#5.3.3)", "pass"},
        OddServer{"NetqmailWithoutAuth", "503 auth not available (#5.3.3)", "pass"},
        OddServer{"Qmail", "502 unimplemented (#5.5.1)", "pass"},
        OddServer{"Haraka", "500 Unrecognized command", "pass"},
        OddServer{"Stalwart", "503 5.5.1 AUTH not allowed.", "pass"},
        OddServer{
            "HMailServer", "530 A SSL/TLS-connection is required for authentication.", "pass"},
        OddServer{"CourierWithoutTls", "535 Authentication not allowed without TLS", "pass"},
        OddServer{"CiscoEsa", "500 #5.5.1 command not recognized", "pass"},
        OddServer{"Proofpoint", "500 5.5.1 Command unrecognized: \"AUTH\"", "pass"},
        OddServer{"NginxMail", "530 5.7.0 Must issue a STARTTLS command first", "pass"},
        OddServer{"CyrusSaslWithoutIt",
                  "535 5.7.8 Error: authentication failed: no mechanism available",
                  "pass"},
        OddServer{"DovecotPrivacy",
                  "535 5.7.8 [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure "
                  "(SSL/TLS) connections.",
                  "pass"},
        OddServer{"Dovecot24",
                  "538 5.7.11 Cleartext authentication disallowed on non-secure (SSL/TLS) "
                  "connections.",
                  "pass"},
        OddServer{"TooWeak", "534 5.7.9 Authentication mechanism is too weak", "pass"},
        OddServer{"Rfc4954EncryptionNeeded", "523 5.7.10 Encryption Needed", "pass"},
        OddServer{"Insecure", "535 5.7.8 Login over an insecure connection is refused", "pass"},
        OddServer{"Transition", "432 4.7.12 A password transition is needed", "not_tested"},
        OddServer{"WebBrowser", "534 5.7.14 Please log in with your web browser", "not_tested"},
        OddServer{"RateLimit", "421 4.7.0 Too many login attempts, closing", "not_tested"},
        OddServer{"Outage", "451 4.3.0 Authentication server is down", "not_tested"},
        OddServer{"LoginFirst", "530 5.7.0 Authentication required", "not_tested"},
        OddServer{"ExchangeNtlm", "334 NTLM supported", "fail"},
        OddServer{"ExchangeUnsuccessful", "535 5.7.3 Authentication unsuccessful", "fail"},
        OddServer{"KerioJudges", "535 5.7.8 Bad username or password", "fail"},
        OddServer{"Anonymous", "235 2.7.0 go ahead", "fail"}),
    [](const auto& each) { return each.param.name; });

/// A server that offers these in clear, and takes one of them.
Script offers_in_clear(const std::string& offered, const std::string& taken) {
  Script script{.ports = {587}};
  script.on("AUTH", [taken](const Dialogue& d) {
    return d.tls                       ? std::nullopt
           : d.line == "AUTH " + taken ? std::optional(test::say("334 "))
                                       : std::optional(lines("504 5.5.4 Unrecognized"));
  });
  script.on("EHLO",
            in_clear("250-mail.example.org|250-STARTTLS|250-AUTH " + offered + "|250 8BITMIME"));
  return script;
}

TEST(ClearAuthOfPostfix, WithNoPlaintextTakesChallenges) {
  const auto run = audit(offers_in_clear("DIGEST-MD5 CRAM-MD5 NTLM", "CRAM-MD5"));
  EXPECT_EQ(run.status("A2", 587), "fail");
}

TEST(ClearAuthOfExchange, OffersNtlmInClear) {
  const auto run = audit(offers_in_clear("GSSAPI NTLM", "NTLM"));
  EXPECT_EQ(run.status("A2", 587), "fail");
}

TEST(ClearAuthThatIsOffered, AndRefusedWhateverTheReason) {
  for (const auto* refusal : {"538 5.7.11 Encryption required",
                              "530 5.7.0 Must issue a STARTTLS command first",
                              "523 5.7.10 Encryption needed",
                              "534 5.7.9 Authentication mechanism is too weak"}) {
    Script script{.ports = {587}};
    script.on("AUTH", in_clear(refusal));
    script.on("EHLO", in_clear("250-mail.example.org|250-STARTTLS|250 AUTH=LOGIN PLAIN"));
    EXPECT_EQ(audit(script).status("A2", 587), "pass") << refusal;
  }
}

TEST(ClearAuthThatIsHidden, IsFoundOnEveryPort) {
  for (const int port : {25, 587}) {
    Script script;
    script.on("AUTH LOGIN", answers_where("334 VXNlcm5hbWU6", [port](const Dialogue& d) {
                return d.port == port && !d.tls;
              }));
    const auto run = audit(script);
    test::expect_sound(run);
    EXPECT_EQ(run.status("A2", port), "fail") << port;
  }
}

TEST(ClearAuthInLowerCase, IsOfferedAllTheSame) {
  Script script{.ports = {587}};
  script.on("AUTH", in_clear("334 "));
  script.on("EHLO", in_clear("250-mail.example.org|250-starttls|250 auth login plain"));
  EXPECT_EQ(audit(script).status("A2", 587), "fail");
}

}  // namespace
}  // namespace spranga::check
