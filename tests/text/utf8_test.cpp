#include "text/utf8.h"

#include <gtest/gtest.h>

namespace spranga::text {

TEST(ValidUtf8, KnowsWhatIsWellFormed) {
  for (const auto* good : {"",
                           "abc",
                           "a longer text of ASCII",
                           "é",
                           "€",
                           "😀",
                           "aaaaaaaaé",
                           "\u0080",
                           "\uFFFF",
                           "\U0010FFFF",
                           "\uD7FF",
                           "\uE000"}) {
    EXPECT_TRUE(is_valid_utf8(good)) << good;
    EXPECT_EQ(to_valid_utf8(good), good);
  }
  for (const auto* bad : {"\x80",
                          "\xC0\x80",
                          "\xC3",
                          "\xE0\x9F\xBF",
                          "\xED\xA0\x80",
                          "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80",
                          "\xFF",
                          "abcdefgh\xE2\x82"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
  }
}

TEST(ValidUtf8, ReplacesAsPythonDoes) {
  EXPECT_EQ(to_valid_utf8("a\x80"
                          "b"),
            "a\uFFFDb");
  EXPECT_EQ(to_valid_utf8("\xE2\x82"
                          "b"),
            "\uFFFDb");  // one for the beginning of a character
  EXPECT_EQ(to_valid_utf8("\xE2\x82"), "\uFFFD");
  EXPECT_EQ(to_valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate: one for each byte
  EXPECT_EQ(to_valid_utf8("\xF0\x9F\x98"), "\uFFFD");
  EXPECT_EQ(to_valid_utf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(Utf8, AsciiIsFoundAtEachPlaceOfAWord) {
  for (std::size_t at = 0; at < 20; ++at) {
    std::string text(20, 'a');
    EXPECT_TRUE(is_ascii(text));
    EXPECT_EQ(ascii_prefix(text), 20U);
    text[at] = '\x80';
    EXPECT_FALSE(is_ascii(text)) << at;
    EXPECT_EQ(ascii_prefix(text), at);
    EXPECT_EQ(ascii_prefix(text, at + 1), 20U);
  }
}

TEST(Utf8, CharactersComeAndGo) {
  for (const char32_t code : {U'a', U'é', U'€', U'😀', char32_t{0x10FFFF}}) {
    std::string text;
    append_utf8(text, code);
    const auto back = decode_utf8(text);
    EXPECT_EQ(back.code, code);
    EXPECT_EQ(back.length, text.size());
    EXPECT_EQ(count_characters(text), 1U);
  }
  EXPECT_EQ(decode_utf8("\xC3").length, 0U);
}

}  // namespace spranga::text
