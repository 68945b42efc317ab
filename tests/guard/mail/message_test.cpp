#include "guard/mail/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/guard/mail/news.h"

namespace spranga::guard::mail {

namespace {

using test::night;
using ::testing::HasSubstr;
using ::testing::Not;

Draft draft() {
  Draft out;
  out.sender = "root@mail.example.org";
  out.sender_name = "spranga";
  out.recipients = {"owner@example.org"};
  out.subject = "one";
  out.body = "text\n";
  out.date = night;
  out.id = "1.spranga@mail.example.org";
  return out;
}

std::string composed(const Draft& from) {
  const auto message = compose(from);
  EXPECT_TRUE(message) << (message ? "" : message.error().detail);
  return message.value_or("");
}

std::string decoded(const std::string& printable) {
  std::string out;
  for (std::size_t i = 0; i < printable.size(); ++i) {
    if (printable[i] == '=' && printable[i + 1] == '\r') {
      i += 2;
    } else if (printable[i] == '=') {
      out += static_cast<char>(std::stoi(printable.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else if (printable[i] != '\r') {
      out += printable[i];
    }
  }
  return out;
}

TEST(Message, HasItsHeadersAndCrLf) {
  EXPECT_EQ(composed(draft()),
            "From: \"spranga\" <root@mail.example.org>\r\n"
            "To: owner@example.org\r\n"
            "Subject: one\r\n"
            "Date: Sun, 29 Nov 2026 01:49:03 +0000\r\n"
            "Message-ID: <1.spranga@mail.example.org>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "text\r\n");
}

TEST(Message, NothingBecomesAHeader) {
  for (const auto* bad :
       {"x\r\nBcc: all@example.org", "x\nBcc: all@example.org", "x\r", "\x01", ""}) {
    auto one = draft();
    one.sender = bad;
    EXPECT_FALSE(compose(one)) << bad;
    one = draft();
    one.recipients = {bad};
    EXPECT_FALSE(compose(one)) << bad;
    one = draft();
    one.id = bad;
    EXPECT_FALSE(compose(one)) << bad;
    one = draft();
    one.subject = bad;
    EXPECT_EQ(compose(one).has_value(), std::string(bad).empty()) << bad;
    one = draft();
    one.sender_name = bad;
    EXPECT_EQ(compose(one).has_value(), std::string(bad).empty()) << bad;
  }
  auto none = draft();
  none.recipients.clear();
  EXPECT_FALSE(compose(none));
  none.recipients = {"-oQ/tmp"};  // an option for sendmail
  EXPECT_FALSE(compose(none));
}

TEST(Message, NamesAreQuoted) {
  auto one = draft();
  one.sender_name = "a \"b\" \\ c";
  EXPECT_THAT(composed(one), HasSubstr(R"(From: "a \"b\" \\ c" <root@mail.example.org>)"));
  one.sender_name = "perché";
  EXPECT_THAT(composed(one), HasSubstr("From: =?utf-8?B?cGVyY2jDqQ==?= <root@mail.example.org>"));
}

TEST(Message, SubjectsAreFoldedOrEncoded) {
  auto one = draft();
  one.subject = std::string(70, 'a') + " " + std::string(30, 'b');
  EXPECT_THAT(
      composed(one),
      HasSubstr("Subject: " + std::string(70, 'a') + "\r\n " + std::string(30, 'b') + "\r\n"));
  one.subject = std::string(44, 'a') + "èè";  // the first è would be cut in two
  EXPECT_THAT(composed(one), HasSubstr("YWE=?=\r\n =?utf-8?B?w6jDqA==?=\r\n"));
  one.subject = "=?utf-8?Q?=0D=0ABcc:_x?=";
  EXPECT_THAT(composed(one), Not(HasSubstr("=0D")));
}

TEST(QuotedPrintable, ComesBackAsItWas) {
  std::string text;
  for (int length = 0; length < 200; ++length) {
    text += std::string(static_cast<std::size_t>(length), length % 3 == 0 ? '=' : 'x') + "è \n";
  }
  for (const auto& one :
       {text, std::string("\n"), std::string(" \n\t\n.\n..\n"), std::string("From x\n")}) {
    const auto printable = quoted_printable(one);
    EXPECT_EQ(decoded(printable), one);
    for (std::size_t at = 0; at < printable.size();) {
      const auto end = printable.find("\r\n", at);
      ASSERT_NE(end, std::string::npos);
      EXPECT_LE(end - at, 76U);
      EXPECT_TRUE(end == at || printable[end - 1] != ' ');
      at = end + 2;
    }
  }
  EXPECT_EQ(quoted_printable(""), "\r\n");
  EXPECT_EQ(quoted_printable("no end"), "no end\r\n");
}

TEST(Message, DatesAreThoseOfTheCalendar) {
  using namespace std::chrono;
  EXPECT_EQ(date_text(sys_days(year(2024) / 2 / 29) + 23h + 59min + 59s + 999ms),
            "Thu, 29 Feb 2024 23:59:59 +0000");
}

}  // namespace

}  // namespace spranga::guard::mail
