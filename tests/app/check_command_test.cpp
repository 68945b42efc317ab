#include "app/check_command.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/output.h"
#include "app/secrets.h"
#include "tests/render/sample_reports.h"

namespace spranga::app {
namespace {

using Reports = std::vector<finding::Report>;

TEST(ExitCode, SaysTheVerdictOfOneTarget) {
  EXPECT_EQ(exit_code_of(Reports{test::protected_server()}), 0);
  EXPECT_EQ(exit_code_of(Reports{test::weak_postfix()}), 1);
  EXPECT_EQ(exit_code_of(Reports{test::faultless()}), 2);
  EXPECT_EQ(exit_code_of(Reports{test::unreachable()}), 3);
}

TEST(ExitCode, OfSeveralTargetsIsThatOfTheWorst) {
  EXPECT_EQ(exit_code_of(Reports{test::unreachable(), test::faultless(), test::weak_postfix()}), 1);
  EXPECT_EQ(exit_code_of(Reports{test::unreachable(), test::faultless(), test::protected_server()}),
            2);
  EXPECT_EQ(exit_code_of(Reports{test::protected_server(), test::unreachable()}), 3);
}

class TemporaryFile : public testing::Test {
protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }

  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void put(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  [[nodiscard]] long files() const {
    return std::distance(std::filesystem::directory_iterator(folder_), {});
  }

private:
  std::filesystem::path folder_{std::filesystem::path(testing::TempDir()) /
                                ("spranga-" + std::to_string(::getpid()))};
};

TEST_F(TemporaryFile, IsReplacedAsAWhole) {
  put("report", "old and long");
  EXPECT_TRUE(check_writable(path("report")));
  ASSERT_TRUE(write_file(path("report"), "new"));
  EXPECT_EQ(text_of("report"), "new");
  EXPECT_EQ(files(), 1);
}

TEST_F(TemporaryFile, KeepsItsRights) {
  put("report", "");
  std::filesystem::permissions(path("report"), std::filesystem::perms(0600));
  ASSERT_TRUE(write_file(path("report"), "new"));
  EXPECT_EQ(std::filesystem::status(path("report")).permissions(), std::filesystem::perms(0600));
}

TEST_F(TemporaryFile, BehindALinkIsWrittenAndTheLinkStays) {
  put("report", "old");
  std::filesystem::create_symlink("report", path("link"));
  ASSERT_TRUE(write_file(path("link"), "new"));
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(text_of("report"), "new");
}

TEST_F(TemporaryFile, InAFolderThatIsNotThereIsAnErrorBeforeTheRun) {
  EXPECT_FALSE(check_writable(path("no/report")));
  EXPECT_FALSE(write_file(path("no/report"), "new"));
  EXPECT_FALSE(check_writable(path("")));
}

TEST_F(TemporaryFile, GivesTheFirstLineWithoutItsEnd) {
  put("secret", "first\r\nsecond\n");
  EXPECT_EQ(*read_first_line(path("secret")), "first");
  put("secret", "no end");
  EXPECT_EQ(*read_first_line(path("secret")), "no end");
  put("secret", " with blanks \n");
  EXPECT_EQ(*read_first_line(path("secret")), " with blanks ");
}

TEST_F(TemporaryFile, WithoutEndIsNotReadWhole) {
  put("secret", std::string(1 << 20, 'x'));
  const auto line = read_first_line(path("secret"));
  ASSERT_FALSE(line);
  EXPECT_LT(line.error().detail.size(), 500U);
}

TEST_F(TemporaryFile, HoldsThePasswordOfTheLogin) {
  put("secret", "s3cret\n");
  check::CheckOptions options;
  EXPECT_FALSE(read_credentials(options)->has_value());
  options.user = "alice";
  options.password_file = path("secret");
  const auto credentials = *read_credentials(options);
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->user, "alice");
  EXPECT_EQ(credentials->password.reveal(), "s3cret");
  EXPECT_TRUE(credentials->oauth2_token.empty());
}

TEST_F(TemporaryFile, ThatIsEmptyIsNoSecret) {
  put("secret", "\n");
  check::CheckOptions options;
  options.user = "alice";
  options.oauth2_token_file = path("secret");
  EXPECT_FALSE(read_credentials(options));
}

TEST(Secrets, ComeFromTheEnvironmentOnce) {
  // NOLINTBEGIN(concurrency-mt-unsafe): this test has one thread
  ::setenv("SPRANGA_PASSWORD", "s3cret", 1);
  check::CheckOptions options;
  options.user = "alice";
  EXPECT_EQ((*read_credentials(options))->password.reveal(), "s3cret");
  EXPECT_EQ(std::getenv("SPRANGA_PASSWORD"), nullptr);
  // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace
}  // namespace spranga::app
