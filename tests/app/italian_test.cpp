// The program in Italian: what it prints has no English of the catalogue in it, and what programs
// read has no Italian.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "app/exit_code.h"
#include "app/language.h"
#include "app/verb.h"
#include "finding/catalogue.h"
#include "render/render.h"
#include "tests/render/golden.h"
#include "words/phrase.h"

namespace spranga::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using words::Language;
using words::Word;

struct Said {
  int code{0};
  std::string out;
  std::string errors;
};

/// Runs the program's command line in this process, and leaves it speaking English.
Said run(const std::vector<std::string>& arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Said said;
  said.code = run_command_line(arguments);
  said.out = testing::internal::GetCapturedStdout();
  said.errors = testing::internal::GetCapturedStderr();
  words::set_language(Language::english);
  return said;
}

Said run_in_italian(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--lang", "it"});
  return run(arguments);
}

/// Without line breaks, indentation and the marks of roff, so that wrapping hides nothing.
std::string flat(std::string text) {
  std::erase(text, '\\');
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.insert(line.substr(std::min(line.find_first_not_of(' '), line.size())));
  }
  return lines;
}

/// The pieces of the English rows that are sentences, and differ in Italian.
std::vector<std::string> english_sentences() {
  static const std::regex value("\\{[0-9]\\}");
  constexpr std::size_t shortest = 14;
  std::vector<std::string> out;
  for (std::size_t i = 1; i < words::word_count(); ++i) {
    const std::string english(text_of(Word(i), Language::english));
    const std::string italian(text_of(Word(i), Language::italian));
    for (std::sregex_token_iterator piece(english.begin(), english.end(), value, -1), end;
         piece != end;
         ++piece) {
      const auto text = flat(piece->str());
      const bool sentence = text.size() >= shortest && std::ranges::count(text, ' ') >= 2;
      if (sentence && italian.find(piece->str()) == std::string::npos) {
        out.push_back(text);
      }
    }
  }
  return out;
}

std::set<std::string> english_rows() {
  std::set<std::string> out;
  for (std::size_t i = 1; i < words::word_count(); ++i) {
    const auto english = text_of(Word(i), Language::english);
    if (english != text_of(Word(i), Language::italian)) {
      out.emplace(english);
    }
  }
  return out;
}

void expect_no_english(const std::string& what, const std::string& text) {
  static const auto sentences = english_sentences();
  static const auto rows = english_rows();
  ASSERT_FALSE(text.empty()) << what;
  const auto all = flat(text);
  for (const auto& sentence : sentences) {
    EXPECT_EQ(all.find(sentence), std::string::npos) << what << " says: " << sentence;
  }
  for (const auto& line : lines_of(text)) {
    EXPECT_FALSE(rows.contains(line)) << what << " says: " << line;
  }
}

TEST(InItalian, TheOverviewHasNoEnglish) {
  expect_no_english("spranga", run({"--lang", "it"}).out);
  expect_no_english("--help", run_in_italian({"--help"}).out);
  expect_no_english("help", run_in_italian({"help"}).out);
}

TEST(InItalian, NoHelpHasEnglish) {
  for (const auto& verb : verbs()) {
    const std::string name(verb.name);
    expect_no_english("help " + name, run_in_italian({"help", name}).out);
    expect_no_english(name + " --help", run_in_italian({name, "--help"}).out);
  }
}

TEST(InItalian, NoManualPageHasEnglish) {
  for (const auto& verb : verbs()) {
    const std::string name(verb.name);
    expect_no_english("man " + name, run_in_italian({"man", name}).out);
  }
}

TEST(InItalian, NoExplanationHasEnglish) {
  for (const auto& check : finding::catalogue()) {
    const std::string id(check.id);
    expect_no_english("explain " + id, run_in_italian({"check", "--explain", id}).out);
  }
}

TEST(InItalian, ThePageOfChecksHasNoEnglish) {
  expect_no_english("docs", run_in_italian({"docs"}).out);
}

