#include "guard/match/decoder.h"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace spranga::guard {
namespace {

std::string decoded(std::string_view encoding, std::string_view raw) {
  const auto decoder = Decoder::make(encoding).value();
  return std::string(decoder->decode(raw).text);
}

TEST(Decoder, AutoIsUtf8) {
  EXPECT_EQ(decoded("auto", "caf\xc3\xa9"), "caf\xc3\xa9");
}

TEST(Decoder, InvalidUtf8BecomesWhatPythonMakesOfIt) {
  EXPECT_EQ(decoded("UTF-8", "a\xff z"), "a\xef\xbf\xbd z");
  EXPECT_EQ(decoded("UTF-8", "a\xe2\x82 z"), "a\xef\xbf\xbd z");  // a cut sequence: one
  EXPECT_EQ(decoded("UTF-8", "\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // surrogate
}

TEST(Decoder, Latin1IsTakenByteByByte) {
  EXPECT_EQ(decoded("latin_1", "caf\xe9"), "caf\xc3\xa9");
  EXPECT_EQ(decoded("ISO-8859-1", "caf\xe9"), "caf\xc3\xa9");
}

TEST(Decoder, AsciiReplacesWhatLiesBeyond) {
  EXPECT_EQ(decoded("ascii", "a\xc3\xa9"), "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Decoder, Utf16InBothOrders) {
  EXPECT_EQ(decoded("utf-16-le", "a\0\xe9\0"s), "a\xc3\xa9");
  EXPECT_EQ(decoded("utf_16_be", "\0a\0\xe9"s), "a\xc3\xa9");
  EXPECT_EQ(decoded("utf-16", "\xff\xfe\x61\0"s), "a");
  EXPECT_EQ(decoded("utf-16-le", "\x3d\xd8\0\xde"s), "\xf0\x9f\x98\x80");
  EXPECT_EQ(decoded("utf-16-le", "\x3d\xd8"s), "\xef\xbf\xbd");
}

TEST(Decoder, BigEndsStandInALineOfWhichTheByteOfItsLineBreakWasCutOffAndNulsBeforeIt) {
  EXPECT_EQ(decoded("utf-16-be", "a\0\xe9\0"s), "a\xc3\xa9");
  EXPECT_EQ(decoded("utf-16-be", "\x4e\x2d\0\xe9\0"s), "\xe4\xb8\xad\xc3\xa9");
  EXPECT_EQ(decoded("utf-16-be", "a\0b"s), "ab") << "the last line has no break";
  EXPECT_EQ(decoded("utf-16-be", "\0a\0\n"s), "a\n") << "nothing is missing";
  EXPECT_EQ(decoded("utf-16", "\xfe\xff\0a\0"s), "a");
  EXPECT_EQ(decoded("utf-32-be", "a\0\0\0\xe9\0\0\0"s), "a\xc3\xa9");
  EXPECT_EQ(decoded("utf-32-be", "\1\xf6\0\0\0\0a\0\0\0"s),
            "\xf0\x9f\x98\x80"
            "a");
  EXPECT_EQ(decoded("utf-16-be", ""), "");
}

TEST(Decoder, OthersAreConvertedByIconv) {
  EXPECT_EQ(decoded("koi8-r", "\xc1"), "\xd0\xb0");
  EXPECT_EQ(decoded("cp1252", "\x80"), "\xe2\x82\xac");
  EXPECT_EQ(decoded("iso8859_15", "\xa4"), "\xe2\x82\xac");
  EXPECT_EQ(decoded("cp1252", "a\x81z"), "a\xef\xbf\xbdz");
}

TEST(Decoder, AByteOrderMarkIsNoTextWhereTheEncodingSaysSo) {
  EXPECT_EQ(decoded("utf-8-sig", "\xef\xbb\xbf\x61\xc3\xa9"), "a\xc3\xa9");
  EXPECT_EQ(decoded("UTF_8_SIG", "a\xef\xbb\xbf"), "a\xef\xbb\xbf");
  EXPECT_EQ(decoded("utf-8", "\xef\xbb\xbf\x61"), "\xef\xbb\xbf\x61");
}

TEST(Decoder, ReadsAsPythonWhereIconvReadsOtherwise) {
  EXPECT_EQ(decoded("mac-roman", "\x8e\xc6\xc6"), "\u00e9\u2206\u2206");
  EXPECT_EQ(decoded("macintosh", "\xf0"), "\uF8FF");
  EXPECT_EQ(decoded("mac_cyrillic", "\xff"), "\u20ac");
  EXPECT_EQ(decoded("shift_jis", "C:\\~\x82\xa0"), "C:\\~\u3042");
}

TEST(Decoder, AnUnknownEncodingIsAnError) {
  EXPECT_EQ(Decoder::make("klingon").error().code, Errc::not_found);
  EXPECT_FALSE(Decoder::make("../../etc/passwd"));
  EXPECT_FALSE(Decoder::make("utf-8//TRANSLIT"));
}

TEST(Decoder, ALineEndsAtAWholeCharacter) {
  EXPECT_EQ(end_of_line("ab\ncd", "\n"), 3U);
  EXPECT_EQ(end_of_line("ab", "\n"), std::string_view::npos);
  EXPECT_EQ(end_of_line("a\x0a\n\0"s, "\n\0"s), 4U);  // U+0A61, then a line's end
}

}  // namespace
}  // namespace spranga::guard
