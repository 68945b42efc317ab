#include "warden/log_keeper.h"

#include <gtest/gtest.h>

namespace spranga::warden {
namespace {

const std::vector<std::string> patterns = {"/var/log/mail.log", "/var/log/app/*/error.log"};

TEST(LogKeeper, OpensWhatAPatternNames) {
  EXPECT_TRUE(may_open(patterns, "/var/log/mail.log"));
  EXPECT_TRUE(may_open(patterns, "/var/log/app/one/error.log"));
}

TEST(LogKeeper, OpensWhatSuchAFileWasCalledAfterARotation) {
  EXPECT_TRUE(may_open(patterns, "/var/log/mail.log.1"));
  EXPECT_TRUE(may_open(patterns, "/var/log/mail.log-20261124"));
  EXPECT_TRUE(may_open(patterns, "/var/log/app/one/error.log.2.gz"));
}

TEST(LogKeeper, OpensNothingElseWhateverTheGuardSays) {
  for (const auto* path : {"/etc/shadow",
                           "/var/log/mail.logx",
                           "/var/log/auth.log",
                           "/var/log/app/one/two/error.log",
                           "/var/log/app/../../../etc/error.log",
                           "/var/log/app/../mail.log",
                           "var/log/mail.log",
                           "/var/log/mail.log.1/../../../etc/shadow",
                           "/var/log/mail.log.1/x",
                           ""}) {
    EXPECT_FALSE(may_open(patterns, path)) << path;
  }
  EXPECT_FALSE(may_open(patterns, std::string("/var/log/mail.log\0x", 19)));
}

TEST(LogKeeper, WatchesFoldersOnTheWayToALog) {
  for (const auto* folder : {"/", "/var", "/var/log", "/var/log/app", "/var/log/app/one"}) {
    EXPECT_TRUE(may_watch(patterns, folder)) << folder;
  }
  for (const auto* folder :
       {"/etc", "/var/lib", "/var/log/app/one/two", "/var/log/../../etc", ""}) {
    EXPECT_FALSE(may_watch(patterns, folder)) << folder;
  }
}

}  // namespace
}  // namespace spranga::warden
