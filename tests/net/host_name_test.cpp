#include "net/host_name.h"

#include <gtest/gtest.h>

namespace spranga::net {
namespace {

using namespace std::string_view_literals;

std::string normal(std::string_view typed) {
  const auto name = normal_host_name(typed);
  return name ? *name : "-";
}

TEST(HostName, IsFoldedTrimmedAndLosesItsFinalDot) {
  EXPECT_EQ(normal("Mail.Example.ORG"), "mail.example.org");
  EXPECT_EQ(normal(" mail.example.org. "), "mail.example.org");
  EXPECT_EQ(normal("localhost"), "localhost");
  EXPECT_EQ(normal("_dmarc.example.org"), "_dmarc.example.org");
  EXPECT_EQ(normal("xn--bcher-kva.example"), "xn--bcher-kva.example");
}

TEST(HostName, InAnotherScriptBecomesItsALabel) {
  EXPECT_EQ(normal("bücher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(normal("BÜCHER.example"), "xn--bcher-kva.example");
  EXPECT_EQ(normal("straße.example"), "xn--strae-oqa.example");
  EXPECT_EQ(normal("例え.example"), "xn--r8jz45g.example");
}

TEST(HostName, IsRefusedWhereNoHostIsCalledSo) {
  const auto long_label = std::string(64, 'a') + ".example.org";
  const auto long_name = std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                         std::string(63, 'c') + "." + std::string(63, 'd');
  for (const std::string_view typed : {""sv,
                                       "."sv,
                                       ".."sv,
                                       "mail..example.org"sv,
                                       ".example.org"sv,
                                       "-mail.example.org"sv,
                                       "mail example.org"sv,
                                       "mail.example.org\r\nRCPT TO:<x>"sv,
                                       "mail.example.org\0.evil.example"sv,
                                       "bob@example.org"sv,
                                       "a/b"sv,
                                       "\xff\xfe"sv,
                                       std::string_view(long_label),
                                       std::string_view(long_name)}) {
    EXPECT_EQ(normal(typed), "-") << typed;
  }
}

TEST(HostName, ThatIsRefusedIsShownWithoutControlBytes) {
  const auto name = normal_host_name("mail\x1b[31m");
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().code, Errc::malformed);
  EXPECT_EQ(name.error().detail.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace spranga::net
