#include "text/python_repr.h"

#include <gtest/gtest.h>

#include <string_view>

namespace spranga::text {
namespace {

using std::string_view_literals::operator""sv;

TEST(PythonRepr, QuotesAsPythonDoes) {
  EXPECT_EQ(python_repr("plain"), "'plain'");
  EXPECT_EQ(python_repr("it's"), "\"it's\"");
  EXPECT_EQ(python_repr("\"'"), "'\"\\''");
  EXPECT_EQ(python_repr("a\\b"), "'a\\\\b'");
}

TEST(PythonRepr, EscapesWhatIsNotPrintable) {
  EXPECT_EQ(python_repr("a\nb\r\t\x1b\0\x7f"sv), "'a\\nb\\r\\t\\x1b\\x00\\x7f'");
  EXPECT_EQ(python_repr("caf\xC3\xA9 \xC2\x85"), "'caf\xC3\xA9 \\x85'");
  EXPECT_EQ(python_repr("\xE2\x80\xAE \xF3\xA0\x80\x81"), "'\\u202e \\U000e0001'");
  EXPECT_EQ(python_repr("\xFF\xC3"), "'\\udcff\\udcc3'");
}

TEST(PythonBytesRepr, ShowsBytesAsPython) {
  EXPECT_EQ(python_bytes_repr("it's \xFFx\n"), "b\"it's \\xffx\\n\"");
  EXPECT_EQ(python_bytes_repr("a\\\x1b[\"'\x7f"sv), "b'a\\\\\\x1b[\"\\'\\x7f'");
  EXPECT_EQ(python_bytes_repr("caf\xC3\xA9"), "b'caf\\xc3\\xa9'");
}

}  // namespace
}  // namespace spranga::text
