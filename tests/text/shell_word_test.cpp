#include "text/shell_word.h"

#include <gtest/gtest.h>

namespace spranga::text {
namespace {

TEST(ShellWord, LeavesAPlainWordAlone) {
  EXPECT_EQ(shell_word("--ca-file=/etc/lab/ca.crt"), "--ca-file=/etc/lab/ca.crt");
  EXPECT_EQ(shell_word("alice@example.org"), "alice@example.org");
}

TEST(ShellWord, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("$(id)"), "'$(id)'");
  EXPECT_EQ(shell_word("~"), "'~'");
  EXPECT_EQ(shell_word("\xc3\xa8"), "'\xc3\xa8'");
}

TEST(ShellWord, OfAQuoteEndsTheQuotesAround) {
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
}

TEST(ShellWord, OfNothingIsStillAWord) {
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace spranga::text
