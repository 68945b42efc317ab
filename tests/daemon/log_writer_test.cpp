#include "daemon/log_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>

#include "tests/support/manual_clock.h"

namespace spranga::daemon {
namespace {

using guard::Level;
using testing::MatchesRegex;

TEST(LogLine, HasFail2bansShape) {
  const std::chrono::system_clock::time_point at{std::chrono::milliseconds(1'700'000'000'123)};
  EXPECT_THAT(
      log_line(at, 4711, Level::notice, "actions", "[sshd] Ban 198.51.100.7"),
      MatchesRegex("2023-11-1[45] ..:..:..,123 fail2ban\\.actions        \\[4711\\]: NOTICE  "
                   "\\[sshd\\] Ban 198\\.51\\.100\\.7"));
  EXPECT_THAT(log_line(at, 1, Level::warning, "server", "x"),
              MatchesRegex(".*fail2ban\\.server         \\[1\\]: WARNING x"));
}

TEST(LogLine, ShowsHostileBytesAndEndsNowhereElse) {
  const auto line = log_line({}, 1, Level::info, "filter", "[j] Found a\nb\x1b[31m");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_THAT(line, testing::HasSubstr("a\\nb\\x1B[31m"));
}

TEST(SecondClock, SaysWhatLocalTimeSaysWhateverTheOrder) {
  SecondClock clock;
  const std::chrono::sys_seconds at{std::chrono::seconds(1'700'000'000)};
  for (const int offset : {0, 1, 877, 0, -200, 86'400, 0}) {
    const auto one = at + std::chrono::seconds(offset);
    EXPECT_EQ(clock.text(one), local_time(one)) << offset;
  }
}

TEST(LocalTime, IsOfBansThatEndLaterThanNanosecondsCanSay) {
  const std::chrono::sys_seconds at{std::chrono::seconds(11'796'076'254)};
  EXPECT_THAT(local_time(at), MatchesRegex("2343-10-2[0-9] ..:..:.4"));
}

TEST(Levels, AreKnownByNameAndNumber) {
  EXPECT_EQ(level_of("info"), Level::info);
  EXPECT_EQ(level_of("NOTICE"), Level::notice);
  EXPECT_EQ(level_of("10"), Level::debug);
  EXPECT_EQ(level_of("verbose"), std::nullopt);
  EXPECT_EQ(level_of(""), std::nullopt);
  EXPECT_EQ(name_of(Level::warning), "WARNING");
}

class Written : public testing::Test {
protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    readable_ = Fd(ends[0]);
    writable_ = Fd(ends[1]);
  }

  std::string text() {
    std::array<char, 4096> buffer{};
    const auto size = ::read(readable_.get(), buffer.data(), buffer.size());
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
  }

  Fd readable_;
  Fd writable_;
  test::ManualClock clock_;
};

TEST_F(Written, LeavesOutWhatIsBelowItsLevel) {
  LogWriter log(std::move(writable_), "file", 7, clock_);
  log.show_from(Level::notice);
  log.write(Level::info, "filter", "Found");
  EXPECT_EQ(text(), "");
  log.write(Level::notice, "actions", "Ban");
  log.flush();
  EXPECT_THAT(text(), testing::HasSubstr("NOTICE  Ban\n"));
}

TEST_F(Written, KeepsLinesOfAFileBackUntilThereAreManyOrAnErrorAmongThem) {
  LogWriter log(std::move(writable_), "file", 7, clock_);
  log.write(Level::notice, "actions", "Ban");
  EXPECT_EQ(text(), "");
  log.write(Level::error, "server", "trouble");
  EXPECT_THAT(text(), testing::ContainsRegex("Ban\n.*trouble\n"));
}

TEST_F(Written, SpeaksSyslogsWay) {
  LogWriter log(std::move(writable_), "syslog", 7, clock_);
  log.write(Level::notice, "actions", "[sshd] Ban 198.51.100.7");
  EXPECT_EQ(text(), "<29>fail2ban.actions[7]: NOTICE [sshd] Ban 198.51.100.7");
}

TEST_F(Written, CountsWhatNobodyTook) {
  LogWriter log(std::move(writable_), "file", 7, clock_);
  readable_.reset();
  ::signal(SIGPIPE, SIG_IGN);
  log.write(Level::error, "server", "x");
  EXPECT_EQ(log.lost(), 1U);
}

}  // namespace
}  // namespace spranga::daemon
