// The pure parts of S1 and S2: what a refusal proves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/probes/relay_verdict.h"
#include "check/probes/sender.h"
#include "tests/check/reply_of.h"

namespace spranga::check {
namespace {

struct RelayRow {
  std::string_view reply;
  RelayVerdict accepted;  // where the control was accepted
  RelayVerdict unknown;   // where it was refused as an unknown mailbox
  RelayVerdict refused;   // where it was refused for another reason
};

constexpr auto denied = RelayVerdict::denied;
constexpr auto likely = RelayVerdict::likely_denied;
constexpr auto nothing = RelayVerdict::says_nothing;

class RelayRefusal : public ::testing::TestWithParam<RelayRow> {};

TEST_P(RelayRefusal, IsReadWithItsControl) {
  const auto& row = GetParam();
  const auto reply = reply_of(row.reply);
  EXPECT_EQ(judge_relay_refusal(reply, Control::accepted), row.accepted) << row.reply;
  EXPECT_EQ(judge_relay_refusal(reply, Control::unknown_mailbox), row.unknown) << row.reply;
  EXPECT_EQ(judge_relay_refusal(reply, Control::refused), row.refused) << row.reply;
}

INSTANTIATE_TEST_SUITE_P(
    Servers,
    RelayRefusal,
    ::testing::Values(
        RelayRow{"554 5.7.1 <x@y.example>: Relay access denied", denied, denied, denied},
        RelayRow{"554 5.7.1 <x@y.example>: Sender address rejected: Access denied",
                 RelayVerdict::says_nothing,
                 RelayVerdict::says_nothing,
                 RelayVerdict::says_nothing},
        RelayRow{"550 relay not permitted", denied, denied, denied},
        RelayRow{"550 5.7.1 <x@y.example>... Relaying denied. IP name lookup failed [192.0.2.9]",
                 denied,
                 denied,
                 denied},
        RelayRow{
            "553 sorry, that domain isn't in my list of allowed rcpthosts", denied, denied, denied},
        RelayRow{"530 5.7.0 Authentication required", denied, denied, denied},
        RelayRow{"554 5.7.1 <x@y.example>: Recipient address rejected: Access denied",
                 denied,
                 denied,
                 nothing},
        RelayRow{"550 Invalid recipient: <x@y.example>", likely, likely, nothing},
        RelayRow{"550 no", likely, likely, nothing},
        RelayRow{"550 5.1.1 User unknown", likely, nothing, nothing},
        RelayRow{"450 4.1.1 User unknown", nothing, nothing, nothing},
        RelayRow{"454 4.7.1 <x@y.example>: Relay access denied", denied, denied, denied},
        RelayRow{"451 4.4.1 relay host not reachable", nothing, nothing, nothing},
        RelayRow{"550 an MX or SRV record indicated no SMTP service", nothing, nothing, nothing},
        RelayRow{"550 Callout verification failed: 550 5.1.1 no such user here",
                 nothing,
                 nothing,
                 nothing},
        RelayRow{"450 4.2.0 Greylisted", nothing, nothing, nothing},
        RelayRow{"451 4.3.0 try again later", nothing, nothing, nothing},
        RelayRow{"554 5.7.1 Client host rejected: Access denied", nothing, nothing, nothing},
        RelayRow{"550 5.7.1 blocked using zen.spamhaus.org", nothing, nothing, nothing},
        RelayRow{"504 5.5.2 Helo command rejected: need fully-qualified hostname",
                 nothing,
                 nothing,
                 nothing},
        RelayRow{"550 5.1.8 Sender address rejected: Domain not found", nothing, nothing, nothing},
        RelayRow{"556 5.1.10 Recipient address has null MX", nothing, nothing, nothing},
        RelayRow{"550 5.7.26 Unauthenticated email is not accepted due to DMARC",
                 nothing,
                 nothing,
                 nothing},
        RelayRow{"421 4.7.0 Too many errors", nothing, nothing, nothing},
        RelayRow{"503 5.5.1 need MAIL", nothing, nothing, nothing}));

Subject subject() {
  Subject out;
  out.own_address = "Alice@example.org";
  out.nonce = "spranga-1";
  return out;
}

SenderForm form(words::Word name) {
  for (const auto& each : sender_forms(subject(), "")) {
    if (each.name == name) {
      return each;
    }
  }
  ADD_FAILURE();
  return {};
}

TEST(SenderForms, AreForeignFirstAndTheDecidingOnesBeforeTheOthers) {
  const auto forms = sender_forms(subject(), "");
  std::vector<std::string> paths;
  paths.reserve(forms.size());
  for (const auto& each : forms) {
    paths.push_back((each.decides ? "!" : "") + each.path + each.parameters);
  }
  EXPECT_THAT(paths,
              ::testing::ElementsAre("!spranga-1@example.net",
                                     "!postmaster@example.org",
                                     "!spranga-1@example.org",
                                     "!postmaster%example.net@example.org",
                                     "!@example.org:postmaster@example.org",
                                     "ALICE@example.org",
                                     "Alice+spranga-1@example.org",
                                     "Alice@example.org AUTH=postmaster@example.org",
                                     ""));
}

TEST(SenderForms, UseTheOtherUserWhereOneIsGiven) {
  EXPECT_EQ(sender_forms(subject(), "carol@example.org")[1].path, "carol@example.org");
}

TEST(SenderForms, AreAllForeignToALoginOfAnyDomain) {
  // The foreign address must not be the login's own domain.
  const auto forms = sender_forms(subject(), "");
  EXPECT_FALSE(forms.front().path.ends_with("@example.org")) << "the login is at example.org";
}

struct SenderRow {
  std::string_view reply;
  SenderVerdict verdict;
};

class SenderRefusal : public ::testing::TestWithParam<SenderRow> {};

TEST_P(SenderRefusal, IsRead) {
  EXPECT_EQ(judge_sender_refusal(reply_of(GetParam().reply), form(words::Word::sender_foreign)),
            GetParam().verdict)
      << GetParam().reply;
}

constexpr auto refused = SenderVerdict::refused;
constexpr auto says_nothing = SenderVerdict::says_nothing;

INSTANTIATE_TEST_SUITE_P(
    Servers,
    SenderRefusal,
    ::testing::Values(
        SenderRow{"553 5.7.1 <x@y>: Sender address rejected: not owned by user alice", refused},
        SenderRow{"550 Sender address bob@example.test not owned by user alice", refused},
        SenderRow{"530 Sender rejected", refused},
        SenderRow{"550 5.7.60 SMTP; Client does not have permissions to send as this sender",
                  refused},
        SenderRow{"554 Message rejected: Email address is not verified.", refused},
        SenderRow{"550 no", refused},
        SenderRow{"450 4.7.1 <x@y>: Sender address rejected: not owned by user", refused},
        SenderRow{"451 4.7.1 no", says_nothing},
        SenderRow{"451 4.7.1 Service unavailable - try again later", says_nothing},
        SenderRow{"451 4.3.0 Temporary lookup failure", says_nothing},
        SenderRow{"450 4.1.8 Sender address rejected: Domain not found", says_nothing},
        SenderRow{"553 5.1.8 Domain of sender address x@y does not exist", says_nothing},
        SenderRow{"450 4.2.0 Greylisted", says_nothing},
        SenderRow{"452 4.7.1 too many messages", says_nothing},
        SenderRow{"503 5.5.1 nested MAIL command", says_nothing},
        SenderRow{"500 5.5.2 what?", says_nothing},
        SenderRow{"501 5.1.7 Bad sender address syntax", says_nothing}));

TEST(SenderRefusal, OfAnOddFormsSyntaxIsARefusal) {
  const auto reply = reply_of("501 5.1.7 Bad sender address syntax");
  EXPECT_EQ(judge_sender_refusal(reply, form(words::Word::sender_percent)), refused);
  EXPECT_EQ(judge_sender_refusal(reply, form(words::Word::sender_route)), refused);
}

}  // namespace
}  // namespace spranga::check
