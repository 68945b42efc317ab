#include "daemon/state_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace spranga::daemon {
namespace {

using namespace std::chrono_literals;

class StateFiles : public testing::Test {
protected:
  StateFiles() {
    std::string pattern = testing::TempDir() + "spranga-state-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }

  ~StateFiles() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

private:
  std::filesystem::path folder_;
};

TEST_F(StateFiles, WhatIsKeptLastIsReadByTheNextLife) {
  {
    StateFile file(path("outbox"));
    EXPECT_EQ(file.read().value(), "");
    for (int i = 0; i < 100; ++i) {
      file.keep(std::to_string(i) + std::string(1, '\0') + "x");
    }
    EXPECT_TRUE(file.flush(10s));
    EXPECT_EQ(StateFile(path("outbox")).read().value(), std::string("99\0x", 4));
    file.keep("the last");
  }
  EXPECT_EQ(StateFile(path("outbox")).read().value(), "the last");
  EXPECT_EQ(std::filesystem::status(path("outbox")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(std::filesystem::exists(path("outbox.new")));
}

TEST_F(StateFiles, AFolderThatIsGoneIsTold) {
  StateFile file(path("nowhere/outbox"));
  file.keep("x");
  EXPECT_TRUE(file.flush(10s));
  EXPECT_NE(file.take_trouble().find("nowhere/outbox"), std::string::npos);
  EXPECT_EQ(file.take_trouble(), "");
}

TEST_F(StateFiles, WithoutAPathNothingIsKept) {
  StateFile file("");
  file.keep("x");
  EXPECT_TRUE(file.flush(10s));
  EXPECT_EQ(file.read().value(), "");
}

}  // namespace
}  // namespace spranga::daemon
