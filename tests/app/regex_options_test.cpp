#include "app/regex_options.h"

#include <gtest/gtest.h>

namespace spranga::app {
namespace {

using Words = std::vector<std::string>;

TEST(RegexOptions, OptionsAndArgumentsStandInAnyOrder) {
  RegexOptions options;
  const auto rest =
      read_regex_arguments(options, Words{"log", "-o", "row", "sshd", "-c", "/etc/x"});
  EXPECT_EQ(rest.value(), (Words{"log", "sshd"}));
  EXPECT_EQ(options.out, "row");
  EXPECT_EQ(options.config, "/etc/x");
}

TEST(RegexOptions, ShortOptionsMayShareAWord) {
  RegexOptions options;
  EXPECT_TRUE(read_regex_arguments(options, Words{"-vvD", "-L5", "-omsg"}));
  EXPECT_EQ(options.verbose, 2);
  EXPECT_EQ(options.maxlines, 5);
  EXPECT_EQ(options.out, "msg");
}

TEST(RegexOptions, LongOptionsMayBeShortened) {
  RegexOptions options;
  EXPECT_TRUE(read_regex_arguments(options, Words{"--timez=UTC", "--print-all-ma", "--VD"}));
  EXPECT_EQ(options.timezone, "UTC");
  EXPECT_TRUE(options.print_all_matched);
  EXPECT_TRUE(options.verbose_date);
  EXPECT_FALSE(read_regex_arguments(options, Words{"--print-all"}));
}

TEST(RegexOptions, WholeNumbersAreReadAsPythonDoes) {
  const std::vector<std::pair<std::string, int>> rows = {{"5", 5},
                                                         {" 5 ", 5},
                                                         {"-1", -1},
                                                         {"+2", 2},
                                                         {"0x1F", 31},
                                                         {"0b101", 5},
                                                         {"017", 15},
                                                         {"1_0", 10},
                                                         {"0", 0}};
  for (const auto& [text, number] : rows) {
    RegexOptions options;
    EXPECT_TRUE(read_regex_arguments(options, Words{"-L", text})) << text;
    EXPECT_EQ(options.maxlines, number) << text;
  }
  for (const auto* text :
       {"", "x", "08", "0x", "1__0", "_1", "--1", "0x-1", "1e3", "99999999999"}) {
    RegexOptions options;
    EXPECT_FALSE(read_regex_arguments(options, Words{"-L", text})) << text;
  }
}

TEST(RegexOptions, WhatStandsBehindTwoHyphensIsNoOption) {
  RegexOptions options;
  EXPECT_EQ(read_regex_arguments(options, Words{"--", "-o", "[x]"}).value(), (Words{"-o", "[x]"}));
}

TEST(RegexOptions, MistakesAreNamed) {
  RegexOptions options;
  EXPECT_NE(read_regex_arguments(options, Words{"--jsn"}).error().detail.find("--json"),
            std::string::npos);
  EXPECT_FALSE(read_regex_arguments(options, Words{"-Q"}));
  EXPECT_FALSE(read_regex_arguments(options, Words{"-o"}));
  EXPECT_FALSE(read_regex_arguments(options, Words{"-L", "many"}));
  EXPECT_FALSE(read_regex_arguments(options, Words{"--json=yes"}));
  for (const auto* now : {"9999999999999999999", "-1", "nan", "inf"}) {
    EXPECT_FALSE(read_regex_arguments(options, Words{"--now", now})) << now;
  }
}

}  // namespace
}  // namespace spranga::app
