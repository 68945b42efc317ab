// The pure parts of A2.
#include "check/probes/clear_auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/check/reply_of.h"

namespace spranga::check {
namespace {

using ::testing::ElementsAre;

struct Row {
  std::string_view reply;
  BareAuth judged;
};

class BareAuthReply : public ::testing::TestWithParam<Row> {};

TEST_P(BareAuthReply, IsJudged) {
  EXPECT_EQ(judge_bare_auth(reply_of(GetParam().reply)), GetParam().judged) << GetParam().reply;
}

INSTANTIATE_TEST_SUITE_P(
    Servers,
    BareAuthReply,
    ::testing::Values(
        Row{"334 ", BareAuth::taken},
        Row{"334 PDEyMzQ1Njc4QG1haWwuZXhhbXBsZS50ZXN0Pg==", BareAuth::taken},
        Row{"235 2.7.0 Authentication successful", BareAuth::taken},
        Row{"535 5.7.8 Error: authentication failed:", BareAuth::taken},
        Row{"535 Incorrect authentication data", BareAuth::taken},
        Row{"535 5.7.8 Error: authentication failed: Invalid base64 data", BareAuth::taken},
        Row{"454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
            BareAuth::taken},
        Row{"535 5.7.8 Error: authentication failed: Invalid authentication mechanism",
            BareAuth::not_this_one},
        Row{"504 5.3.3 AUTH mechanism PLAIN not available", BareAuth::not_this_one},
        Row{"504 5.7.4 Unrecognized authentication type", BareAuth::not_this_one},
        Row{"504 5.5.4 Encryption required for requested authentication mechanism",
            BareAuth::refused},
        Row{"503 5.5.1 Error: authentication not enabled", BareAuth::refused},
        Row{"503 AUTH command used when not advertised", BareAuth::refused},
        Row{"530 5.7.0 Must issue a STARTTLS command first", BareAuth::refused},
        Row{"530 5.7.0 TLS required.", BareAuth::refused},
        Row{"538 5.7.11 Encryption required", BareAuth::refused},
        Row{"523 5.7.10 Encryption Needed", BareAuth::refused},
        Row{"500 5.5.2 Error: command not recognized", BareAuth::refused},
        Row{"502 5.5.1 Command not implemented", BareAuth::refused},
        Row{"550 5.7.1 AUTH not allowed here", BareAuth::refused},
        Row{"451 4.7.0 TLS is required for AUTH", BareAuth::refused},
        Row{"454 4.7.0 Encryption required", BareAuth::refused},
        Row{"501 5.5.4 Syntax: AUTH mechanism", BareAuth::bad_arguments},
        Row{"501 5.5.2 Syntax error", BareAuth::bad_arguments},
        Row{"250 2.0.0 Ok", BareAuth::unclear},
        Row{"354 go on", BareAuth::unclear},
        Row{"421 4.7.0 Too many errors", BareAuth::unclear},
        Row{"450 4.3.2 try again", BareAuth::unclear},
        Row{"454 4.7.0 Too many login attempts, please try again later", BareAuth::unclear},
        Row{"503 5.7.0 Too many errors", BareAuth::unclear},
        Row{"550 5.7.1 Your IP is blocked using zen.spamhaus.org", BareAuth::unclear},
        Row{"535 Authentication not enabled", BareAuth::unclear},
        Row{"454 4.7.0 AUTH not available", BareAuth::unclear},
        Row{"550 no", BareAuth::unclear},
        Row{"554 5.7.1 no", BareAuth::unclear}));

TEST(ClearAuthCandidates, AreTheFirstAdvertisedPlainLoginTheOthersAndThoseOverTls) {
  EXPECT_THAT(clear_auth_candidates({"CRAM-MD5", "NTLM", "LOGIN"}, {"PLAIN", "XOAUTH2"}),
              ElementsAre("CRAM-MD5", "PLAIN", "LOGIN", "NTLM", "XOAUTH2"));
  EXPECT_THAT(clear_auth_candidates({}, {}), ElementsAre("PLAIN", "LOGIN"));
}

TEST(ClearAuthCandidates, LeaveOutMechanismsThatCarryNoSecret) {
  EXPECT_THAT(clear_auth_candidates({"GSSAPI", "EXTERNAL", "X-EXPS", "NTLM"},
                                    {"SCRAM-SHA-256", "ANONYMOUS"}),
              ElementsAre("NTLM", "PLAIN", "LOGIN", "SCRAM-SHA-256"));
}

}  // namespace
}  // namespace spranga::check
