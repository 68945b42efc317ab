#include "text/escape.h"

#include <gtest/gtest.h>

namespace spranga::text {
namespace {

using namespace std::string_view_literals;

struct Row {
  std::string_view bytes;
  std::string_view shown;
};

class Escape : public ::testing::TestWithParam<Row> {};

TEST_P(Escape, ShowsWhatIsNotPrintable) {
  EXPECT_EQ(escape(GetParam().bytes), GetParam().shown);
}

TEST(EscapeJson, ShowsTheSameAndStaysJson) {
  EXPECT_EQ(escape_json("{\"a\": \"\\n\xe2\x80\xae\x7f\xc3\xa9\"}\n"),
            "{\"a\": \"\\n\\u202E\\u007F\xc3\xa9\"}\n");
  EXPECT_EQ(escape_json("\xf3\xa0\x80\x81\x1b\xff"), "\\uDB40\\uDC01\\u001B\\uFFFD");
}

INSTANTIATE_TEST_SUITE_P(Ascii,
                         Escape,
                         ::testing::Values(Row{"", ""},
                                           Row{"250 Ok", "250 Ok"},
                                           Row{"a\\b", "a\\b"},
                                           Row{"a\r\nb\tc", "a\\r\\nb\\tc"},
                                           Row{"a\0b"sv, "a\\0b"},
                                           Row{"\x1b[31m", "\\x1B[31m"},
                                           Row{"\x7f", "\\x7F"}));

INSTANTIATE_TEST_SUITE_P(Utf8,
                         Escape,
                         ::testing::Values(Row{"é", "é"},
                                           Row{"€", "€"},
                                           Row{"😀", "😀"},
                                           Row{"\xc3", "\\xC3"},
                                           Row{"\xc3(", "\\xC3("},
                                           Row{"\xe2\x82", "\\xE2\\x82"},
                                           Row{"\x80", "\\x80"},
                                           Row{"\xc0\xaf", "\\xC0\\xAF"},
                                           Row{"\xe0\x80\xaf", "\\xE0\\x80\\xAF"},
                                           Row{"\xed\xa0\x80", "\\xED\\xA0\\x80"},
                                           Row{"\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},
                                           Row{"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
                                           Row{"\xff\xfe", "\\xFF\\xFE"}));

INSTANTIATE_TEST_SUITE_P(Deceptive,
                         Escape,
                         ::testing::Values(Row{"a\u202eb", "a\\u{202E}b"},
                                           Row{"a\u2066b", "a\\u{2066}b"},
                                           Row{"\u200b", "\\u{200B}"},
                                           Row{"\ufeff", "\\u{FEFF}"},
                                           Row{"\u00ad", "\\u{AD}"},
                                           Row{"\xc2\x9b", "\\u{9B}"},
                                           Row{"\u3164", "\\u{3164}"},
                                           Row{"\u115f", "\\u{115F}"},
                                           Row{"\u034f", "\\u{34F}"},
                                           Row{"\U000e0041", "\\u{E0041}"}));

TEST(AppendEscaped, GoesOnBehindWhatIsThere) {
  std::string out = "a\n";
  append_escaped(out, "b\nc");
  EXPECT_EQ(out, "a\nb\\nc");
}

TEST(EscapeClipped, LeavesAShortTextWhole) {
  EXPECT_EQ(escape_clipped("abc", 3), "abc");
  EXPECT_EQ(escape_clipped("", 0), "");
}

TEST(EscapeClipped, IsNeverLongerThanItsLimitAndNeverCutsACharacter) {
  const std::string text = "a\r\né€😀\x01\xff€€€";
  for (std::size_t limit = 0; limit < 60; ++limit) {
    const auto clipped = escape_clipped(text, limit);
    EXPECT_LE(clipped.size(), limit);
    EXPECT_EQ(escape(clipped), clipped) << limit;
    EXPECT_TRUE(clipped == escape(text) || limit < 3 || clipped.ends_with("…")) << limit;
  }
}

TEST(EscapeClipped, ClipsWhatGrowsByEscaping) {
  EXPECT_EQ(escape_clipped("\x01\x01\x01\x01", 10), "\\x01\\x0…");
}

}  // namespace
}  // namespace spranga::text
