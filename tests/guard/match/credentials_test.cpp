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
            "request longer than 2048: AUTH PLAIN ***..."},
        Row{R"(SMTP syntax error in "YWxpY2Vwdw==" H=[192.0.2.1] unrecognized command)",
            R"(SMTP syntax error in "***" H=[192.0.2.1] unrecognized command)"},
        Row{R"(smtp failed-command command="YWxpY2Vwdw==" result="500 5.5.1")",
            R"(smtp failed-command command="***" result="500 5.5.1")"},
        Row{R"(AUTH decode64 error [-5 for "secret word"], relay=[192.0.2.1])",
            R"(AUTH decode64 error [-5 for "***"], relay=[192.0.2.1])"}));

INSTANTIATE_TEST_SUITE_P(
    InPlaceOfTheUser,
    Credentials,
    ::testing::Values(
        Row{"AUTH failure (LOGIN): generic failure (-1) SASL(-1): generic failure: "
            "All-whitespace username., user=my, relay=pw, relay=[192.0.2.1]",
            "AUTH failure (LOGIN): generic failure (-1) SASL(-1): generic failure: "
            "All-whitespace username., user=***, relay=[192.0.2.1]"},
        Row{"auth: passwd-file(a,192.0.2.1): Password mismatch (given password: x) y)",
            "auth: passwd-file(a,192.0.2.1): Password mismatch (given password: ***)"}));

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
        Row{"AUTH command used when not advertised", "AUTH command used when not advertised"},
        Row{"AUTH failure (PLAIN): user not found (-20), user=alice, relay=[192.0.2.1]",
            "AUTH failure (PLAIN): user not found (-20), user=alice, relay=[192.0.2.1]"},
        Row{"SASL LOGIN authentication failed: UGFzc3dvcmQ6",
            "SASL LOGIN authentication failed: UGFzc3dvcmQ6"}));

}  // namespace
}  // namespace spranga::guard
