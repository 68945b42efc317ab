#include "check/product.h"

#include <gtest/gtest.h>

#include "check/noise_cost.h"
#include "tests/check/reply_of.h"

namespace spranga::check {
namespace {

using finding::Product;

struct Row {
  std::string_view reply;
  Product product;
};

class Greeting : public ::testing::TestWithParam<Row> {};

TEST_P(Greeting, TellsTheProduct) {
  EXPECT_EQ(product_of_greeting(reply_of(GetParam().reply)), GetParam().product)
      << GetParam().reply;
}

INSTANTIATE_TEST_SUITE_P(
    Servers,
    Greeting,
    ::testing::Values(
        Row{"220 mail.example.org ESMTP Postfix (Debian/GNU)", Product::postfix},
        Row{"220 mail.example.org ESMTP Exim 4.96 Tue, 25 Nov 2026 10:00:00 +0000", Product::exim},
        Row{"220 mail.example.org ESMTP Sendmail 8.17.1.9/8.17.1.9; Tue, 25 Nov 2026",
            Product::sendmail},
        Row{"220 mail.example.org ESMTP OpenSMTPD", Product::opensmtpd},
        Row{"220 mail.example.org Dovecot (Debian) ready.", Product::dovecot},
        Row{"220 EX01.example.org Microsoft ESMTP MAIL Service ready at Tue, 25 Nov 2026",
            Product::exchange},
        Row{"220 mail.example.org ESMTP Haraka/3.0.3 ready (4F2A)", Product::haraka},
        Row{"220 mx.google.com ESMTP a1b2c3 - gsmtp", Product::other},
        Row{"220 mail.example.org ESMTP", Product::unknown},
        Row{"220 ", Product::unknown},
        Row{"220 postfix.example.org ESMTP ready", Product::unknown},
        Row{"220 exim.example.org ESMTP Postfix", Product::postfix},
        Row{"220 mail.example.org ESMTP not-exim.example.org", Product::unknown},
        Row{"220 mail.example.org ESMTP MaxEximum", Product::unknown}));

class Refusal : public ::testing::TestWithParam<Row> {};

TEST_P(Refusal, TellsTheProduct) {
  EXPECT_EQ(product_of_reply(reply_of(GetParam().reply)), GetParam().product) << GetParam().reply;
}

INSTANTIATE_TEST_SUITE_P(
    Servers,
    Refusal,
    ::testing::Values(Row{"503 AUTH command used when not advertised", Product::exim},
                      Row{"501 Authentication cancelled", Product::exim},
                      Row{"501 5.7.0 Authentication cancelled", Product::unknown},
                      Row{"530 5.7.0 Must issue a STARTTLS command first", Product::postfix},
                      Row{"503 5.5.1 Error: authentication not enabled", Product::postfix},
                      Row{"504 5.3.3 AUTH mechanism PLAIN not available", Product::sendmail},
                      Row{"250 Ok", Product::unknown}));

TEST(NoiseCost, OfARefusedRelayIsALineOnEachKnownServerThatCounts) {
  EXPECT_EQ(noise_cost(LoudProbe::relay_refused, Product::postfix), 1);
  EXPECT_EQ(noise_cost(LoudProbe::relay_refused, Product::exim), 1);
  EXPECT_EQ(noise_cost(LoudProbe::relay_refused, Product::sendmail), 1);
  EXPECT_EQ(noise_cost(LoudProbe::relay_refused, Product::opensmtpd), 0);
}

TEST(NoiseCost, OfABareAuthIsALineOnEximOnly) {
  EXPECT_EQ(noise_cost(LoudProbe::clear_auth_unadvertised, Product::exim), 1);
  EXPECT_EQ(noise_cost(LoudProbe::clear_auth_unadvertised, Product::postfix), 0);
  EXPECT_EQ(noise_cost(LoudProbe::clear_auth_unadvertised, Product::unknown), 0);
}

TEST(NoiseCost, OfAnUnknownServerIsThatOfTheLoudest) {
  for (const auto product : {Product::unknown, Product::other}) {
    EXPECT_EQ(noise_cost(LoudProbe::relay_refused, product), 1);
    EXPECT_EQ(noise_cost(LoudProbe::vrfy_refused, product), 1);
    EXPECT_EQ(noise_cost(LoudProbe::mailbox_refused, product), 1);
  }
}

TEST(RefusalCost, OnPostfixIsWhatItsFilterReads) {
  const auto cost = [](const char* text) {
    return refusal_cost(reply_of(text), "a@example.org", true, Product::postfix);
  };
  EXPECT_EQ(cost("554 5.7.1 <c[192.0.2.1]>: Client host rejected: Access denied"), 1);
  EXPECT_EQ(cost("554 5.7.1 <a@b.example>: Relay access denied"), 1);
  EXPECT_EQ(cost("450 4.1.8 <a@b.example>: Sender address rejected: Domain not found"), 1);
  EXPECT_EQ(cost("450 4.7.1 <c.example>: Helo command rejected: Host not found"), 1);
  EXPECT_EQ(cost("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in table"), 1);
  EXPECT_EQ(cost("554 5.7.1 <a@b.example>: Recipient address rejected: Access denied"), 0);
  EXPECT_EQ(cost("553 5.7.1 <a@b.example>: Sender address rejected: not owned by user bob"), 0);
  EXPECT_EQ(cost("530 5.7.0 Must issue a STARTTLS command first"), 0);
  EXPECT_EQ(cost("250 2.1.5 Ok"), 0);
}

TEST(RefusalCost, OnSendmailIsWhatItsFilterReads) {
  const auto cost = [](const char* text, const char* recipient) {
    return refusal_cost(reply_of(text), recipient, false, Product::sendmail);
  };
  constexpr auto to = "a@example.org";
  EXPECT_EQ(cost("550 5.7.1 <a@b>... Relaying denied. Proper authentication required.", to), 1);
  EXPECT_EQ(cost("550 5.7.1 <a@b>... Relaying denied. IP name lookup failed [192.0.2.1]", to), 1);
  EXPECT_EQ(cost("550 5.7.1 <a@b>... Relaying denied. IP name lookup failed [IPv6:::1]", to), 0);
  EXPECT_EQ(cost("550 5.1.1 <a@b>... User unknown", to), 1);
  EXPECT_EQ(cost("550 5.1.1 postmaster... User unknown", "postmaster"), 0);
  EXPECT_EQ(cost("553 5.1.8 <a@b>... Domain of sender address x@y does not exist", to), 1);
  EXPECT_EQ(cost("553 5.1.8 <x@y>... Domain of sender address x@y does not exist", ""), 0);
  EXPECT_EQ(cost("550 5.7.23 SPF validation failed", to), 0);
  EXPECT_EQ(cost("550 5.7.1 Access denied", to), 0);
  EXPECT_EQ(cost("451 4.7.1 Greylisting in action", to), 0);
}

TEST(RefusalCost, OnEximIsASendersLineAndTheRecipientsOutsideTls) {
  const auto cost = [](const char* text, const char* recipient, bool tls) {
    return refusal_cost(reply_of(text), recipient, tls, Product::exim);
  };
  EXPECT_EQ(cost("550 Sender verify failed", "", true), 1);
  EXPECT_EQ(cost("550 Sender verify failed", "a@example.org", true), 1);
  EXPECT_EQ(cost("550 Sender verify failed", "a@example.org", false), 2);
  EXPECT_EQ(cost("550 Unrouteable address", "a@example.org", false), 1);
  EXPECT_EQ(cost("550 Unrouteable address", "a@example.org", true), 0);
  EXPECT_EQ(cost("550 Unrouteable address", "postmaster", false), 0);
  EXPECT_EQ(cost("550 Authentication required", "a@example.org", false), 0);
}

}  // namespace
}  // namespace spranga::check
