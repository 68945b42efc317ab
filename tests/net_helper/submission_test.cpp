#include "net_helper/submission.h"

#include <gtest/gtest.h>

#include "net_helper/options.h"

namespace spranga::net_helper {

namespace {

std::vector<net::Address> at(const char* address) {
  return {*net::Address::parse(address)};
}

Mail mail(Tls tls, std::uint16_t port = 25, const std::string& password = "") {
  Mail out;
  out.server = "mail.example.test";
  out.port = port;
  out.tls = tls;
  out.password = password;
  return out;
}

TEST(Submission, InsistsOnACertificateBeyondThisMachine) {
  const auto far = choose_way(mail(Tls::automatic), at("192.0.2.1"));
  ASSERT_TRUE(far);
  EXPECT_EQ(far->tls, Tls::starttls);
  EXPECT_TRUE(far->verify);
  const auto home = choose_way(mail(Tls::automatic), at("127.0.0.1"));
  ASSERT_TRUE(home);
  EXPECT_EQ(home->tls, Tls::opportunistic);
  EXPECT_FALSE(home->verify);
  const auto implicit = choose_way(mail(Tls::automatic, 465), at("127.0.0.1"));
  ASSERT_TRUE(implicit);
  EXPECT_EQ(implicit->tls, Tls::implicit);
  EXPECT_TRUE(implicit->verify);
}

TEST(Submission, IsInClearOnlyToThisMachine) {
  EXPECT_TRUE(choose_way(mail(Tls::none), at("::1")));
  EXPECT_FALSE(choose_way(mail(Tls::none), at("192.0.2.1")));
  EXPECT_FALSE(choose_way(mail(Tls::none), {}));
  // One address elsewhere is enough: who knows which one answers.
  auto both = at("127.0.0.1");
  both.push_back(at("192.0.2.1").front());
  EXPECT_FALSE(choose_way(mail(Tls::none), both));
}

TEST(Submission, APasswordNeedsACertificateThatFits) {
  EXPECT_TRUE(choose_way(mail(Tls::opportunistic), at("192.0.2.1")));
  EXPECT_FALSE(choose_way(mail(Tls::opportunistic, 25, "secret"), at("192.0.2.1")));
  EXPECT_TRUE(choose_way(mail(Tls::opportunistic, 25, "secret"), at("127.0.0.1")));
  EXPECT_TRUE(choose_way(mail(Tls::starttls, 587, "secret"), at("192.0.2.1")));
}

TEST(Submission, TellsTheDeadlineApartFromARefusal) {
  const auto late = submit(mail(Tls::none), at("127.0.0.1"), SteadyTime{});
  EXPECT_EQ(late.code, Errc::timeout);
  const auto denied = submit(mail(Tls::none), at("192.0.2.1"), SteadyTime::max());
  EXPECT_EQ(denied.code, Errc::denied);
  EXPECT_FALSE(denied.error.empty());
}

TEST(NetOptions, AreTheIdentityAndNothingElse) {
  const auto who = parse_identity({"--uid", "61190", "--gid", "61191", "--group", "7"});
  ASSERT_TRUE(who);
  ASSERT_TRUE(*who);
  EXPECT_EQ((*who)->uid, 61190U);
  EXPECT_EQ((*who)->gid, 61191U);
  EXPECT_EQ((*who)->groups, std::vector<gid_t>{7});
  EXPECT_FALSE(parse_identity({})->has_value());
  EXPECT_FALSE(parse_identity({"--uid"}));
  EXPECT_FALSE(parse_identity({"--uid", "root"}));
  EXPECT_FALSE(parse_identity({"--help", "x"}));
}

}  // namespace

}  // namespace spranga::net_helper
