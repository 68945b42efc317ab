#include "text/ip_text.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>

namespace spranga::text {
namespace {

std::string by_system(const Ipv6Bytes& bytes) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  return ::inet_ntop(AF_INET6, bytes.data(), buffer.data(), buffer.size());
}

void expect_same(const std::string& text) {
  Ipv4Bytes bytes{};
  const bool is_one = ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1;
  EXPECT_EQ(parse_ipv4(text), is_one ? std::optional(bytes) : std::nullopt) << text;
}

TEST(IpText, Ipv4IsReadAsTheSystemReadsIt) {
  for (const auto* text :
       {"192.0.2.1",         "0.0.0.0",    "255.255.255.255", "256.0.0.1", "1.2.3",    "1.2.3.4.5",
        "01.2.3.4",          "1.2.3.04",   "1..2.3",          "",          ".",        "1.2.3.4 ",
        " 1.2.3.4",          "1.2.3.",     "0x1.2.3.4",       "1.2.3.4\n", "00.0.0.0", "1.2.3.-4",
        "99999999999.1.1.1", "1.2.3.2555", "a.b.c.d",         "::1"}) {
    expect_same(text);
  }
}

TEST(IpText, WhateverStandsThereIpv4IsReadAsTheSystemReadsIt) {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
  constexpr std::string_view characters = "0012345.....9x";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto left = random() % 17; left > 0; --left) {
      text += characters[random() % characters.size()];
    }
    expect_same(text);
  }
}

TEST(IpText, Ipv6IsWrittenAsTheSystemWritesIt) {
  std::mt19937 random(8);  // NOLINT(cert-msc32-c,cert-msc51-cpp)
  for (int i = 0; i < 20'000; ++i) {
    Ipv6Bytes bytes{};
    const auto mask = random();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const bool is_zero = (mask >> (at / 2) & 1U) != 0 || (mask >> 8U & 7U) == 0;
      bytes.at(at) = static_cast<unsigned char>(is_zero ? 0 : random() >> (random() % 8));
    }
    EXPECT_EQ(write_ipv6(bytes), by_system(bytes));
  }
}

TEST(IpText, AnIpv4AddressInIpv6IsWrittenAsTheSystemWritesIt) {
  for (const std::uint8_t mark : std::array<std::uint8_t, 2>{0x00, 0xFF}) {
    for (const std::uint8_t last : std::array<std::uint8_t, 3>{0, 1, 77}) {
      for (const std::uint8_t first : std::array<std::uint8_t, 2>{0, 192}) {
        const Ipv6Bytes bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, mark, mark, first, 0, 2, last};
        EXPECT_EQ(write_ipv6(bytes), by_system(bytes));
      }
    }
  }
}

}  // namespace
}  // namespace spranga::text
