#include "firewall/nft_element.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::firewall::nft {
namespace {

OneOf ports(std::vector<PortRange> ranges) {
  return {OneOf::What::ports, std::move(ranges)};
}

/// The ports of a set, "!" before those that end an interval.
std::vector<std::string> shown(const SmallSet& set) {
  std::vector<std::string> out;
  for (const auto& element : set.elements) {
    const auto high = static_cast<unsigned char>(element.key.at(0));
    const auto low = static_cast<unsigned char>(element.key.at(1));
    out.push_back((element.interval_end ? "!" : "") + std::to_string(high * 256 + low));
  }
  return out;
}

TEST(SmallSet, HoldsItsValuesOneByOne) {
  const auto set = small_set(ports({{25, 25}, {465, 467}}));
  EXPECT_FALSE(set.intervals);
  EXPECT_THAT(shown(set), testing::ElementsAre("25", "465", "466", "467"));
}

TEST(SmallSet, HoldsIntervalsWhereTheValuesAreTooMany) {
  const auto set = small_set(ports({{25, 25}, {1024, 2047}, {2048, 4095}}));
  EXPECT_TRUE(set.intervals);
  EXPECT_THAT(shown(set), testing::ElementsAre("!0", "25", "!26", "1024", "!4096"));
}

TEST(SmallSet, SaysNoEndWhereNothingIsOutside) {
  EXPECT_THAT(shown(small_set(ports({{0, 65535}}))), testing::ElementsAre("0"));
}

}  // namespace
}  // namespace spranga::firewall::nft
