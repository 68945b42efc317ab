#include "daemon/mailer.h"

#include <gtest/gtest.h>

namespace spranga::daemon {
namespace {

using guard::mail::Protection;
using net_helper::Tls;

TEST(Mailer, AsksTheNetHelperForWhatTheRouteSays) {
  guard::mail::Letter letter;
  letter.route.sender = "guard@example.org";
  letter.route.recipients = {"owner@example.org"};
  letter.message = "Subject: x\r\n\r\n";
  auto& server = letter.route.server;
  server.host = "mail.example.org";
  server.port = 587;
  server.ca_file = "/etc/ca.pem";
  server.user = "guard";
  server.password = "secret";
  for (const auto& [protection, tls] : {std::pair(Protection::automatic, Tls::automatic),
                                        std::pair(Protection::starttls, Tls::starttls),
                                        std::pair(Protection::implicit, Tls::implicit),
                                        std::pair(Protection::opportunistic, Tls::opportunistic)}) {
    server.tls = protection;
    net_helper::Request request;
    request.what = net_helper::Request::What::mail;
    request.mail = mail_of(letter, "host.example.org");
    EXPECT_EQ(request.mail.tls, tls);
    EXPECT_TRUE(net_helper::check(request));
    EXPECT_EQ(request.mail.helo, "host.example.org");
    EXPECT_EQ(request.mail.server, "mail.example.org");
    EXPECT_EQ(request.mail.port, 587);
    EXPECT_EQ(request.mail.ca_file, "/etc/ca.pem");
    EXPECT_EQ(request.mail.user, "guard");
    EXPECT_EQ(request.mail.password, "secret");
    EXPECT_EQ(request.mail.sender, "guard@example.org");
    EXPECT_EQ(request.mail.recipients, letter.route.recipients);
  }
  server.tls = Protection::none;
  EXPECT_EQ(mail_of(letter, "").tls, Tls::none);
}

TEST(Mailer, HearsOfRecipientsWhoWereRefused) {
  net_helper::Answer answer;
  answer.refused = {{"other@example.org", "550 no such user", true}};
  const auto outcome = outcome_of(answer);
  EXPECT_EQ(outcome.error, "");
  ASSERT_EQ(outcome.refused.size(), 1U);
  EXPECT_EQ(outcome.refused[0].recipient, "other@example.org");
  EXPECT_TRUE(outcome.refused[0].for_good);
  answer.error = "no answer in time";
  EXPECT_EQ(outcome_of(answer).error, "no answer in time");
  EXPECT_FALSE(outcome_of(answer).for_good);
}

TEST(Mailer, TriesSendmailAgainUnlessThePlanForbidsIt) {
  action_runner::Reply reply;
  EXPECT_EQ(outcome_of(reply).error, "");
  reply.outcome = action_runner::Outcome::failed;
  reply.exit_code = 75;
  EXPECT_EQ(outcome_of(reply).error, "sendmail: exit status 75");
  EXPECT_FALSE(outcome_of(reply).for_good);
  reply.outcome = action_runner::Outcome::refused;
  reply.why = "the configuration names no such recipient of mails";
  EXPECT_EQ(outcome_of(reply).error, reply.why);
  EXPECT_TRUE(outcome_of(reply).for_good);
}

}  // namespace
}  // namespace spranga::daemon
