#include "guard/judge/large_pages.h"

#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

TEST(LargePages, GivesBlocksOfEverySize) {
  for (const std::size_t count : {1UL, 1000UL, 524'287UL, 524'288UL, 524'289UL, 3'000'001UL}) {
    LargePages<std::uint32_t> pages;
    auto* const block = pages.allocate(count);
    block[0] = 1;
    block[count - 1] = 2;
    EXPECT_EQ(block[count - 1] - (count > 1 ? block[0] : 0), count > 1 ? 1U : 2U);
    if (count * sizeof(*block) >= LargePages<std::uint32_t>::page) {
      const auto place = reinterpret_cast<std::uintptr_t>(block);  // NOLINT: its number is meant
      EXPECT_EQ(place % LargePages<std::uint32_t>::page, 0U);
    }
    pages.deallocate(block, count);
  }
}

}  // namespace
}  // namespace spranga::guard
