#include "net_helper/messages.h"

#include <gtest/gtest.h>

namespace spranga::net_helper {

namespace {

Request mail_request() {
  Request out;
  out.number = 7;
  out.what = Request::What::mail;
  out.mail.server = "mail.example.test";
  out.mail.port = 587;
  out.mail.tls = Tls::starttls;
  out.mail.helo = "guard.example.test";
  out.mail.user = "alice";
  out.mail.password = "secret";
  out.mail.sender = "guard@example.test";
  out.mail.recipients = {"owner@example.test", "root"};
  out.mail.message = "Subject: one\r\n\r\ntext\r\n";
  return out;
}

bool passes(const Request& request) {
  return read_request(pack(request)).has_value();
}

TEST(NetMessages, ComeBackAsTheyWere) {
  const auto sent = mail_request();
  const auto got = read_request(pack(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(pack(*got), pack(sent));
  EXPECT_EQ(got->mail.recipients, sent.mail.recipients);
  Answer answer;
  answer.number = 9;
  answer.error = "550 no";
  answer.for_good = true;
  answer.texts = {"192.0.2.1"};
  answer.refused = {{"root", "550 5.1.1 who?", true}};
  const auto back = read_answer(pack(answer));
  ASSERT_TRUE(back);
  EXPECT_EQ(pack(*back), pack(answer));
}

TEST(NetMessages, ARecipientCannotBringACommand) {
  for (const auto* bad : {"a@example.test>\r\nRCPT TO:<b@example.test",
                          "a b@example.test",
                          "",
                          "<a>",
                          "a@example.test\n",
                          "\x7f"}) {
    auto request = mail_request();
    request.mail.recipients = {bad};
    EXPECT_FALSE(passes(request)) << bad;
    request = mail_request();
    request.mail.sender = bad;
    EXPECT_EQ(passes(request), std::string(bad).empty()) << bad;
  }
}

TEST(NetMessages, LoginServerAndGreetingAreOneLine) {
  for (const auto field :
       {&Mail::server, &Mail::helo, &Mail::user, &Mail::password, &Mail::ca_file}) {
    auto request = mail_request();
    request.mail.*field = "x\r\nQUIT";
    EXPECT_FALSE(passes(request));
  }
  auto request = mail_request();
  request.mail.server = "mail.example.test/x@evil.example";
  EXPECT_FALSE(passes(request));
  request.mail.server = "2001:db8::1";
  EXPECT_TRUE(passes(request));
  request.mail.port = 0;
  EXPECT_FALSE(passes(request));
}

TEST(NetMessages, AMailHasWholeLinesOfASaneLength) {
  const auto with = [](std::string message) {
    auto request = mail_request();
    request.mail.message = std::move(message);
    return passes(request);
  };
  EXPECT_TRUE(with("Subject: x\r\n\r\n" + std::string(longest_mail_line, 'y') + "\r\n"));
  EXPECT_FALSE(with("Subject: x\r\n\r\n" + std::string(longest_mail_line + 1, 'y') + "\r\n"));
  EXPECT_FALSE(with("Subject: x\n\nbare\r\n"));
  EXPECT_FALSE(with("Subject: x\r\r\n"));
  EXPECT_FALSE(with("Subject: x"));
  EXPECT_FALSE(with(std::string("Subject: \0x\r\n", 13)));
  EXPECT_FALSE(with(""));
}

TEST(NetMessages, LimitsAreKept) {
  auto request = mail_request();
  request.mail.recipients.assign(most_recipients, "a@example.test");
  EXPECT_TRUE(passes(request));
  request.mail.recipients.emplace_back("a@example.test");
  EXPECT_FALSE(passes(request));
  request = mail_request();
  request.mail.message.clear();
  while (request.mail.message.size() <= largest_mail) {
    request.mail.message += std::string(98, 'x') + "\r\n";
  }
  const auto read = read_request(pack(request));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::too_large);
  Answer answer;
  answer.texts.assign(most_texts + 1, "x");
  EXPECT_FALSE(read_answer(pack(answer)));
  answer.texts = {std::string(longest_error + 1, 'x')};
  EXPECT_FALSE(read_answer(pack(answer)));
}

TEST(NetMessages, NamesAndAddressesAreWhatTheySay) {
  Request request;
  request.text = "mail.example.test";
  EXPECT_TRUE(passes(request));
  for (const auto* bad : {"", "a b", "a\n", "x/y", "a\\b"}) {
    request.text = bad;
    EXPECT_FALSE(passes(request)) << bad;
  }
  request.what = Request::What::names;
  request.text = "2001:db8::7";
  EXPECT_TRUE(passes(request));
  request.text = "mail.example.test";
  EXPECT_FALSE(passes(request));
  request.text = "192.0.2.1";
  request.timeout = longest_timeout + std::chrono::milliseconds(1);
  EXPECT_FALSE(passes(request));
  request.timeout = std::chrono::milliseconds(-1);
  EXPECT_FALSE(passes(request));
}

TEST(NetMessages, WhatIsCutOrLongerIsRefused) {
  const auto bytes = pack(mail_request());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(read_request(bytes.substr(0, length)));
  }
  EXPECT_FALSE(read_request(bytes + "x"));
}

}  // namespace

}  // namespace spranga::net_helper
