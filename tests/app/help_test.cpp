// Help, manual page and completion say what the tables say.
#include "app/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "app/completion.h"
#include "app/man_page.h"
#include "app/version.h"
#include "tests/render/golden.h"
#include "text/nearest.h"

namespace spranga::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Overview, IsShortAndNamesTheCommandToTryFirst) {
  const auto text = overview(Listing::overview);
  EXPECT_LE(std::ranges::count(text, '\n'), 15);
  EXPECT_THAT(text, HasSubstr("spranga check mail.example.org"));
  EXPECT_THAT(text, HasSubstr("spranga tour"));
}

TEST(Overview, ShowsNoHiddenVerb) {
  EXPECT_THAT(overview(Listing::help), Not(HasSubstr("docs/checks.md")));
  EXPECT_THAT(overview(Listing::help), HasSubstr("completion"));
}

TEST(Help, OfAVerbListsEachOption) {
  for (const auto& verb : verbs()) {
    const auto text = help_of(verb);
    for (const auto& option : with_common(verb.options())) {
      EXPECT_THAT(text, HasSubstr(std::string(option.name))) << verb.name;
    }
  }
}

TEST(ManPage, OfCheckIsTheOneThatIsCommitted) {
  EXPECT_EQ(test::file_text("docs/man/spranga-check.1"), man_page(*find_verb("check")))
      << "run: spranga man check > docs/man/spranga-check.1";
}

TEST(ManPage, ListsEachOption) {
  for (const auto& verb : verbs()) {
    auto text = man_page(verb);
    std::erase(text, '\\');
    for (const auto& option : with_common(verb.options())) {
      EXPECT_THAT(text, HasSubstr("fB" + std::string(option.name) + "fR")) << verb.name;
    }
  }
}

/// Words that bash offers for a command line whose last word is being typed.
std::string bash_offers(const std::vector<std::string>& line) {
  const auto file = std::filesystem::path(testing::TempDir()) /
                    ("spranga-" + std::to_string(::getpid()) + ".bash");
  std::ofstream(file) << completion_script("bash").value_or("");
  std::string words;
  for (const auto& word : line) {
    words += " '" + word + "'";
  }
  const auto command = "bash -c '. " + file.string() +
                       "; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); " +
                       "_spranga && echo \"${COMPREPLY[*]}\"' bash" + words + " 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string out;
  std::array<char, 256> block{};
  while (std::fgets(block.data(), block.size(), pipe.get()) != nullptr) {
    out += block.data();
  }
  std::filesystem::remove(file);
  out.resize(std::min(out.find('\n'), out.size()));
  return out;
}

TEST(BashCompletion, OffersVerbsFirst) {
  EXPECT_EQ(bash_offers({"spranga", "che"}), "check");
}

TEST(BashCompletion, OffersOptionsOfTheVerb) {
  EXPECT_EQ(bash_offers({"spranga", "check", "--rel"}), "--relay --relay-to");
}

TEST(BashCompletion, OffersTheValuesThatAreKnown) {
  EXPECT_EQ(bash_offers({"spranga", "check", "--format", ""}), "text json html");
  EXPECT_EQ(bash_offers({"spranga", "completion", "z"}), "zsh");
  EXPECT_EQ(bash_offers({"spranga", "explain", "X"}), "X8 X11");
}

TEST(BashCompletion, OffersFilesWhereAFileIsWanted) {
  EXPECT_EQ(bash_offers({"spranga", "check", "--ca-file", "/etc/passw"}).substr(0, 11),
            "/etc/passwd");
}

TEST(BashCompletion, OffersNothingForFreeText) {
  EXPECT_EQ(bash_offers({"spranga", "check", "--user", ""}), "");
}

TEST(Completion, IsThereForThreeShells) {
  EXPECT_TRUE(completion_script("zsh"));
  EXPECT_TRUE(completion_script("fish"));
  EXPECT_FALSE(completion_script("tcsh"));
}

TEST(Suggest, FindsWhatWasMeant) {
  const std::vector<std::string_view> known = {"check", "explain", "help", "version"};
  EXPECT_EQ(text::nearest("chekc", known), "check");
  EXPECT_EQ(text::nearest("expl", known), "explain");
  EXPECT_EQ(text::nearest("verison", known), "version");
}

TEST(Suggest, KeepsSilentWhereNothingIsNear) {
  const std::vector<std::string_view> known = {"check", "explain", "help", "version"};
  EXPECT_EQ(text::nearest("banana", known), "");
  EXPECT_EQ(text::nearest("", known), "");
  EXPECT_EQ(text::nearest("--", known), "");
  EXPECT_EQ(text::nearest(std::string(100'000, 'x'), known), "");
}

struct Line {
  std::vector<std::string> arguments;
  int code;
};

TEST(CommandLine, EndsWithTheRightCode) {
  const std::vector<Line> lines = {
      {{}, 0},
      {{"--help"}, 0},
      {{"--version"}, 0},
      {{"check", "--help"}, 0},
      {{"check", "--version"}, 0},
      {{"check", "--explain", "a2"}, 0},
      {{"explain", "A2"}, 0},
      {{"help", "check"}, 0},
      {{"man", "check"}, 0},
      {{"completion", "fish"}, 0},
      {{"docs"}, 0},
      {{"chekc"}, 3},
      {{"mail.example.org"}, 3},
      {{"check", "--explain", "Z9"}, 3},
      {{"explain"}, 3},
      {{"check", "--no-such-option"}, 3},
      {{"--no-such-option"}, 3},
      {{"completion"}, 3},
  };
  for (const auto& line : lines) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_command_line(line.arguments), line.code)
        << (line.arguments.empty() ? "" : line.arguments.front());
    const auto out = testing::internal::GetCapturedStdout();
    const auto err = testing::internal::GetCapturedStderr();
    EXPECT_EQ(out.empty(), line.code != 0);
    EXPECT_EQ(err.empty(), line.code == 0);
  }
}

TEST(CommandLine, TakesAServersNameForAForgottenCheck) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_command_line(std::vector<std::string>{"mail.example.org"}), 3);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("spranga check mail.example.org"));
}

}  // namespace
}  // namespace spranga::app
