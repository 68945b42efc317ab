#include "process/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spranga::process {
namespace {

using testing::HasSubstr;

TEST(RunProgram, KeepsOutputErrorsAndExitCodeApart) {
  const auto done = run_program({"sh", "-c", "echo out; echo err >&2; exit 7"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "out\n");
  EXPECT_EQ(done->errors, "err\n");
  EXPECT_EQ(done->exit_code, 7);
}

TEST(RunProgram, PassesArgumentsAsTheyAreWithoutAShell) {
  const auto done = run_program({"printf", "%s|", "a b", "$(id)", ";", "*"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "a b|$(id)|;|*|");
}

TEST(RunProgram, SaysWhatCouldNotBeStarted) {
  const auto done = run_program({"no-such-program-of-spranga"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::not_found);
  EXPECT_THAT(done.error().detail, HasSubstr("no-such-program-of-spranga"));
}

TEST(RunProgram, ReportsASignalAs128AndItsNumber) {
  const auto done = run_program({"sh", "-c", "kill -9 $$"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->exit_code, 128 + 9);
}

TEST(RunProgram, AddsToTheEnvironmentAndReplacesWhatIsThere) {
  const auto done = run_program({"sh", "-c", "echo $SPRANGA_NEW $HOME"},
                                {{{"SPRANGA_NEW", "1"}, {"HOME", "/x"}}, ""});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "1 /x\n");
}

TEST(RunProgram, GivesNoInput) {
  const auto done = run_program({"cat"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "");
}

TEST(RunProgram, KeepsNoMoreThanItsLimit) {
  const auto done = run_program({"sh", "-c", "head -c 9000000 /dev/zero"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output.size(), max_output);
  EXPECT_EQ(done->exit_code, 0);
}

}  // namespace
}  // namespace spranga::process
