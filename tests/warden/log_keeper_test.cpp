// What the keeper does for the guard with a real folder; which names are allowed: log_names_test.
#include "warden/log_keeper.h"

#include <gtest/gtest.h>

#include "guard/logs/local_log_files.h"
#include "guard/logs/log_names.h"
#include "tests/guard/logs/log_folder.h"

namespace spranga::warden {
namespace {

using What = plan::Ask::What;

class LogKeeperTest : public testing::Test {
protected:
  LogKeeperTest() : files_(guard::LocalLogFiles::make(guard::Links::any)), keeper_(**files_) {
    keeper_.allow({log_});
  }

  plan::Answer ask(What what, const std::string& text) {
    plan::Ask question;
    question.what = what;
    question.text = text;
    return keeper_.answer(question, fds_);
  }

  guard::LogFolder folder_;
  std::string log_{folder_.write("mail.log", "one\n")};
  Result<std::unique_ptr<guard::LocalLogFiles>> files_;
  LogKeeper keeper_;
  std::vector<Fd> fds_;
};

TEST_F(LogKeeperTest, OpensALogAndWhatItWasCalledAfterARotation) {
  const auto rotated = folder_.write("mail.log.1", "zero\n");
  EXPECT_EQ(ask(What::open_log, log_).error, "");
  EXPECT_EQ(ask(What::open_log, rotated).error, "");
  EXPECT_EQ(fds_.size(), 2);
}

TEST_F(LogKeeperTest, FindsTheRotationsOfALog) {
  const auto rotated = folder_.write("mail.log.1", "zero\n");
  const auto found = ask(What::expand, guard::rotations_glob(log_));
  EXPECT_EQ(found.error, "");
  EXPECT_EQ(found.texts, (std::vector<std::string>{log_, rotated}));
}

TEST_F(LogKeeperTest, OpensWhatLiesAmongTheLogs) {
  EXPECT_NE(ask(What::open_log, "/var/log/spranga-none.log").code, Errc::denied);
  EXPECT_EQ(ask(What::expand, "/var/log/spranga-none.log").error, "");
  EXPECT_EQ(ask(What::watch_folder, "/var/log").error, "");
  for (const auto* path :
       {"/var/log/../../etc/shadow", "/var/logs/x", "/var/log/..", "/var/log/a/../../x"}) {
    EXPECT_EQ(ask(What::open_log, path).code, Errc::denied) << path;
    EXPECT_EQ(ask(What::expand, path).code, Errc::denied) << path;
  }
}

TEST_F(LogKeeperTest, DoesNothingElseWhateverTheGuardSays) {
  for (const auto& path :
       {std::string("/etc/shadow"), folder_.write("other.log", "x\n"), log_ + "x"}) {
    EXPECT_EQ(ask(What::open_log, path).code, Errc::denied) << path;
  }
  EXPECT_EQ(ask(What::expand, "/etc/*").code, Errc::denied);
  EXPECT_EQ(ask(What::watch_folder, "/etc").code, Errc::denied);
  EXPECT_TRUE(fds_.empty());
}

}  // namespace
}  // namespace spranga::warden
