#include "guard/config/python_text.h"

#include <gtest/gtest.h>

#include <string>

namespace spranga::guard::config {
namespace {

using namespace std::string_literals;

TEST(PythonText, IsQuotedAsReprDoes) {
  EXPECT_EQ(repr("plain"), "'plain'");
  EXPECT_EQ(repr("it's"), "\"it's\"");
  EXPECT_EQ(repr("it's \"x\""), "'it\\'s \"x\"'");
  EXPECT_EQ(repr("a\\b\n\t\r\x01\x7f"), "'a\\\\b\\n\\t\\r\\x01\\x7f'");
  EXPECT_EQ(repr("\0"s), "'\\x00'");
}

TEST(PythonText, ShowsWhatIsPrintableOnly) {
  EXPECT_EQ(repr("caf\u00e9 \u20ac \U0001F600"), "'caf\u00e9 \u20ac \U0001F600'");
  EXPECT_EQ(repr("\u0080\u00ad\u200b\u2028\U000E0001"), "'\\x80\\xad\\u200b\\u2028\\U000e0001'");
}

TEST(PythonText, ShowsBytesThatAreNoUtf8AsSurrogates) {
  EXPECT_EQ(repr("a\xff\x80z"), "'a\\udcff\\udc80z'");
  EXPECT_EQ(repr("\xc0\x80"), "'\\udcc0\\udc80'");             // overlong
  EXPECT_EQ(repr("\xed\xa0\x80"), "'\\udced\\udca0\\udc80'");  // a surrogate
  EXPECT_EQ(repr("\xe2\x82"), "'\\udce2\\udc82'");             // cut off
}

TEST(PythonText, StripsBlanksOfUnicode) {
  EXPECT_EQ(strip(" \t\u00a0\u3000x y\u2003\x1c\n"), "x y");
  EXPECT_EQ(strip("\u200bx"), "\u200bx");  // of no width, but no blank to Python
  EXPECT_EQ(strip(" \n "), "");
  EXPECT_EQ(rstrip("a\xa0"), "a\xa0");  // a lone byte is no blank
}

TEST(PythonText, LowersLettersBeyondAscii) {
  EXPECT_EQ(lower("ABC \u00c4\u0416\u0391\u1e9e"), "abc \u00e4\u0436\u03b1\u00df");
  EXPECT_EQ(lower("\u0130"), "i\u0307");
}

TEST(PythonText, ReadsIntegersAsIntDoes) {
  EXPECT_EQ(parse_integer(" 007 "), "7");
  EXPECT_EQ(parse_integer("-0"), "0");
  EXPECT_EQ(parse_integer("+1_000"), "1000");
  EXPECT_EQ(parse_integer("123456789012345678901234567890"), "123456789012345678901234567890");
  for (const auto* bad : {"", "x", "1.0", "0x1", "_1", "1_", "1__0", "- 1", "--1"}) {
    EXPECT_FALSE(parse_integer(bad)) << bad;
  }
  EXPECT_FALSE(parse_integer(std::string(5000, '1')));
}

TEST(PythonText, TakesFourWordsForTrue) {
  for (const auto* yes : {"1", "on", "True", "YES"}) {
    EXPECT_TRUE(is_true(yes)) << yes;
  }
  for (const auto* no : {"", "0", "y", "enabled", " true"}) {
    EXPECT_FALSE(is_true(no)) << no;
  }
}

}  // namespace
}  // namespace spranga::guard::config
