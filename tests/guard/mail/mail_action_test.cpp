#include "guard/mail/mail_action.h"

#include <gtest/gtest.h>

#include "tests/guard/mail/news.h"

namespace spranga::guard::mail {

namespace {

ban::ActionSpec shell_action(const std::string& file) {
  ban::ActionSpec out;
  out.name = file;
  out.file = file;
  out.options = {
      {"actionban", "( echo Subject: <ip> ) | /usr/sbin/sendmail -f \"<sender>\" \"<dest>\""},
      {"dest", "owner@example.org"},
      {"sender", "root@<fq-hostname>"},
      {"sendername", "Fail2Ban"}};
  return out;
}

ban::ActionSpec script(std::vector<std::pair<std::string, std::string>> options) {
  ban::ActionSpec out;
  out.name = "smtp";
  out.file = "/etc/fail2ban/action.d/smtp.py";
  out.is_script = true;
  out.options = std::move(options);
  return out;
}

std::optional<MailAction> read(const ban::ActionSpec& action,
                               std::vector<std::string>* complaints = nullptr) {
  std::vector<std::string> unused;
  auto usual = test::route("usual@example.org");
  usual.server.host = "usual.example.org";
  return mail_action(
      action, usual, "mail.example.org", complaints == nullptr ? unused : *complaints);
}

TEST(MailAction, TakesThePeopleOfAShellAction) {
  const auto got = read(shell_action("sendmail-whois-lines"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->route.recipients, std::vector<std::string>{"owner@example.org"});
  EXPECT_EQ(got->route.sender, "root@mail.example.org");
  EXPECT_EQ(got->route.sender_name, "Fail2Ban");
  EXPECT_EQ(got->route.server.host, "usual.example.org");
  EXPECT_TRUE(got->route.lines);
  EXPECT_TRUE(got->looks_up_owner);
  EXPECT_FALSE(got->is_smtp_script);
  EXPECT_FALSE(read(shell_action("sendmail"))->route.lines);
  EXPECT_FALSE(read(shell_action("mail-whois"))->route.lines);
}

TEST(MailAction, LeavesOtherActionsAlone) {
  EXPECT_FALSE(read(shell_action("iptables-multiport")));
  EXPECT_FALSE(read(shell_action("mail-buffered")));
  auto changed = shell_action("sendmail-whois");
  changed.options[0].second = "curl https://chat.example.org/<ip>";
  EXPECT_FALSE(read(changed));
  auto other = script({});
  other.file = "/etc/fail2ban/action.d/other.py";
  EXPECT_FALSE(read(other));
}

TEST(MailAction, SmtpScriptHasAServerOfItsOwn) {
  const auto plain = read(script({}));
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->is_smtp_script);
  EXPECT_EQ(plain->route.recipients, std::vector<std::string>{"root"});
  EXPECT_EQ(plain->route.sender, "fail2ban");
  EXPECT_EQ(plain->route.server.host, "localhost");
  EXPECT_EQ(plain->route.server.port, 25);
  EXPECT_EQ(plain->route.server.tls, Protection::opportunistic);
  EXPECT_FALSE(plain->route.lines);

  const auto full = read(script({{"host", "smtp.example.org:587"},
                                 {"user", "guard"},
                                 {"password", "secret"},
                                 {"sendername", "The guard"},
                                 {"sender", "guard@example.org"},
                                 {"dest", "a@example.org, b@example.org"},
                                 {"matches", "ipmatches"}}));
  ASSERT_TRUE(full);
  EXPECT_EQ(full->route.server.host, "smtp.example.org");
  EXPECT_EQ(full->route.server.port, 587);
  EXPECT_EQ(full->route.server.user, "guard");
  EXPECT_EQ(full->route.server.password, "secret");
  EXPECT_EQ(full->route.server.tls, Protection::automatic);
  EXPECT_EQ(full->route.recipients.size(), 2U);
  EXPECT_TRUE(full->route.lines);
  EXPECT_EQ(read(script({{"host", "[2001:db8::1]:26"}}))->route.server.host, "2001:db8::1");
  EXPECT_EQ(read(script({{"host", "[2001:db8::1]:26"}}))->route.server.port, 26);
  EXPECT_EQ(read(script({{"host", "2001:db8::1"}}))->route.server.host, "2001:db8::1");
}

TEST(MailAction, ComplainsOfWhatIsNoAddress) {
  std::vector<std::string> complaints;
  EXPECT_FALSE(read(script({{"dest", "<\nBcc: x>"}}), &complaints));
  ASSERT_EQ(complaints.size(), 1U);
  EXPECT_EQ(complaints[0].find('\n'), std::string::npos);
}

}  // namespace

}  // namespace spranga::guard::mail
