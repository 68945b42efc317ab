// Sentences in the sources that no table of words knows: nobody could read them in Italian.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/words/sources.h"
#include "words/elsewhere.h"

namespace spranga::words {
namespace {

/// Rooms whose texts reach a person. Those of the guard's rooms reach him as errors: the ones that
/// matter are in it/elsewhere.inc, see docs/decisions.
constexpr std::array rooms = {
    "app", "check", "finding", "net", "process", "render", "replay", "smtp", "tour", "vantage"};

/// Files whose sentences are not ours to translate.
constexpr std::array<std::string_view, 17> others_words = {
    "app/client_command.cpp",               // printed as fail2ban-client prints it
    "app/client_session.cpp",               // the same
    "app/completion.cpp",                   // scripts for shells
    "app/regex_filter.cpp",                 // printed as fail2ban-regex prints it
    "app/regex_head.cpp",                   // the same
    "app/regex_run.cpp",                    // the same
    "check/noise_cost.cpp",                 // what servers write into logs
    "check/product.cpp",                    // what servers answer
    "check/probes/open_relay.cpp",          // the message that is sent, and what servers answer
    "check/probes/relay_verdict.cpp",       // what servers answer
    "check/probes/sender.cpp",              // the message that is sent
    "check/probes/submission_answers.cpp",  // what servers answer
    "finding/remedies.cpp",                 // directives; their places are tested with the remedies
    "replay/login_line.cpp",                // what servers write into logs
    "replay/regex_summary.cpp",             // printed as fail2ban-regex prints it
    "smtp/refusal.cpp",                     // what servers answer
    "tour/practice_stage.cpp",              // the practice server's password
};

/// Every placeholder as "{}".
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    out += text[at];
    if (const auto end = text.find('}', at); text[at] == '{' && end != std::string_view::npos) {
      out += '}';
      at = end;
    }
  }
  return out;
}

/// Three words in a row that look like a piece of a sentence.
bool is_sentence(const std::string& text) {
  static const std::regex sentence("[A-Za-z]{2,} [a-z]+ [a-z]{2,}");
  return std::regex_search(text, sentence);
}

bool is_command(std::string_view text) {
  return text.find("spranga ") != std::string_view::npos;
}

bool has_italian(const std::string& text) {
  const auto first = text.find_first_not_of(" ;");
  const auto trimmed = text.substr(first, text.find_last_not_of(' ') + 1 - first);
  return std::ranges::any_of(elsewhere_rows(), [&trimmed](const ElsewhereRow& row) {
    return plain(row.english).find(trimmed) != std::string::npos;
  });
}

/// What OpenSSL says and a probe recognises.
bool is_recognised(const std::string& text) {
  return text == "no protocols available";
}

TEST(Untranslated, NoSentenceOfTheSourcesIsUnknownToTheTables) {
  const auto root = test::source_folder();
  std::size_t read = 0;
  for (const auto* room : rooms) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / room)) {
      const auto name = entry.path().lexically_relative(root).string();
      if (!name.ends_with(".cpp") || std::ranges::count(others_words, name) > 0) {
        continue;
      }
      ++read;
      for (const auto& literal : test::string_literals_of(entry.path())) {
        const auto text = plain(literal);
        EXPECT_TRUE(!is_sentence(text) || is_command(text) || is_recognised(text) ||
                    has_italian(text))
            << name << ": \"" << text << "\": say it by a word of src/words, or give it a row in "
            << "src/words/it/elsewhere.inc";
      }
    }
  }
  EXPECT_GT(read, 80U);
}

TEST(Untranslated, NoFileIsExcusedThatIsGone) {
  for (const auto name : others_words) {
    EXPECT_TRUE(std::filesystem::exists(test::source_folder() / name)) << name;
  }
}

TEST(Sources, GiveTheirLiterals) {
  EXPECT_EQ(test::string_literals(
                "x(\"one \"\n  \"two\", 'c', '\"', '\\'', \"a\\\"b\"); // \"no\"\n\"y\""),
            (std::vector<std::string>{"one two", "a\"b", "y"}));
  EXPECT_EQ(plain("one {:.1f} and {}"), "one {} and {}");
  EXPECT_TRUE(is_sentence("no answer in time"));
  EXPECT_FALSE(is_sentence("no answer"));
}

}  // namespace
}  // namespace spranga::words
