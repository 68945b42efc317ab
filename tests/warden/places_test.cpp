#include "warden/places.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "warden/own_log.h"

namespace spranga::warden {
namespace {

class Places : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "places-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }

  [[nodiscard]] mode_t mode_of(const std::string& path) const {
    struct stat facts {};

    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 0777U;
  }

  std::string folder_;
};

TEST_F(Places, MakesASocketForItsOwnerAlone) {
  const auto path = folder_ + "/run/deep/guard.sock";
  const auto socket = listen_at(path);
  ASSERT_TRUE(socket) << socket.error().detail;
  EXPECT_EQ(mode_of(path), 0600U);
}

TEST_F(Places, RefusesASocketThatSomebodyAnswersOn) {
  const auto path = folder_ + "/guard.sock";
  const auto first = listen_at(path);
  ASSERT_TRUE(first);
  const auto second = listen_at(path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
}

TEST_F(Places, ReplacesASocketThatADeadGuardLeft) {
  const auto path = folder_ + "/guard.sock";
  ASSERT_TRUE(listen_at(path));  // closed at once
  EXPECT_TRUE(listen_at(path));
}

TEST_F(Places, LeavesAFileAloneThatIsNoSocket) {
  const auto path = folder_ + "/guard.sock";
  std::ofstream(path) << "precious";
  EXPECT_FALSE(listen_at(path));
  EXPECT_TRUE(std::ifstream(path).good());
}

TEST_F(Places, AppendsToALogForItsOwnerAloneAndThroughNoLink) {
  const auto path = folder_ + "/guard.log";
  const auto log = open_log_target(path, "auto");
  ASSERT_TRUE(log);
  EXPECT_EQ(log->kind, "file");
  EXPECT_EQ(mode_of(path), 0600U);
  ASSERT_EQ(::symlink(path.c_str(), (folder_ + "/link.log").c_str()), 0);
  EXPECT_FALSE(open_log_target(folder_ + "/link.log", "auto"));
  EXPECT_FALSE(open_log_target(folder_, "auto"));
}

TEST_F(Places, KnowsFail2bansNamesOfTargets) {
  EXPECT_EQ(open_log_target("STDOUT", "auto")->kind, "stdout");
  EXPECT_EQ(open_log_target("STDERR", "auto")->kind, "stderr");
  EXPECT_EQ(open_log_target("stdout", "auto")->kind, "stdout");
  EXPECT_EQ(open_log_target("Stderr", "auto")->kind, "stderr");
  EXPECT_EQ(open_log_target("inherited", "auto")->kind, "stdout");
  EXPECT_FALSE(open_log_target("SYSLOG", folder_ + "/no-syslog"));
  EXPECT_FALSE(open_log_target("syslog", folder_ + "/no-syslog"));
}

TEST_F(Places, LetsALogBeAStreamOrAFileWhereLogsAre) {
  EXPECT_TRUE(may_log_to("sysout", "/var/log/fail2ban.log"));
  EXPECT_TRUE(may_log_to(folder_ + "/b.log", folder_ + "/a.log"));
  EXPECT_FALSE(may_log_to("sysout.log", "/var/log/fail2ban.log"));
  EXPECT_FALSE(may_log_to(folder_ + "/b.log", "/var/log/fail2ban.log"));
}

TEST_F(Places, LeavesALogThatIsInheritedWhereItIs) {
  OwnLog log;
  plan::WardenPlan plan;
  plan.logtarget = folder_ + "/guard.log";
  ASSERT_TRUE(log.open(plan));
  std::vector<Fd> fds;
  EXPECT_EQ(log.turn_to("INHERITED", fds).text, "file");
  EXPECT_EQ(log.turn_to("stderr", fds).text, "stderr");
  EXPECT_EQ(log.turn_to("inherited", fds).text, "stderr");
  EXPECT_EQ(fds.size(), 3U);
}

}  // namespace
}  // namespace spranga::warden
