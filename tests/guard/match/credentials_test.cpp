#include "guard/match/credentials.h"

#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

struct Row {
  std::string_view line;
  std::string_view shown;
};

class Credentials : public ::testing::TestWithParam<Row> {};

TEST_P(Credentials, AreNotShown) {
  EXPECT_EQ(hide_credentials(GetParam().line), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    Quoted,
    Credentials,
    ::testing::Values(
        Row{R"(SMTP protocol error in "AUTH PLAIN AGFsaWNlAGFsaWNlcHc=" H=[192.0.2.1] AUTH command)",
            R"(SMTP protocol error in "AUTH PLAIN ***" H=[192.0.2.1] AUTH command)"},
        Row{R"(smtp failed-command command="auth login YWxpY2U=" result="503 5.5.1")",
            R"(smtp failed-command command="auth login ***" result="503 5.5.1")"},
        Row{"request longer than 2048: AUTH PLAIN AEFBQUFBQUFBQUFBQUF...",
            "request longer than 2048: AUTH PLAIN ***"},
        Row{R"(SMTP syntax error in "YWxpY2Vwdw==" H=[192.0.2.1] unrecognized command)",
            R"(SMTP syntax error in "***" H=[192.0.2.1] unrecognized command)"},
        Row{R"(smtp failed-command command="YWxpY2Vwdw==" result="500 5.5.1")",
            R"(smtp failed-command command="***" result="500 5.5.1")"},
        Row{R"(AUTH decode64 error [-5 for "secret word"], relay=[192.0.2.1])",
            R"(AUTH decode64 error [-5 for "***"], relay=[192.0.2.1])"}));

// A client that goes on after its AUTH LOGIN was refused sends user and password as commands.
INSTANTIATE_TEST_SUITE_P(
    AsABareCommand,
    Credentials,
    ::testing::Values(
        Row{R"(SMTP syntax error in "aHVudGVy" H=(x) [192.0.2.1] unrecognized command)",
            R"(SMTP syntax error in "***" H=(x) [192.0.2.1] unrecognized command)"},
        Row{R"(SMTP syntax error in "c2VjcmV0" H=[192.0.2.1] unrecognized command)",
            R"(SMTP syntax error in "***" H=[192.0.2.1] unrecognized command)"},
        Row{R"(SMTP syntax error in "my "pass" word" H=[192.0.2.1] unrecognized command)",
            R"(SMTP syntax error in "***" H=[192.0.2.1] unrecognized command)"},
        Row{R"(SMTP syntax error in "AUTH LOGIN my word" H=[192.0.2.1] x)",
            R"(SMTP syntax error in "AUTH LOGIN ***" H=[192.0.2.1] x)"},
        Row{R"(SMTP protocol error in "AUTH c2VjcmV0" H=[192.0.2.1] x)",
            R"(SMTP protocol error in "AUTH ***" H=[192.0.2.1] x)"},
        Row{R"(SMTP syntax error in "cut short)", R"(SMTP syntax error in "***)"},
        Row{R"(too many unrecognized commands (last was "aHVudGVyMg"))",
            R"(too many unrecognized commands (last was "***"))"},
        Row{R"(too many syntax or protocol errors (last command was "hunter2", C=EHLO,AUTH))",
            R"(too many syntax or protocol errors (last command was "***", C=EHLO,AUTH))"},
        Row{R"(0123456789abcdef smtp bad-input result="500 5.5.1 Invalid command: aHVudGVyMg==")",
            R"(0123456789abcdef smtp bad-input result="500 5.5.1 Invalid command: ***")"},
        Row{R"(smtp failed-command command="hunter2" result="500 5.5.1 Invalid command: x")",
            R"(smtp failed-command command="***" result="500 5.5.1 Invalid command: x")"},
        Row{"warning: non-SMTP command from unknown[192.0.2.1]: aHVudGVyMg==",
            "warning: non-SMTP command from unknown[192.0.2.1]: ***"},
        Row{"NON-SMTP COMMAND from [192.0.2.1]:4711 after AUTH: aHVudGVyMg==",
            "NON-SMTP COMMAND from [192.0.2.1]:4711 after AUTH: ***"},
        Row{"smtpd[7]: < unknown[192.0.2.1]: aHVudGVyMg==", "smtpd[7]: < unknown[192.0.2.1]: ***"},
        Row{"--- 500 5.5.1 Command unrecognized: \"aHVudGVyMg==\"",
            "--- 500 5.5.1 Command unrecognized: \"***\""},
        Row{"sm-mta[7]: 5AO: <-- aHVudGVyMg==", "sm-mta[7]: 5AO: <-- ***"},
        Row{"Authorization: Basic is no verb of HTTP: non-SMTP command from x[192.0.2.1]: "
            "Authorization: Basic eDp5",
            "Authorization: Basic is no verb of HTTP: non-SMTP command from x[192.0.2.1]: ***"}));

INSTANTIATE_TEST_SUITE_P(
    InAConversation,
    Credentials,
    ::testing::Values(
        Row{R"(improper command pipelining after EHLO from x[192.0.2.1]: AUTH LOGIN\r\nYWxp\r\ncHc=\r\n)",
            R"(improper command pipelining after EHLO from x[192.0.2.1]: AUTH LOGIN\r\n***\r\n***\r\n)"},
        Row{R"(PREGREET 40 after 0.1 from [192.0.2.1]:4711: EHLO x\r\nAUTH PLAIN AGEAYg==\r\n)",
            R"(PREGREET 40 after 0.1 from [192.0.2.1]:4711: EHLO x\r\nAUTH PLAIN ***\r\n)"},
        Row{R"(COMMAND PIPELINING from [192.0.2.1]:4711 after AUTH: cHc=\r\nQUIT\r\n)",
            R"(COMMAND PIPELINING from [192.0.2.1]:4711 after AUTH: ***\r\nQUIT\r\n)"},
        Row{R"(rejected "AUTH LOGIN" H=[192.0.2.1] next input="YWxp\r\ncHc=\r\n")",
            R"(rejected "AUTH LOGIN" H=[192.0.2.1] next input="***\r\n***\r\n")"}));

INSTANTIATE_TEST_SUITE_P(
    InPlaceOfTheUser,
    Credentials,
    ::testing::Values(
        Row{"AUTH failure (LOGIN): generic failure (-1) SASL(-1): generic failure: "
            "All-whitespace username., user=my, relay=pw, relay=[192.0.2.1]",
            "AUTH failure (LOGIN): generic failure (-1) SASL(-1): generic failure: "
            "All-whitespace username., user=***, relay=[192.0.2.1]"},
        Row{"auth: passwd-file(a,192.0.2.1): Password mismatch (given password: x) y)",
            "auth: passwd-file(a,192.0.2.1): Password mismatch (given password: ***)"},
        Row{R"(AUTH decode64 error [-5 for "my "own" word"], relay=[192.0.2.1])",
            R"(AUTH decode64 error [-5 for "***"], relay=[192.0.2.1])"},
        Row{"auth: client in: AUTH#0111#011PLAIN#011service=smtp#011resp=AGEAYg== (x)",
            "auth: client in: AUTH#0111#011PLAIN#011service=smtp#011resp=*** (x)"},
        Row{"auth: client in: CONT\t1\tcHc=", "auth: client in: CONT\t1\t***"}));

INSTANTIATE_TEST_SUITE_P(
    NothingToHide,
    Credentials,
    ::testing::Values(
        Row{"", ""},
        Row{"AUTH", "AUTH"},
        Row{"AUTH PLAIN", "AUTH PLAIN"},
        Row{R"x(command="AUTH PLAIN (...)" result="535")x",
            R"x(command="AUTH PLAIN (...)" result="535")x"},
        Row{R"(SMTP syntax error in "STARTTLS" H=)", R"(SMTP syntax error in "STARTTLS" H=)"},
        Row{R"(SMTP syntax error in "GET /?a=\"b HTTP/1.1" H=[192.0.2.1] unrecognized command)",
            R"(SMTP syntax error in "GET /?a=\"b HTTP/1.1" H=[192.0.2.1] unrecognized command)"},
        Row{R"(bad-input result="500 5.5.1 Invalid command: Pipelining not supported")",
            R"(bad-input result="500 5.5.1 Invalid command: Pipelining not supported")"},
        Row{R"(command="VRFY alice" result="500 5.5.1 Invalid command: Command unrecognized")",
            R"(command="VRFY alice" result="500 5.5.1 Invalid command: Command unrecognized")"},
        Row{"improper command pipelining after CONNECT from x[192.0.2.1]: MAIL FROM:<a@b.test>",
            "improper command pipelining after CONNECT from x[192.0.2.1]: MAIL FROM:<a@b.test>"},
        Row{"AUTH command used when not advertised", "AUTH command used when not advertised"},
        Row{"AUTH failure (PLAIN): user not found (-20), user=alice, relay=[192.0.2.1]",
            "AUTH failure (PLAIN): user not found (-20), user=alice, relay=[192.0.2.1]"},
        Row{"SASL LOGIN authentication failed: UGFzc3dvcmQ6",
            "SASL LOGIN authentication failed: UGFzc3dvcmQ6"}));

TEST(CredentialsOfALongLine, AreHiddenInTimeInProportionToIt) {
  std::string line = "PREGREET 9 after 0 from [192.0.2.1]:4711: ";
  while (line.size() < 2'000'000) {
    line += "AUTH PLAIN a\\r\\n";
  }
  const auto shown = hide_credentials(line);
  EXPECT_EQ(shown.find(" a\\r"), std::string::npos);
  EXPECT_GT(shown.size(), line.size());
}

}  // namespace
}  // namespace spranga::guard
