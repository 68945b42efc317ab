#include "guard/match/iso_time.h"

#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

TEST(IsoTime, WritesLikePython) {
  const auto zone = Zone::fixed(3600);
  IsoTime time;
  std::string out = "before";
  const auto write = [&](std::int64_t micros) {
    time.write(ban::Instant(std::chrono::microseconds(micros)), zone, out);
    return out;
  };
  EXPECT_EQ(write(1'795'564'800'000'000), "2026-11-25T01:00:00");
  EXPECT_EQ(write(1'795'564'800'000'001), "2026-11-25T01:00:00.000001");
  EXPECT_EQ(write(1'795'564'800'120'000), "2026-11-25T01:00:00.120000");
  EXPECT_EQ(write(1'795'564'799'999'999), "2026-11-25T00:59:59.999999");
  EXPECT_EQ(write(1'795'564'800'000'000), "2026-11-25T01:00:00");
  EXPECT_EQ(write(-1), "1970-01-01T00:59:59.999999");
}

}  // namespace
}  // namespace spranga::guard
