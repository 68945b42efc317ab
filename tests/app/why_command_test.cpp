#include "app/why_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spranga::app {
namespace {

TEST(WhyCommand, HasNoJsonAboutOldLogs) {
  const std::vector<std::string> arguments = {"--json", "192.0.2.1", "mail.log"};
  testing::internal::CaptureStderr();
  EXPECT_NE(why_command(arguments), 0);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("--json"));
}

}  // namespace
}  // namespace spranga::app
