#include "daemon/surroundings.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utmp.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace spranga::daemon {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const std::vector<net::Address>& addresses) {
  std::vector<std::string> out;
  out.reserve(addresses.size());
  for (const auto& address : addresses) {
    out.push_back(address.to_string());
  }
  return out;
}

// As kernel 6.x prints them.
constexpr auto* fib_trie = R"(Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     +-- 192.0.2.0/24 2 0 2
        |-- 192.0.2.0
           /24 link UNICAST
        |-- 192.0.2.25
           /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
Local:
     |-- 192.0.2.25
        /32 host LOCAL
)";

constexpr auto* route =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";

constexpr auto* if_inet6 =
    "00000000000000000000000000000001 01 80 10 80       lo\n"
    "20010db8000000000000000000000025 02 40 00 80     eth0\n";

constexpr auto* ipv6_route =
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "20010db8000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
    "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n";

TEST(Surroundings, AreReadFromWhatTheKernelPrints) {
  EXPECT_THAT(texts(addresses_in_fib_trie(fib_trie)), ElementsAre("127.0.0.1", "192.0.2.25"));
  EXPECT_THAT(texts(gateways_in_route(route)), ElementsAre("192.0.2.1"));
  EXPECT_THAT(texts(addresses_in_if_inet6(if_inet6)), ElementsAre("::1", "2001:db8::25"));
  EXPECT_THAT(texts(gateways_in_ipv6_route(ipv6_route)), ElementsAre("2001:db8::1"));
  EXPECT_THAT(
      texts(resolvers_in("# x\nnameserver 192.0.2.53\nsearch a b\nnameserver 2001:db8::53\n")),
      ElementsAre("192.0.2.53", "2001:db8::53"));
}

std::string login(const char* user, const char* from) {
  utmp entry{};
  entry.ut_type = USER_PROCESS;
  std::strncpy(entry.ut_user, user, sizeof entry.ut_user);
  if (::inet_pton(AF_INET, from, entry.ut_addr_v6) != 1) {
    ::inet_pton(AF_INET6, from, entry.ut_addr_v6);
  }
  std::string bytes(sizeof entry, '\0');
  std::memcpy(bytes.data(), &entry, sizeof entry);
  return bytes;
}

TEST(Surroundings, KnowFromWhereRootIsLoggedIn) {
  const auto bytes = login("root", "198.51.100.9") + login("alice", "198.51.100.10") +
                     login("root", "2001:db8::9") + "cut off";
  EXPECT_THAT(texts(root_peers_in(bytes)), ElementsAre("198.51.100.9", "2001:db8::9"));
}

class LookedAt : public testing::Test {
protected:
  void SetUp() override {
    namespace fs = std::filesystem;
    std::string pattern = testing::TempDir() + "surroundings-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    fs::create_directories(pattern + "/proc/self/net");
    fs::create_directories(pattern + "/etc");
    fs::create_directories(pattern + "/run");
    std::ofstream(pattern + "/proc/self/net/fib_trie") << fib_trie;
    std::ofstream(pattern + "/proc/self/net/route") << route;
    std::ofstream(pattern + "/proc/self/net/if_inet6") << if_inet6;
    std::ofstream(pattern + "/proc/self/net/ipv6_route") << ipv6_route;
    std::ofstream(pattern + "/etc/resolv.conf") << "nameserver 192.0.2.53\n";
    std::ofstream(pattern + "/run/utmp", std::ios::binary) << login("root", "198.51.100.9");
    seen_ = Surroundings::look(pattern, {*guard::Network::parse("203.0.113.0/24")});
  }

  Surroundings seen_;
};

TEST_F(LookedAt, MayNotBeBanned) {
  EXPECT_EQ(seen_.why_not("127.0.0.5"), "this machine");
  EXPECT_EQ(seen_.why_not("::1"), "this machine");
  EXPECT_EQ(seen_.why_not("192.0.2.25"), "this machine");
  EXPECT_EQ(seen_.why_not("192.0.2.0/24"), "this machine");
  EXPECT_EQ(seen_.why_not("192.0.2.1"), "the gateway");
  EXPECT_EQ(seen_.why_not("2001:db8::/64"), "this machine");
  EXPECT_EQ(seen_.why_not("192.0.2.53"), "the resolver");
  EXPECT_EQ(seen_.why_not("198.51.100.9"), "where root is logged in from");
  EXPECT_EQ(seen_.why_not("203.0.113.77"), "on the list never_ban");
}

TEST_F(LookedAt, LeaveOthersToTheirFate) {
  EXPECT_EQ(seen_.why_not("192.0.2.26"), "");
  EXPECT_EQ(seen_.why_not("198.51.100.10"), "");
  EXPECT_EQ(seen_.why_not("2001:db8:1::/64"), "");
  EXPECT_EQ(seen_.why_not("a user's name"), "");
}

TEST_F(LookedAt, AreNotTheOnlyReasonAgainstTooWideABan) {
  EXPECT_EQ(seen_.why_not("10.0.0.0/8"), "wider than /16");
  EXPECT_EQ(seen_.why_not("2001:db8:1::/47"), "wider than /48");
}

}  // namespace
}  // namespace spranga::daemon
