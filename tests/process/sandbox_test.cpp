#include "process/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

namespace spranga::process {

namespace {

/// The exit status of a child that runs `what`: what it could not be tested in this process.
int in_child(const std::function<int()>& what) {
  const auto child = ::fork();
  if (child == 0) {
    ::_exit(what());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string status_line(const std::string& key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(key)) {
      return line.substr(line.find_last_of("\t ") + 1);
    }
  }
  return "";
}

class Sandbox : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "sandbox-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }

  [[nodiscard]] Confinement only_folder() const {
    Confinement wanted;
    wanted.folders = {{folder_, true}, {"/proc/self", false}};
    return wanted;
  }

  std::string folder_;
};

constexpr int no_landlock = 77;

TEST_F(Sandbox, LeavesNoWayToAnotherFile) {
  const int code = in_child([&] {
    const auto confined = enter_sandbox(only_folder());
    if (!confined) {
      return 1;
    }
    if (!confined->lacking.empty()) {
      return no_landlock;
    }
    if (::open("/etc/passwd", O_RDONLY) >= 0 ||
        ::open("/tmp/x-spranga", O_CREAT | O_WRONLY, 0600) >= 0) {
      return 2;
    }
    return ::open((folder_ + "/mine").c_str(), O_CREAT | O_RDWR, 0600) >= 0 ? 0 : 3;
  });
  if (code == no_landlock) {
    GTEST_SKIP() << "this kernel has no Landlock";
  }
  EXPECT_EQ(code, 0);
}

TEST_F(Sandbox, LeavesNoSocketAndNoProgram) {
  EXPECT_EQ(
      in_child([&] {
        auto wanted = only_folder();
        wanted.files_stay_open = true;
        if (!enter_sandbox(wanted)) {
          return 1;
        }
        if (::socket(AF_INET, SOCK_STREAM, 0) >= 0 || ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0) {
          return 2;
        }
        ::execl("/bin/true", "true", nullptr);
        return errno == EPERM ? 0 : 3;
      }),
      0);
}

TEST_F(Sandbox, ShowsInProc) {
  EXPECT_EQ(in_child([&] {
              if (!enter_sandbox(only_folder())) {
                return 1;
              }
              if (status_line("CapEff:") != "0000000000000000" ||
                  status_line("CapPrm:") != "0000000000000000") {
                return 2;
              }
              return status_line("NoNewPrivs:") == "1" && status_line("Seccomp:") == "2" ? 0 : 3;
            }),
            0);
}

TEST_F(Sandbox, KeepsWhatIsAskedFor) {
  EXPECT_EQ(in_child([&] {
              auto wanted = only_folder();
              wanted.files_stay_open = true;
              wanted.may_open_sockets = true;
              wanted.may_run_programs = true;
              if (!enter_sandbox(wanted) || ::socket(AF_INET, SOCK_STREAM, 0) < 0) {
                return 1;
              }
              ::execl("/bin/true", "true", nullptr);
              return 2;
            }),
            0);
}

}  // namespace

}  // namespace spranga::process
