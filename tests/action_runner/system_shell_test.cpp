// Commands through the real /bin/sh.
#include "action_runner/system_shell.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "base/fd.h"

namespace spranga::action_runner {
namespace {

using std::chrono::milliseconds;
using std::string_literals::operator""s;

class SystemShells : public testing::Test {
protected:
  SystemShells() {
    std::string pattern = testing::TempDir() + "spranga-shell-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }

  SystemShells(const SystemShells&) = delete;
  SystemShells& operator=(const SystemShells&) = delete;
  SystemShells(SystemShells&&) = delete;
  SystemShells& operator=(SystemShells&&) = delete;

  ~SystemShells() override { run_quietly(Command{"rm -rf " + folder_, {}}); }

  void run_quietly(const Command& command) { shell_.run(command, milliseconds(10'000)); }

  Shell::Ran run(const std::string& text,
                 std::vector<std::string> arguments = {},
                 milliseconds timeout = milliseconds(20'000)) {
    return shell_.run({text, std::move(arguments)}, timeout);
  }

  /// The lines without the command's number.
  std::string take_log() {
    std::string out;
    for (const auto& line : std::exchange(lines_, {})) {
      const auto mark = line.text.find(" -- ");
      out += line.text.substr(mark == std::string::npos ? 0 : mark + 4) + "|";
    }
    return out;
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    std::ifstream in(folder_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::vector<LogLine> lines_;
  Log log_{[this](LogLine line) { lines_.push_back(std::move(line)); }};
  std::atomic<bool> verbose_{false};
  SystemShell shell_{log_, verbose_, 7};
  std::string folder_;
};

TEST_F(SystemShells, GiveEveryByteOfAnArgumentAsItIs) {
  std::string all;
  for (int c = 1; c < 256; ++c) {
    all += static_cast<char>(c);
  }
  const auto ran =
      run("v=$0 w=$1 \nprintf %s \"$v\" > " + folder_ + "/v; printf %s \"$w\" > " + folder_ + "/w",
          {all, "$(touch " + folder_ + "/pwned)"});
  EXPECT_TRUE(ran.good);
  EXPECT_EQ(file("v"), all);
  EXPECT_EQ(file("w"), "$(touch " + folder_ + "/pwned)");
  EXPECT_NE(::access((folder_ + "/pwned").c_str(), F_OK), 0);
  EXPECT_EQ(take_log(), "");
}

TEST_F(SystemShells, LogOutputOfWhatFailsLineByLine) {
  const auto ran = run("printf 'a\\r\\nb\\033[1m\\n\\377'; echo no >&2; exit 3");
  EXPECT_FALSE(ran.good);
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_EQ(take_log(),
            "exec: printf 'a\\r\\nb\\033[1m\\n\\377'; echo no >&2; exit 3|stdout: 'a'|"
            "stdout: 'b\\x1b[1m'|stdout: '\xEF\xBF\xBD'|stderr: 'no'|returned 3|");
}

TEST_F(SystemShells, TellSignals) {
  EXPECT_EQ(run("kill -9 $$").exit_code, -SIGKILL);
  EXPECT_EQ(run("exit 143").exit_code, 143);
  const auto log = take_log();
  EXPECT_NE(log.find("killed with SIGKILL (return code: -9)|"), std::string::npos) << log;
  EXPECT_NE(log.find("killed with SIGTERM (return code: 143)|"), std::string::npos) << log;
}

TEST_F(SystemShells, EndWhatTakesTooLongWithAllThatItStarted) {
  // A child of the command ignores SIGTERM and holds a FIFO open for writing.
  const auto fifo = folder_ + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const Fd reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const auto ran =
      run("trap '' TERM; (exec 9> " + fifo + "; echo here >&9; while :; do sleep 1; done) & " +
              "read word < /dev/null; wait",
          {},
          milliseconds(1000));
  EXPECT_FALSE(ran.good);
  EXPECT_EQ(ran.exit_code, -SIGKILL);
  std::array<char, 16> bytes{};
  EXPECT_EQ(::read(reader.get(), bytes.data(), bytes.size()), 5);
  pollfd ended{reader.get(), 0, 0};
  EXPECT_EQ(::poll(&ended, 1, 20'000), 1);  // nobody is left who could write
  EXPECT_EQ(::read(reader.get(), bytes.data(), bytes.size()), 0);
  const auto log = take_log();
  EXPECT_NE(log.find("timed out after 1 seconds.|"), std::string::npos) << log;
  EXPECT_NE(log.find("killed with SIGKILL (return code: -9)|"), std::string::npos) << log;
}

TEST_F(SystemShells, DoNotWaitForWhatACommandLeavesRunning) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(run("sleep 30 & echo $! > " + folder_ + "/pid").good);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
  run_quietly({"kill $(cat " + folder_ + "/pid)", {}});
}

TEST_F(SystemShells, KeepOnlySoMuchOutput) {
  run("yes 0123456789 | head -c 1000000; exit 1");
  std::size_t size = 0;
  for (const auto& line : lines_) {
    size += line.text.size();
  }
  EXPECT_LT(size, 10 * SystemShell::most_output);
  EXPECT_NE(take_log().find("stdout: 934464 bytes more|"), std::string::npos);
}

TEST_F(SystemShells, SayWhyNothingCouldBeStarted) {
  EXPECT_FALSE(run("true " + std::string(300'000, 'x')).good);
  EXPECT_NE(take_log().find("failed with [Errno 7] Argument list too long: '/bin/sh'|"),
            std::string::npos);
  EXPECT_FALSE(run("a\0b"s).good);
  EXPECT_NE(take_log().find("embedded null byte"), std::string::npos);
}

TEST_F(SystemShells, HandNoDescriptorOfOursToACommand) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  run("ls /proc/self/fd > " + folder_ + "/fds; readlink /proc/self/fd/0 > " + folder_ + "/stdin");
  EXPECT_EQ(file("fds"), "0\n1\n2\n3\n");  // 3 is the folder that ls reads
  EXPECT_EQ(file("stdin"), "/dev/null\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(SystemShells, TellMoreToWhoWantsDebugLines) {
  verbose_ = true;
  run("echo yes");
  EXPECT_EQ(take_log(), "exec: echo yes|stdout: 'yes'|returned successfully 0|");
}

TEST_F(SystemShells, TakeOtherExitCodesForGoodWhereAsked) {
  constexpr std::array good = {0, 1};
  EXPECT_TRUE(shell_.run_expecting({"exit 1", {}}, milliseconds(10'000), good).good);
  EXPECT_FALSE(shell_.run_expecting({"exit 2", {}}, milliseconds(10'000), good).good);
}

}  // namespace
}  // namespace spranga::action_runner
