#include "app/client_options.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/adopt_command.h"

namespace spranga::app {
namespace {

using Arguments = std::vector<std::string>;

TEST(ClientArguments, AreReadAsGetoptDoes) {
  const auto settings = *parse_client_arguments(
      Arguments{"-vdc/x", "--logl", "DEBUG", "--socket=/s", "-q", "-t", "status", "-d", "sshd"});
  EXPECT_EQ(settings.folder, "/x");
  EXPECT_EQ(settings.server.at("loglevel"), "DEBUG");
  EXPECT_EQ(settings.server.at("socket"), "/s");
  EXPECT_EQ(settings.verbosity, 1);
  EXPECT_TRUE(settings.test);
  EXPECT_EQ(settings.dump, ClientSettings::DumpForm::lines);
  EXPECT_EQ(settings.command, (Arguments{"status", "-d", "sshd"}));
}

TEST(ClientArguments, EndAtAnAnswer) {
  const auto settings = *parse_client_arguments(Arguments{"--str2sec", "1h", "--no-such"});
  EXPECT_EQ(settings.answer, ClientSettings::Answer::seconds);
  EXPECT_EQ(settings.time, "1h");
}

TEST(ClientArguments, ThatAreUnknownOrIncompleteAreErrors) {
  for (const auto& bad : {Arguments{"-Z"},
                          Arguments{"--no-such"},
                          Arguments{"-c"},
                          Arguments{"--test=1"},
                          Arguments{"--s", "x"},
                          Arguments{"--compat", "2"}}) {
    EXPECT_FALSE(parse_client_arguments(bad)) << bad.front();
  }
}

class AdoptedFolder : public testing::Test {
protected:
  void SetUp() override {
    std::filesystem::create_directories(path("from/filter.d"));
    std::ofstream(path("from/jail.conf")) << "[a]\n";
    std::ofstream(path("from/filter.d/x.conf")) << "x";
    std::filesystem::permissions(path("from/jail.conf"), std::filesystem::perms(0640));
    std::filesystem::permissions(path("from/filter.d"), std::filesystem::perms(0750));
    std::filesystem::create_symlink("jail.conf", path("from/link"));
    std::filesystem::create_symlink(path("from/jail.conf"), path("from/back"));
    ::mkfifo(path("from/pipe").c_str(), 0600);
  }

  void TearDown() override { std::filesystem::remove_all(root_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (root_ / name).string(); }

private:
  std::filesystem::path root_{std::filesystem::path(testing::TempDir()) /
                              ("spranga-adopt-" + std::to_string(::getpid()))};
};

TEST_F(AdoptedFolder, IsCopiedWithModesAndLinks) {
  const auto done = adopt(path("from"), path("to"));
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(done->files, 2);
  EXPECT_EQ(done->folders, 1);
  EXPECT_EQ(done->links, 2);
  EXPECT_EQ(done->left_out, std::vector<std::string>{path("from/pipe")});
  EXPECT_EQ(done->links_back, std::vector<std::string>{path("from/back")});
  EXPECT_EQ(std::filesystem::status(path("to/jail.conf")).permissions(),
            std::filesystem::perms(0640));
  EXPECT_EQ(std::filesystem::status(path("to/filter.d")).permissions(),
            std::filesystem::perms(0750));
  EXPECT_EQ(std::filesystem::read_symlink(path("to/link")), "jail.conf");
}

TEST_F(AdoptedFolder, NeverReplacesWhatIsThere) {
  std::filesystem::create_directories(path("empty"));
  std::filesystem::create_symlink("nowhere", path("dangling"));
  for (const auto* there : {"empty", "dangling", "from/jail.conf"}) {
    const auto done = adopt(path("from"), path(there));
    ASSERT_FALSE(done) << there;
    EXPECT_EQ(done.error().code, Errc::conflict) << there;
  }
}

TEST_F(AdoptedFolder, LeavesNothingHalf) {
  EXPECT_FALSE(adopt(path("none"), path("to")));
  EXPECT_FALSE(adopt(path("from"), path("from/inside")));
  EXPECT_FALSE(adopt(path("from"), path("no/such/place")));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("")), {}), 1);
}

}  // namespace
}  // namespace spranga::app
