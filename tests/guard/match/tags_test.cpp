#include "guard/match/tags.h"

#include <gtest/gtest.h>

namespace spranga::guard {
namespace {

TEST(Tags, HostTakesAddressesAndNames) {
  const auto expanded = expand_tags("from <HOST>$", true);
  for (const auto* group : {"(?P<ip4>", "(?P<ip6>", "(?P<dns>"}) {
    EXPECT_NE(expanded.find(group), std::string::npos) << group;
  }
}

TEST(Tags, HostWithoutNamesIsAddr) {
  EXPECT_EQ(expand_tags("<HOST>", false), expand_tags("<ADDR>", true));
  EXPECT_EQ(expand_tags("<HOST>", false).find("dns"), std::string::npos);
}

TEST(Tags, CustomTagsBecomeNamedGroupsInLowerCase) {
  EXPECT_EQ(expand_tags("<F-USER>\\S+</F-USER>", true), "(?P<user>\\S+)");
  EXPECT_EQ(expand_tags("<F-ID>x</F-ID> <F-PORT>1</F-PORT>", true), "(?P<fid>x) (?P<fport>1)");
  EXPECT_EQ(expand_tags("<F-ALT_USER_1>a</F-ALT_USER_1>", true), "(?P<alt_user_1>a)");
}

TEST(Tags, SelfClosingTagsHaveTheirOwnPattern) {
  EXPECT_EQ(expand_tags("<F-ID/> <F-PORT/>", true), "(?P<fid>\\S+) (?P<fport>\\w+)");
  EXPECT_EQ(expand_tags("<CIDR>", true), "(?P<cidr>\\d+)");
}

TEST(Tags, AClosingTagThatNobodyOpenedStays) {
  EXPECT_EQ(expand_tags("x</F-USER>", true), "x</F-USER>");
}

TEST(Tags, WhatIsNoTagStays) {
  for (const auto* text :
       {"<bogus>", "<F-lower>x", "a < b", "(?P<name>x)", "<HOST", "<>", "<F->"}) {
    EXPECT_EQ(expand_tags(text, true), text);
  }
}

TEST(Tags, SkippedLinesAreNumbered) {
  EXPECT_EQ(expand_tags("a<SKIPLINES>b<SKIPLINES>", true),
            "a\\n(?P<skiplines0>(?:(?:.*\\n)*?))b\\n(?P<skiplines1>(?:(?:.*\\n)*?))");
}

TEST(Tags, GlobalFlagsAtAGroupsStartBecomeLocal) {
  EXPECT_EQ(expand_tags("a((?i)b)", true), "a(?i:b)");
  EXPECT_EQ(expand_tags("a(?:(?im)b)c", true), "a(?im:b)c");
  EXPECT_EQ(expand_tags("a\\((?i)b", true), "a\\((?i)b");
  EXPECT_EQ(expand_tags("(?i)b", true), "(?i)b");
}

}  // namespace
}  // namespace spranga::guard
