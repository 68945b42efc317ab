// Consent to a ban test, and its state on disk.
#include "app/check_ban.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/check_state.h"

namespace spranga::app {
namespace {

using testing::HasSubstr;

class StateFolder : public testing::Test {
protected:
  void SetUp() override {
    ::setenv("XDG_STATE_HOME", folder_.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
  }

  void TearDown() override {
    ::unsetenv("XDG_STATE_HOME");  // NOLINT(concurrency-mt-unsafe): one thread
    std::filesystem::remove_all(folder_);
  }

  static check::BanState state() {
    check::BanState out;
    out.door.address = "192.0.2.1";
    out.door.port = 587;
    out.report.target = "mail.example.org";
    out.report.source = "192.0.2.9";
    out.began_ms = out.first_shut_ms = 1'700'000'000'000;
    out.attempts = out.at_most = 5;
    return out;
  }

  const std::string folder_{std::filesystem::path(testing::TempDir()) /
                            ("spranga-state-" + std::to_string(::getpid()))};
};

std::string why_not(check::CheckSettings settings, const std::vector<std::string>& targets) {
  const auto agreed = agree_to_ban_test(settings, targets);
  return agreed ? "" : agreed.error().detail;
}

TEST_F(StateFolder, ConsentRepeatsTheOneTargetAsTyped) {
  check::CheckSettings settings;
  settings.i_own = "mail.example.org";
  EXPECT_EQ(why_not(settings, {"mail.example.org"}), "");
  EXPECT_THAT(why_not(settings, {"MAIL.example.org"}), HasSubstr("must be the same"));
  EXPECT_THAT(why_not(settings, {"mail.example.org:587"}), HasSubstr("must be the same"));
  EXPECT_THAT(why_not(settings, {}), HasSubstr("exactly one"));
  EXPECT_THAT(why_not(settings, {"mail.example.org", "b.example"}), HasSubstr("exactly one"));
}

TEST_F(StateFolder, StateIsKeptForItsOwnerAlone) {
  const auto file = default_state_file("[2001:db8::1]:465/../x");
  ASSERT_TRUE(file);
  EXPECT_EQ(*file, folder_ + "/spranga/_2001:db8::1_:465_.._x.json");
  ASSERT_TRUE(write_state(*file, state()));

  struct stat status {};

  ASSERT_EQ(::stat(file->c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_TRUE(read_state(*file));
}

TEST_F(StateFolder, StateThatGoesToADeviceLeavesTheDevice) {
  std::filesystem::create_directories(folder_);
  const auto pipe = folder_ + "/pipe";  // as --state /dev/null is
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  EXPECT_TRUE(write_state(pipe, state()));
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  ::close(reader);
}

TEST_F(StateFolder, NoTestIsBegunWhoseStateCannotBeKept) {
  check::CheckSettings settings;
  settings.i_own = "mail.example.org";
  settings.state_file = "/proc/nowhere/state.json";
  EXPECT_THAT(why_not(settings, {"mail.example.org"}), HasSubstr("/proc/nowhere/state.json"));
}

TEST_F(StateFolder, ResumeTakesTheFileOrTheOnlyOne) {
  check::CheckSettings settings;
  EXPECT_THAT(state_to_resume(settings, {}).error().detail, HasSubstr("no ban test is under way"));
  ASSERT_TRUE(write_state(*default_state_file("a.example"), state()));
  const auto only = state_to_resume(settings, {});
  ASSERT_TRUE(only) << only.error().detail;
  EXPECT_EQ(settings.state_file, *default_state_file("a.example"));
  ASSERT_TRUE(write_state(*default_state_file("b.example"), state()));
  settings.state_file.clear();
  EXPECT_THAT(state_to_resume(settings, {}).error().detail, HasSubstr("b.example.json"));
  EXPECT_TRUE(state_to_resume(settings, {*default_state_file("b.example")}));
  settings.state_file.clear();
  EXPECT_FALSE(state_to_resume(settings, {"/nowhere/x.json"}));
}

}  // namespace
}  // namespace spranga::app
