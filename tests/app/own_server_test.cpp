#include "app/own_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::app {
namespace {

constexpr std::string_view head =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";

std::string tcp(std::string_view local, std::string_view state = "0A") {
  return std::string(head) + "   0: " + std::string(local) + " 00000000:0000 " +
         std::string(state) +
         " 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n";
}

std::string server_of(const std::string& text) {
  const auto address = mail_server_among(listeners(text));
  return address ? address->to_string() : "";
}

TEST(OwnServer, OnEveryAddressIsAskedOnLoopback) {
  EXPECT_EQ(server_of(tcp("00000000:0019")), "127.0.0.1");
}

TEST(OwnServer, OnOneAddressIsAskedThere) {
  EXPECT_EQ(server_of(tcp("010200C0:024B")), "192.0.2.1");
}

TEST(OwnServer, OnLoopbackIsPreferred) {
  EXPECT_EQ(server_of(tcp("010200C0:0019") + tcp("0100007F:01D1")), "127.0.0.1");
}

TEST(OwnServer, OverIpv6IsFound) {
  EXPECT_EQ(server_of(tcp("B80D0120000000000000000001000000:0019")), "2001:db8::1");
  EXPECT_EQ(server_of(tcp("00000000000000000000000001000000:0019")), "::1");
  EXPECT_EQ(server_of(tcp("00000000000000000000000000000000:0019")), "127.0.0.1");
}

TEST(OwnServer, IsNoOtherPort) {
  EXPECT_EQ(server_of(tcp("00000000:0050")), "");
}

TEST(OwnServer, IsNoConnectionThatIsOpen) {
  EXPECT_EQ(server_of(tcp("00000000:0019", "01")), "");
}

TEST(Listeners, PassOverLinesOfAnotherShape) {
  EXPECT_THAT(
      listeners("nonsense\n\n 0: zz:zz 0:0 0A\n 1: 0100007F 0:0 0A\n 2: 0100007F:99999 0:0 0A\n"),
      testing::IsEmpty());
}

}  // namespace
}  // namespace spranga::app
