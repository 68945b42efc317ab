#include <gtest/gtest.h>

#include "guard/judge/ignore_cache.h"
#include "guard/judge/ignore_list.h"
#include "tests/guard/judge/sightings.h"

namespace spranga::guard {
namespace {

bool covered(const std::vector<std::string>& entries,
             const std::string& id,
             const NamePort& names = {},
             const FilePort& files = {}) {
  const auto list = IgnoreList::make(entries);
  const auto address = net::Address::parse(id);
  return list.lists(id, address) || list.ask(id, address, names, files) != IgnoreList::Why::no;
}

TEST(Network, ReadsPrefixesAndMasks) {
  EXPECT_EQ(Network::parse("192.0.2.77/24")->to_string(), "192.0.2.0/24");
  EXPECT_EQ(Network::parse("192.0.2.77/255.255.255.0")->to_string(), "192.0.2.0/24");
  EXPECT_EQ(Network::parse("2001:db8::1/32")->to_string(), "2001:db8::/32");
  EXPECT_EQ(Network::parse("2001:db8::1/ffff:ffff::")->to_string(), "2001:db8::/32");
  EXPECT_EQ(Network::parse("::ffff:192.0.2.77/120")->to_string(), "192.0.2.0/24");
  EXPECT_EQ(Network::parse("192.0.2.77/32")->to_string(), "192.0.2.77");
  EXPECT_EQ(Network::parse("0.0.0.0/0")->to_string(), "0.0.0.0/0");
  for (const auto* text : {"192.0.2.0/33",
                           "192.0.2.0/-1",
                           "192.0.2.0/x",
                           "192.0.2.0/255.0.255.0",
                           "host/24",
                           "192.0.2.0/24/8",
                           ""}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(Network, ContainsWhatSharesItsBits) {
  const auto network = *Network::parse("198.51.100.64/27");
  EXPECT_TRUE(network.contains(*net::Address::parse("198.51.100.95")));
  EXPECT_FALSE(network.contains(*net::Address::parse("198.51.100.96")));
  EXPECT_FALSE(network.contains(*net::Address::parse("2001:db8::1")));
  EXPECT_TRUE(network.overlaps(*Network::parse("198.51.0.0/16")));
  EXPECT_FALSE(network.overlaps(*Network::parse("198.51.100.0/27")));
}

TEST(IgnoreList, CoversAddressesAndNetworks) {
  EXPECT_TRUE(covered({"192.0.2.1"}, "192.0.2.1"));
  EXPECT_FALSE(covered({"192.0.2.1"}, "192.0.2.11"));
  EXPECT_TRUE(covered({"127.0.0.1/8", "2001:DB8:0::/32"}, "2001:db8::7"));
  EXPECT_TRUE(covered({"[2001:db8::7]"}, "2001:db8::7"));
}

TEST(IgnoreList, AsksForNamesOnlyThroughThePort) {
  const auto names = [](const std::string& name) {
    return name == "good.example" ? std::vector{*net::Address::parse("192.0.2.1")}
                                  : std::vector<net::Address>{};
  };
  EXPECT_TRUE(covered({"good.example"}, "192.0.2.1", names));
  EXPECT_FALSE(covered({"other.example"}, "192.0.2.1", names));
  EXPECT_FALSE(covered({"good.example"}, "192.0.2.1"));
  EXPECT_TRUE(covered({"good.example"}, "GOOD.example"));
}

TEST(IgnoreList, ReadsAFileOfAddresses) {
  const auto files = [](const std::string& path) {
    EXPECT_EQ(path, "/etc/allowed");
    return Result<std::string>("# mine\n192.0.2.0/24, 198.51.100.7 ; theirs\nnonsense\n");
  };
  EXPECT_TRUE(covered({"file:/etc/allowed"}, "192.0.2.9", {}, files));
  EXPECT_TRUE(covered({"file:///etc/allowed"}, "198.51.100.7", {}, files));
  EXPECT_FALSE(covered({"file:/etc/allowed"}, "203.0.113.1", {}, files));
  EXPECT_FALSE(covered({"file:/etc/allowed"}, "192.0.2.9"));
}

TEST(IgnoreList, GoesOnBehindAWordThatIsNothing) {
  const std::vector<std::string> entries = {
      "192.0.2.0/99", "#", "local;", "\"192.0.2.7\"", "192.0.2.1"};
  EXPECT_TRUE(covered(entries, "192.0.2.1"));
  EXPECT_FALSE(covered(entries, "192.0.2.7"));
}

TEST(IgnoreCache, RemembersForItsTimeAndForItsNumber) {
  auto cache = IgnoreCache::make("key=\"<F-USER>@<ip>\", max-count=2, max-time=5m").value().value();
  auto sighting = seen("192.0.2.1", 0);
  sighting.fields["user"] = std::string("bob");
  EXPECT_EQ(cache.key_of(sighting, "test"), "bob@192.0.2.1");
  cache.put("a", true, at_second(0));
  EXPECT_EQ(cache.find("a", at_second(299)), true);
  EXPECT_EQ(cache.find("a", at_second(300)), std::nullopt);
  cache.put("b", false, at_second(0));
  cache.put("c", false, at_second(0));
  cache.put("d", false, at_second(0));
  EXPECT_EQ(cache.find("b", at_second(1)), std::nullopt);
  EXPECT_EQ(cache.find("d", at_second(1)), false);
}

TEST(IgnoreCache, IsOffWithoutAnOptionAndStrictWithOne) {
  EXPECT_FALSE(IgnoreCache::make("").value());
  EXPECT_FALSE(IgnoreCache::make("max-count=2"));
  EXPECT_FALSE(IgnoreCache::make("key=\"<ip>"));
  EXPECT_FALSE(IgnoreCache::make("key=\"<ip>\", max-time=soon"));
}

}  // namespace
}  // namespace spranga::guard
