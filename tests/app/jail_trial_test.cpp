#include "app/jail_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace spranga::app {
namespace {

using testing::HasSubstr;

class JailTrials : public testing::Test {
protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "filter.d");
    write("fail2ban.conf", "[Definition]\n");
    write("filter.d/mail.conf", "[Definition]\nfailregex = ^bad <HOST>$\n");
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("jail_trial_" + std::to_string(::getpid()));
};

TEST_F(JailTrials, WarnOfANameInAFormulaThatNobodyKnows) {
  write("jail.conf",
        "[mail]\nenabled = true\nfilter = mail\nlogpath = /dev/null\naction =\n"
        "bantime.formula = ban.Time * (growth if growth else 1)\n");
  const auto problems = try_jails(folder_, {});
  const auto found = std::ranges::find(problems, 6, &guard::config::Problem::line);
  ASSERT_NE(found, problems.end());
  EXPECT_EQ(found->severity, guard::config::Problem::Severity::warning);
  EXPECT_THAT(found->message, HasSubstr("nobody knows growth"));
}

}  // namespace
}  // namespace spranga::app
