// The tour with the practice server: every claim that it prints is true of the two reports behind
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <regex>
#include <set>

#include "tour/lab_files.h"
#include "tour/stage.h"
#include "tour/tour.h"

namespace spranga::tour {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::string tell() {
  TourSettings settings;
  settings.practice = true;
  std::string told;
  // The story is told in a child process: it comes back through a pipe.
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const int code = run_tour(settings, [&](const std::string& text) {
    EXPECT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  });
  close(ends[1]);
  std::array<char, 65'536> buffer{};
  for (ssize_t got = 0; (got = read(ends[0], buffer.data(), buffer.size())) > 0;) {
    told.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  EXPECT_EQ(code, 0);
  return told;
}

TEST(PracticeTour, ShowsTheFaultsAndThatTheyAreGone) {
  const auto told = tell();
  EXPECT_THAT(told, HasSubstr("NEEDS UPGRADE"));
  EXPECT_THAT(told, HasSubstr("NO FAULT FOUND"));
  for (const auto* id : {"A2", "A3", "A4", "G1", "S2"}) {
    EXPECT_THAT(told, ContainsRegex(std::string(id) + " .*: FAIL -> PASS")) << id;
  }
  EXPECT_THAT(told, HasSubstr("Rule 1: NO -> OK"));
  EXPECT_THAT(told, HasSubstr("Rule 2: NO -> OK"));
  EXPECT_THAT(told, HasSubstr("Rule 3: NO -> UNKNOWN"));
  EXPECT_THAT(told, HasSubstr("guessing is not stopped: no block after 11"));
  EXPECT_THAT(told, HasSubstr("Checks that fail: 5 before, 0 after."));
  EXPECT_THAT(told, Not(HasSubstr("practice makes perfect")))
      << "the password is nobody's business";
}

TEST(PracticeTour, LeavesNothingBehind) {
  const auto told = tell();
  std::smatch found;
  ASSERT_TRUE(
      std::regex_search(told, found, std::regex(R"(\((/[^)]*spranga-tour\.[^)]*)\) are gone)")));
  EXPECT_NE(access(found[1].str().c_str(), F_OK), 0);
}

TEST(PracticeStage, SaysTheSameInTextAndJson) {
  std::string folder = testing::TempDir() + "stage.XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const auto stage = make_practice_stage({"exim", "", folder});
  const auto weak = stage->look(false, {});
  const auto hard = stage->look(true, {});
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(weak && hard);
  EXPECT_THAT(weak->json, HasSubstr("\"needs_upgrade\""));
  EXPECT_THAT(weak->text, HasSubstr("NEEDS UPGRADE"));
  EXPECT_THAT(hard->json, HasSubstr("\"not_proven\""));
  EXPECT_THAT(hard->text, Not(HasSubstr("FAIL ")));
}

TEST(LabFiles, CarryTheWholeLabInsideTheProgram) {
  std::set<std::string_view> names;
  for (const auto& file : lab_files()) {
    names.insert(file.path);
    EXPECT_FALSE(file.text.empty()) << file.path;
  }
  for (const auto* name : {"lab/lab",
                           "lab/setup.sh",
                           "lab/root.sh",
                           "lab/start.sh",
                           "lab/packages",
                           "lab/start/exim.sh",
                           "etc/jail.conf"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace spranga::tour
