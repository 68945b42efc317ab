#include "daemon/firewall_news.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace spranga::daemon {

namespace {

using ::testing::ElementsAre;

class Lines : public guard::Log {
public:
  void write(guard::Level /*level*/,
             std::string_view /*logger*/,
             std::string_view message) override {
    said.emplace_back(message);
  }

  [[nodiscard]] bool shows(guard::Level /*level*/) const override { return true; }

  std::vector<std::string> said;
};

TEST(FirewallNews, TellsWhatTheKernelLacksOnceHoweverManyProcessesSaySo) {
  Lines log;
  FirewallNews news(log);
  EXPECT_EQ(news.lacking(), "");
  for (int process = 0; process < 3; ++process) {
    news.lacks("this kernel does not end open sessions");
  }
  EXPECT_THAT(log.said, ElementsAre("firewall: this kernel does not end open sessions"));
  EXPECT_EQ(news.lacking(), "this kernel does not end open sessions");
}

}  // namespace

}  // namespace spranga::daemon
