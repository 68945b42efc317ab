#include "smtp/sasl.h"

#include <gtest/gtest.h>

namespace spranga::smtp {
namespace {

using namespace std::string_view_literals;

TEST(Base64, EncodesAsRfc4648Shows) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\0\xff\xfe"sv), "AP/+");
  EXPECT_EQ(base64(std::string(3000, 'x')).size(), 4000U);
  EXPECT_EQ(base64(std::string(3000, 'x')).find('\n'), std::string::npos);
}

TEST(Plain, IsAsRfc4616Shows) {
  EXPECT_EQ(plain_response("tim", "tanstaaftanstaaf"), base64("\0tim\0tanstaaftanstaaf"sv));
  EXPECT_EQ(plain_response("tim", "tanstaaftanstaaf"), "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
}

TEST(Oauthbearer, IsAsRfc7628Shows) {
  // RFC 7628 §4.1
  EXPECT_EQ(oauthbearer_response("user@example.com",
                                 "server.example.com",
                                 143,
                                 "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcm"
            "VyIHZGOWRmd"
            "DRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB");
}

TEST(Oauthbearer, EscapesTheUsersName) {
  EXPECT_EQ(oauthbearer_response("a=b,c", "h", 1, "t"),
            base64("n,a=a=3Db=2Cc,\x01host=h\x01port=1\x01"
                   "auth=Bearer t\x01\x01"));
}

TEST(Xoauth2, IsAsItsVendorsShow) {
  EXPECT_EQ(
      xoauth2_response("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"),
      "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJo"
      "ZG1semRHRXVZM"
      "jl0Q2cBAQ==");
}

TEST(MechanismKind, OfEachKnownName) {
  struct Row {
    std::string_view name;
    MechanismKind kind;
  };

  for (const auto& [name, kind] : {Row{"PLAIN", MechanismKind::clear},
                                   Row{"LOGIN", MechanismKind::clear},
                                   Row{"CRAM-MD5", MechanismKind::challenge},
                                   Row{"DIGEST-MD5", MechanismKind::challenge},
                                   Row{"NTLM", MechanismKind::challenge},
                                   Row{"SCRAM-SHA-256-PLUS", MechanismKind::scram},
                                   Row{"XOAUTH2", MechanismKind::oauth},
                                   Row{"OAUTHBEARER", MechanismKind::oauth},
                                   Row{"GSSAPI", MechanismKind::other},
                                   Row{"EXTERNAL", MechanismKind::other},
                                   Row{"PLAINER", MechanismKind::other},
                                   Row{"SCRAM", MechanismKind::other},
                                   Row{"", MechanismKind::other}}) {
    EXPECT_EQ(mechanism_kind(name), kind) << name;
  }
}

}  // namespace
}  // namespace spranga::smtp
