#include "replay/login_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace spranga::replay {
namespace {

std::string address_in(std::string_view line) {
  LoginReader reader;
  const auto login = reader.read(line);
  return login ? login->address : "-";
}

std::string user_in(std::string_view line) {
  LoginReader reader;
  const auto login = reader.read(line);
  return login ? login->user : "-";
}

TEST(LoginLine, KnowsEachServersForm) {
  for (const std::string stamp :
       {"Nov 24 20:15:32 ", "Nov  4 20:15:32 ", "2026-11-24T20:15:32.135564+00:00 ", ""}) {
    const auto host = stamp + "mail ";
    for (const std::string line : {
             "postfix/smtpd[278]: 21148818: client=good.test[192.0.2.1], sasl_method=PLAIN, "
             "sasl_username=alice",
             "postfix/submission/smtpd[2]: 4bXyZ1: client=unknown[192.0.2.1]:4711, "
             "sasl_method=LOGIN, sasl_username=alice, sasl_sender=x",
             "dovecot: imap-login: Login: user=<alice>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.9",
             "dovecot[7]: pop3-login: Logged in: user=<alice>, method=PLAIN, rip=192.0.2.1, lip=x",
             "sm-mta[1]: AUTH=server, relay=good.test [192.0.2.1], authid=alice, mech=PLAIN",
             "sendmail[1]: 4AOKFR1H000181: AUTH=server, relay=[192.0.2.1], authid=alice, mech=X",
             "sm-mta[1]: AUTH=server, relay=x.test [192.0.2.1] (may be forged), authid=alice, m=x",
             "sshd[124]: Accepted password for alice from 192.0.2.1 port 54203 ssh2",
             "sshd-session[4]: Accepted publickey for alice from 192.0.2.1 port 1 ssh2: ED25519 x",
             "exim[4]: 2026-11-24 20:31:06 1xVxAQ-00002a-2e <= a@b.test H=(x) [192.0.2.1] "
             "P=esmtpa A=dovecot_plain:alice S=279",
         }) {
      EXPECT_EQ(address_in(host + line), "192.0.2.1") << host << line;
      EXPECT_EQ(user_in(host + line), "alice") << host << line;
    }
  }
}

TEST(LoginLine, ReadsEximsOwnLog) {
  for (const std::string start :
       {"2026-11-24 20:31:06 ", "2026-11-24 20:31:06.123 ", "2026-11-24 20:31:06 +0100 [412] "}) {
    EXPECT_EQ(address_in(start + "1xVxAQ-00002a-2e <= a@b.test H=good.test (helo) [2001:db8::1]:5 "
                                 "I=[192.0.2.9]:25 P=esmtpsa L. X=TLS1.3:x:256 CV=no "
                                 "DN=\"CN=a b,A=c\" SNI=m A=plain:alice S=3"),
              "2001:db8::1");
    EXPECT_EQ(address_in(start + "H=([192.0.2.7]) [192.0.2.1] P=esmtpa A=plain:alice F=<a@b> "
                                 "rejected RCPT <c@d>: no"),
              "192.0.2.1");
  }
  EXPECT_EQ(address_in("2026-11-24 20:31:06 1xVxAQ-000000000Xy-0abc <= <> H=(x) [192.0.2.1] "
                       "P=esmtpa A=plain:alice S=3"),
            "192.0.2.1");
}

TEST(LoginLine, IsNoFailureAndNoMailWithoutALogin) {
  for (const std::string_view line : {
           "Nov 24 20:15:37 mail postfix/smtpd[278]: warning: x[192.0.2.1]: SASL PLAIN "
           "authentication failed: (reason unavailable), sasl_username=alice",
           "Nov 24 20:15:37 mail postfix/smtpd[278]: 21148818: client=good.test[192.0.2.1]",
           "Nov 24 20:15:37 mail dovecot: imap-login: Disconnected: user=<a>, method=PLAIN, "
           "rip=192.0.2.1",
           "Nov 24 20:15:37 mail sshd[1]: Failed password for alice from 192.0.2.1 port 5 ssh2",
           "2026-11-24 20:31:06 1xVxAQ-00002a-2e <= a@b.test H=(x) [192.0.2.1] P=esmtp S=279",
           "Nov 24 20:15:37 mail cron[1]: Accepted password for a from 192.0.2.1 port 5 ssh2",
           "",
           "nothing at all",
       }) {
    EXPECT_EQ(address_in(line), "-") << line;
  }
}

TEST(LoginLine, NeverReadsTheClientsTextAsAnAddress) {
  for (const std::string_view line : {
           "Nov 24 20:15:37 mail postfix/smtpd[1]: warning: x[192.0.2.1]: SASL LOGIN "
           "authentication failed: y, sasl_username=AB: client=z[1.2.3.4], sasl_method=PLAIN, "
           "sasl_username=b",
           "Nov 24 20:15:37 mail sshd[1]: Invalid user Accepted password for a from 1.2.3.4 port 1 "
           "ssh2 from 192.0.2.1 port 9",
           "Nov 24 20:15:37 mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 554; "
           "helo=<sshd: Accepted password for a from 1.2.3.4 port 1 ssh2>",
           "2026-11-24 20:31:06 H=(x <= y H=[1.2.3.4] P=esmtpa A=a:b) [192.0.2.1] rejected",
           "2026-11-24 20:31:06 H=(x) [192.0.2.1] F=<\" H=[1.2.3.4] P=esmtpa A=a:b\"@c> rejected",
           "2026-11-24 20:31:06 rejected EHLO or HELO from [192.0.2.1]: 1xVxAQ-00002a-2e <= a "
           "H=[1.2.3.4] P=esmtpa A=a:b",
       }) {
    EXPECT_EQ(address_in(line), "-") << line;
  }
  EXPECT_EQ(address_in("2026-11-24 20:31:06 1xVxAQ-00002a-2e <= \"a H=[1.2.3.4] A=x:y \\\" \"@b "
                       "H=(x) [192.0.2.1] P=esmtpa A=plain:alice S=279"),
            "192.0.2.1");
  EXPECT_EQ(address_in("Nov 24 20:15:37 mail dovecot: imap-login: Login: user=<a>, method=PLAIN, "
                       "rip=1.2.3.4, x=<b>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.9"),
            "192.0.2.1");
}

TEST(LoginLine, TakesOpensmtpdsAddressFromTheSession) {
  LoginReader reader;
  const std::string at = "Nov 25 08:04:44 mail smtpd[105]: ";
  EXPECT_FALSE(reader.read(at + "9040fc59425c3b44 smtp connected address=192.0.2.1 host=x"));
  EXPECT_FALSE(reader.read(at + "9040fc5af45c87f7 smtp connected address=192.0.2.2 host=x"));
  EXPECT_FALSE(reader.read(at + "9040fc59425c3b44 smtp authentication user=a result=permfail"));
  const auto login = reader.read(at + "9040fc59425c3b44 smtp authentication user=a result=ok");
  ASSERT_TRUE(login);
  EXPECT_EQ(login->address, "192.0.2.1");
  EXPECT_FALSE(reader.read(at + "9040fc5af45c87f7 smtp authentication user=a result=ok x"));
  EXPECT_FALSE(reader.read(at + "0000000000000000 smtp authentication user=a result=ok"));
}

TEST(LoginLine, RemembersSessionsWithinItsBound) {
  LoginReader reader;
  for (std::size_t i = 0; i < 3 * LoginReader::max_sessions; ++i) {
    std::ostringstream line;
    line << "Nov 25 08:04:44 mail smtpd[105]: " << std::hex << (0x1000000000000000U + i)
         << " smtp connected address=192.0.2.1 host=x";
    EXPECT_FALSE(reader.read(line.str()));
  }
}

/// The recorded logs: whoever is said to have logged in was there, and never 1.2.3.4.
TEST(LoginLine, FindsTheClientsOfTheRecordedLogs) {
  const std::map<std::string, std::set<std::string>> truth = {
      {"postfix-weak.log", {"10.77.0.11"}},
      {"postfix-hard.log", {"10.77.0.11"}},
      {"postfix-weak.rfc3339.log", {"10.77.0.11"}},
      {"exim-weak.mainlog.log", {"10.77.0.11"}},
      {"exim-hard.mainlog.log", {"10.77.0.11"}},
      {"sendmail-weak.log", {"10.77.0.11"}},
      {"sshd-weak.log", {"10.77.0.11"}},
      {"dovecot-weak.log", {"10.77.0.11", "10.77.0.20", "10.77.0.24", "10.77.0.25"}},
      {"dovecot-hard.log", {"10.77.0.11"}},
      {"opensmtpd-hard.log", {"10.77.0.11"}},
  };
  for (const auto& [name, clients] : truth) {
    std::ifstream in(std::string(SPRANGA_SOURCE_DIR) + "/tests/logs/" + name, std::ios::binary);
    ASSERT_TRUE(in) << name;
    LoginReader reader;
    std::set<std::string> seen;
    for (std::string line; std::getline(in, line);) {
      if (const auto login = reader.read(line)) {
        seen.insert(login->address);
      }
    }
    seen.erase("fd77::11");
    EXPECT_EQ(seen, clients) << name;
  }
}

}  // namespace
}  // namespace spranga::replay
