#include "guard/mail/settings.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace spranga::guard::mail {

namespace {

Settings read(const std::map<std::string, std::string>& own,
              std::vector<std::string>* complaints = nullptr) {
  std::vector<std::string> unused;
  return read_settings(own, "mail.example.org", complaints == nullptr ? unused : *complaints);
}

TEST(MailSettings, AreOffUnlessAskedFor) {
  EXPECT_EQ(read({}).rhythm, Rhythm::off);
  EXPECT_EQ(read({{"mail", "no"}, {"mail_to", "root"}}).rhythm, Rhythm::off);
  std::vector<std::string> complaints;
  EXPECT_EQ(read({{"mail", "each"}, {"mail_to", "no address at all;"}}, &complaints).rhythm,
            Rhythm::each);  // three words without a domain are three local names
  EXPECT_EQ(read({{"mail", "each"}, {"mail_to", "<>"}}, &complaints).rhythm, Rhythm::off);
  EXPECT_EQ(complaints.size(), 1U);
}

TEST(MailSettings, AreReadWhole) {
  const auto got = read({{"mail", "daily"},
                         {"mail_to", "a@example.org, b@example.org a@example.org"},
                         {"mail_from", "guard@example.org"},
                         {"mail_language", "it"},
                         {"mail_on_start", "no"},
                         {"mail_lines", "0"},
                         {"mail_limit", "7"},
                         {"mail_server", "smtp.example.org"},
                         {"mail_tls", "starttls"},
                         {"mail_user", "guard"},
                         {"mail_password", "secret"},
                         {"geoip", "none"}});
  EXPECT_EQ(got.rhythm, Rhythm::daily);
  EXPECT_EQ(got.route.recipients, (std::vector<std::string>{"a@example.org", "b@example.org"}));
  EXPECT_EQ(got.route.sender, "guard@example.org");
  EXPECT_EQ(got.language, words::Language::italian);
  EXPECT_FALSE(got.tell_start);
  EXPECT_FALSE(got.route.lines);
  EXPECT_EQ(got.per_hour, 7U);
  EXPECT_EQ(got.route.server.host, "smtp.example.org");
  EXPECT_EQ(got.route.server.port, 587);  // with a login
  EXPECT_EQ(got.route.server.tls, Protection::starttls);
  EXPECT_EQ(got.route.server.password, "secret");
  EXPECT_EQ(got.geoip, "none");
}

TEST(MailSettings, PortsFollowTheWay) {
  EXPECT_EQ(read({}).route.server.port, 25);
  EXPECT_EQ(read({{"mail_tls", "implicit"}}).route.server.port, 465);
  EXPECT_EQ(read({{"mail_tls", "implicit"}, {"mail_port", "2465"}}).route.server.port, 2465);
  EXPECT_TRUE(read({{"mail_via", "sendmail"}}).route.server.sendmail);
}

TEST(MailSettings, WhatCannotBeUsedIsComplainedOf) {
  std::vector<std::string> complaints;
  const auto got = read({{"mail", "each"},
                         {"mail_to", "root"},
                         {"mail_from", "two words"},
                         {"mail_port", "70000"},
                         {"mail_limit", "many"}},
                        &complaints);
  EXPECT_EQ(complaints.size(), 3U);
  EXPECT_EQ(got.route.sender, "root@mail.example.org");
  EXPECT_EQ(got.route.server.port, 25);
  EXPECT_EQ(got.per_hour, 20U);
}

TEST(PasswordFile, MustBeForRootAlone) {
  const auto path =
      std::filesystem::temp_directory_path() / ("spranga_password." + std::to_string(::getpid()));
  std::ofstream(path) << "hunter2\r\nnot this\n";
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(read_password_file(path).value_or(""), "hunter2");
  ::chmod(path.c_str(), 0640);
  const auto open = read_password_file(path);
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, Errc::denied);
  EXPECT_EQ(open.error().detail.find("hunter2"), std::string::npos);
  ::chmod(path.c_str(), 0600);
  std::ofstream(path, std::ios::trunc) << "\n";
  EXPECT_FALSE(read_password_file(path));
  std::filesystem::remove(path);
  EXPECT_FALSE(read_password_file(path));
  EXPECT_FALSE(read_password_file("/"));
}

}  // namespace

}  // namespace spranga::guard::mail