TEST(InItalian, TheCompletionsHaveNoEnglish) {
  expect_no_english("zsh", run_in_italian({"completion", "zsh"}).out);
  expect_no_english("fish", run_in_italian({"completion", "fish"}).out);
}

TEST(InItalian, EnglishWouldBeFound) {
  const auto sentences = english_sentences();
  const auto english = flat(run({"help", "check", "--lang", "en"}).out);
  EXPECT_GT(std::ranges::count_if(
                sentences,
                [&english](const auto& text) { return english.find(text) != std::string::npos; }),
            20);
}

TEST(InItalian, TheCommittedPagesAreWhatTheProgramPrints) {
  EXPECT_EQ(test::file_text("docs/man/it/spranga-check.1"), run_in_italian({"man", "check"}).out)
      << "run: spranga man check --lang it > docs/man/it/spranga-check.1";
  EXPECT_EQ(test::file_text("docs/checks.it.md"), run_in_italian({"docs"}).out)
      << "run: spranga docs --lang it > docs/checks.it.md";
}

TEST(InItalian, AWrongCommandLineIsAnswered) {
  EXPECT_THAT(run_in_italian({"chek"}).errors,
              HasSubstr("non esiste un comando \"chek\". Forse \"check\"?"));
  EXPECT_THAT(run_in_italian({"check", "--timeout", "never", "192.0.2.1"}).errors,
              HasSubstr("--timeout: \"never\" non è un tempo"));
}

TEST(InItalian, AReportIsPrinted) {
  const auto said = run_in_italian({"check", "no host"});
  EXPECT_THAT(said.out, HasSubstr("NESSUNA CONNESSIONE"));
  EXPECT_THAT(said.out, HasSubstr("non è un nome di host: un carattere"));
}

TEST(InItalian, JsonStaysEnglish) {
  const auto english = run({"check", "no host", "--format", "json", "--lang", "en"});
  const auto italian = run_in_italian({"check", "no host", "--format", "json"});
  EXPECT_THAT(italian.out, HasSubstr("is not a host name: a character that no host name has"));
  EXPECT_EQ(english.code, italian.code);
}

TEST(LangOption, StandsBeforeAndBehindTheVerb) {
  const auto expected = run({"version", "--help", "--lang", "it"}).out;
  EXPECT_THAT(expected, HasSubstr("Uso: "));
  EXPECT_EQ(run({"--lang", "it", "version", "--help"}).out, expected);
  EXPECT_EQ(run({"version", "--lang=it", "--help"}).out, expected);
  EXPECT_EQ(run({"--lang", "en", "version", "--lang", "it", "--help"}).out, expected);
}

TEST(LangOption, RefusesOtherLanguages) {
  const auto said = run({"--lang", "fr", "help"});
  EXPECT_EQ(said.code, exit_usage);
  EXPECT_THAT(said.errors, HasSubstr("--lang: \"fr\""));
  EXPECT_THAT(said.errors, HasSubstr("en, it"));
  EXPECT_THAT(said.out, IsEmpty());
}

TEST(LangOption, NeedsAValue) {
  EXPECT_EQ(run({"help", "--lang"}).code, exit_usage);
  EXPECT_EQ(run({"help", "--lang", "--"}).code, exit_usage);
}

TEST(LangOption, IsAnArgumentBehindTwoDashes) {
  std::vector<std::string> arguments = {"check", "--", "--lang", "it"};
  ASSERT_TRUE(choose_language(arguments));
  EXPECT_THAT(arguments, ElementsAre("check", "--", "--lang", "it"));
  words::set_language(Language::english);
}

TEST(LangOption, IsTakenOutOfTheArguments) {
  std::vector<std::string> arguments = {"check", "--lang", "it", "-q", "--lang=en", "host"};
  ASSERT_TRUE(choose_language(arguments));
  EXPECT_THAT(arguments, ElementsAre("check", "-q", "host"));
  words::set_language(Language::english);
}

}  // namespace
}  // namespace spranga::app
