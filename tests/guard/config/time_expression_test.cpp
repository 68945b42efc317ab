#include "guard/config/time_expression.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace spranga::guard::config {
namespace {

std::string evaluated(const std::string& text) {
  const auto number = evaluate_time(text);
  return number ? to_text(*number) : "ERROR: " + number.error().detail;
}

TEST(TimeExpression, MeansWhatFail2banMakesOfIt) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"600", "600"},
      {"10m", "600"},
      {"1h 30m", "5400"},
      {"1d12h", "129600"},
      {"1h+30min", "5400"},
      {"1year-6mo", "15778800.0"},
      {"1mo", "2629800.0"},
      {"1y", "31557600.0"},
      {"-1", "-1"},
      {"1.5h", "5400.0"},
      {"2 weeks", "1209600"},
      {"1DAYS", "86400"},
      {"3m3", "183"},
      {"1h2", "3602"},
      {"1h*2", "7200"},
      {"2**1h", "7200"},
      {"1h/7", "514.2857142857143"},
      {"-7//2", "-4"},
      {"-7%3", "2"},
      {"(1+2)*3m", "540"},
      {"1_0", "10"},
      {"1m m", "3600"},
      {"600 # ten minutes", "600"},
      {"1h\n30m", "5400"},
      {"1e16*1", "ERROR: invalid decimal literal (<string>, line 1)"},
      {"10.0**16", "1e+16"},
      {"1/10000/10", "1e-05"},
      {"0", "0"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(evaluated(text), expected) << text;
  }
}

TEST(TimeExpression, RefusesWhatPythonRefusesInItsWords) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "invalid syntax (<string>, line 0)"},
      {"abc", "name 'abc' is not defined"},
      {"1abc", "invalid decimal literal (<string>, line 1)"},
      {"1h ago", "invalid syntax (<string>, line 1)"},
      {"1d-", "invalid syntax (<string>, line 1)"},
      {"1h)", "unmatched ')' (<string>, line 1)"},
      {"(1", "'(' was never closed (<string>, line 1)"},
      {"1h(2)", "'int' object is not callable"},
      {"1/0", "division by zero"},
      {"05m",
       "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal "
       "integers (<string>, line 1)"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(evaluated(text), "ERROR: " + expected) << text;
  }
}

TEST(TimeExpression, NeverRunsAwayOrOverflows) {
  EXPECT_FALSE(evaluate_time("9**9**9"));
  EXPECT_FALSE(evaluate_time("99999999999999999999"));
  EXPECT_FALSE(evaluate_time("9223372036854775807+1"));
  EXPECT_FALSE(evaluate_time("-9223372036854775807-2"));
  EXPECT_FALSE(evaluate_time(std::string(3000, '(') + "1"));
  EXPECT_FALSE(evaluate_time(std::string(3000, '-') + "1"));
  EXPECT_FALSE(evaluate_time(std::string(1 << 20, '1')));
  EXPECT_FALSE(evaluate_time("(-9223372036854775807-1)//-1"));
  EXPECT_FALSE(parse_time("10.0**18*10"));
  EXPECT_EQ(evaluated("1**999999999999"), "1");
}

TEST(TimeExpression, IsCutToWholeSeconds) {
  EXPECT_EQ(parse_time("1h/7")->count(), 514);
  EXPECT_EQ(parse_time("-1")->count(), -1);
}

}  // namespace
}  // namespace spranga::guard::config
