// On a database that the test writes itself, by MaxMind's published format: a tree of 128 bits, of
// which one /24 has a country.
#include "guard/mail/country.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

namespace spranga::guard::mail {

namespace {

std::string text(const std::string& value) {
  return static_cast<char>(0x40 | value.size()) + value;
}

std::string map_of(int pairs) {
  return std::string(1, static_cast<char>(0xe0 | pairs));
}

std::string uint16(std::uint16_t value) {
  return std::string("\xa2") + static_cast<char>(value >> 8U) + static_cast<char>(value & 0xffU);
}

std::string uint32(std::uint32_t value) {
  std::string out = "\xc4";
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xffU);
  }
  return out;
}

std::string record(std::uint32_t value) {
  return {static_cast<char>((value >> 16U) & 0xffU),
          static_cast<char>((value >> 8U) & 0xffU),
          static_cast<char>(value & 0xffU)};
}

/// 192.0.2.0/24 of the IPv4 part (::/96), 120 bits deep.
std::string database() {
  constexpr std::uint32_t depth = 120;
  const std::string path = std::string(12, '\0') + "\xc0" + std::string(1, '\0') + "\x02";
  std::string tree;
  for (std::uint32_t bit = 0; bit < depth; ++bit) {
    const bool one = ((static_cast<unsigned char>(path[bit / 8]) >> (7 - bit % 8)) & 1U) != 0;
    // A record of node_count says "nothing here"; beyond it, 16 more, data begins.
    const auto next = record(bit + 1 < depth ? bit + 1 : depth + 16);
    const auto nothing = record(depth);
    tree += one ? nothing + next : next + nothing;
  }
  const auto data = map_of(1) + text("country") + map_of(2) + text("iso_code") + text("IT") +
                    text("names") + map_of(1) + text("en") + text("Italy\x1b");
  const auto metadata = map_of(9) + text("node_count") + uint32(depth) + text("record_size") +
                        uint16(24) + text("ip_version") + uint16(6) +
                        text("binary_format_major_version") + uint16(2) + text("database_type") +
                        text("test") + text("build_epoch") + std::string("\x01\x02\x01", 3) +
                        text("binary_format_minor_version") + uint16(0) + text("languages") +
                        std::string("\x01\x04", 2) + text("en") + text("description") + map_of(1) +
                        text("en") + text("test");
  return tree + std::string(16, '\0') + data + "\xab\xcd\xefMaxMind.com" + metadata;
}

class CountryFile : public ::testing::Test {
protected:
  CountryFile()
      : path_(std::filesystem::temp_directory_path() /
              ("spranga_country." + std::to_string(::getpid()) + ".mmdb")) {}

  CountryFile(const CountryFile&) = delete;
  CountryFile& operator=(const CountryFile&) = delete;
  CountryFile(CountryFile&&) = delete;
  CountryFile& operator=(CountryFile&&) = delete;

  ~CountryFile() override { std::filesystem::remove(path_); }

  [[nodiscard]] Result<Country> open_with(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary) << bytes;
    return Country::open(path_);
  }

  std::filesystem::path path_;
};

TEST_F(CountryFile, TellsWhereAnAddressIs) {
  const auto country = open_with(database());
  ASSERT_TRUE(country) << country.error().detail;
  EXPECT_TRUE(country->knows_something());
  EXPECT_EQ(country->of("192.0.2.7"), R"(IT (Italy\x1B))");
  EXPECT_EQ(country->of("192.0.2.0/25"), R"(IT (Italy\x1B))");
  EXPECT_EQ(country->of("198.51.100.1"), "");
  EXPECT_EQ(country->of("2001:db8::1"), "");
  EXPECT_EQ(country->of("no address"), "");
}

TEST_F(CountryFile, SaysWhatIsNoDatabase) {
  EXPECT_FALSE(open_with("no database"));
  EXPECT_FALSE(Country::open(path_.string() + ".gone"));
  const auto none = Country::open("none");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->knows_something());
  EXPECT_EQ(none->of("192.0.2.7"), "");
  EXPECT_EQ(Country().of("192.0.2.7"), "");
}

}  // namespace

}  // namespace spranga::guard::mail
