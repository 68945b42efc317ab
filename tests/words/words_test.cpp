// The tables of words are whole: every row has text, in both languages, its placeholders can be
// filled, none is there twice.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>

#include "words/italian.h"
#include "words/phrase.h"

namespace spranga::words {
namespace {

/// The indices of {0}, {1}, … in a text; -1 stands for a brace that is none of these.
std::set<int> placeholders(std::string_view text) {
  std::set<int> found;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{' && text[i] != '}') {
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == text[i]) {
      ++i;  // {{ or }}
    } else if (i + 2 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9' &&
               text[i + 2] == '}') {
      found.insert(text[i + 1] - '0');
      i += 2;
    } else {
      found.insert(-1);
    }
  }
  return found;
}

template <class Check>
void for_each_word(Check check) {
  for (std::size_t i = 1; i < word_count(); ++i) {
    check(Word(i), name_of(Word(i)), text_of(Word(i), Language::english));
  }
}

constexpr std::array languages = {Language::english, Language::italian};

/// Words that are the same in Italian: names, symbols, words of the trade, values of options.
const std::set<std::string_view> same_in_italian = {
    "app_error",
    "app_from_here_failed",
    "argument_dns",
    "argument_epoch",
    "argument_file",
    "argument_id",
    "argument_ip",
    "argument_jail",
    "argument_lines",
    "argument_login",
    "argument_match",
    "argument_name",
    "argument_server",
    "arguments_files",
    "arguments_shell",
    "beyond_rule_mark",
    "length_hours",
    "length_minutes",
    "mail_jail",
    "replay_ban_row",
    "report_milliseconds",
    "report_noise_probe",
    "report_seconds",
    "rule_no",
    "rule_ok",
    "target_unusable",
    "tour_change",
    "tour_step",
    "tour_took",
    "version_line",
    "where_tls_mark",
    "x8_product",
};

/// Sets the language of the process for one test.
class LanguageOfProcess {
public:
  explicit LanguageOfProcess(Language language) : before_(chosen_language()) {
    set_language(language);
  }

  ~LanguageOfProcess() { set_language(before_); }

  LanguageOfProcess(const LanguageOfProcess&) = delete;
  LanguageOfProcess& operator=(const LanguageOfProcess&) = delete;
  LanguageOfProcess(LanguageOfProcess&&) = delete;
  LanguageOfProcess& operator=(LanguageOfProcess&&) = delete;

private:
  Language before_;
};

TEST(Words, EveryWordHasText) {
  for_each_word([](Word, std::string_view name, std::string_view text) {
    EXPECT_FALSE(text.empty()) << name;
  });
}

TEST(Words, PlaceholdersCountFromZeroWithoutGaps) {
  for_each_word([](Word, std::string_view name, std::string_view text) {
    int expected = 0;
    for (const auto index : placeholders(text)) {
      EXPECT_EQ(index, expected++) << name << ": " << text;
    }
  });
}

TEST(Words, EveryWordCanBeSaidWithItsValues) {
  for_each_word([](Word word, std::string_view name, std::string_view text) {
    for (const auto language : languages) {
      const auto said =
          say(word, {"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"}, language);
      for (const auto index : placeholders(text)) {
        EXPECT_NE(said.find("v" + std::to_string(index)), std::string::npos) << name;
      }
    }
  });
}

TEST(Words, NoTwoRowsAreEqual) {
  std::map<std::string_view, std::string_view> seen;
  for_each_word([&seen](Word, std::string_view name, std::string_view text) {
    const auto [row, fresh] = seen.emplace(text, name);
    EXPECT_TRUE(fresh) << name << " says the same as " << row->second;
  });
}

TEST(Italian, IsThereForEveryWord) {
  for_each_word([](Word word, std::string_view name, std::string_view text) {
    EXPECT_FALSE(italian_of(word).empty())
        << "no row in src/words/it: SPRANGA_ITALIAN(" << name << ", \"…\") for: " << text;
  });
}

TEST(Italian, HasThePlaceholdersOfTheEnglishRow) {
  for_each_word([](Word word, std::string_view name, std::string_view text) {
    EXPECT_EQ(placeholders(italian_of(word)), placeholders(text)) << name;
  });
}

TEST(Italian, IsEqualToEnglishOnlyWhereThatIsMeant) {
  for_each_word([](Word word, std::string_view name, std::string_view text) {
    EXPECT_EQ(italian_of(word) == text, same_in_italian.contains(name))
        << name << ": translate it, or keep the list of same_in_italian true";
  });
}

TEST(Italian, KeepsTheOptionsCommandsAndNumbersOfTheEnglishRow) {
  const std::regex kept(
      "--[a-z][a-z0-9-]+|spranga (check|tour|help|why|why-not|config|adopt)|"
      "SPRANGA_[A-Z]+|[0-9]{3,}");
  for_each_word([&kept](Word word, std::string_view row, std::string_view text) {
    const std::string english(text);
    for (auto found = std::sregex_iterator(english.begin(), english.end(), kept);
         found != std::sregex_iterator();
         ++found) {
      EXPECT_NE(italian_of(word).find(found->str()), std::string_view::npos)
          << row << " lacks " << found->str();
    }
  });
}

TEST(Italian, UsesNoTypographicApostrophesOrQuotes) {
  for_each_word([](Word word, std::string_view row, std::string_view) {
    for (const auto* sign : {"’", "‘", "“", "”", "«", "»"}) {
      EXPECT_EQ(italian_of(word).find(sign), std::string_view::npos) << row;
    }
  });
}

TEST(Phrase, IsSaidInTheLanguageOfTheProcess) {
  const LanguageOfProcess italian(Language::italian);
  EXPECT_EQ(say(Word::rule_heading, {"1"}), "Regola 1");
  EXPECT_EQ(say(Word::rule_heading, {"1"}, Language::english), "Rule 1");
}

TEST(Phrase, EscapesControlBytesOfAValue) {
  const auto said = say(Word::rule_heading, {"1\x1b[31m\r\n"});
  EXPECT_EQ(said.find('\x1b'), std::string::npos);
  EXPECT_EQ(said.find('\n'), std::string::npos);
}

TEST(Phrase, OfNothingIsEmpty) {
  EXPECT_EQ(say(Phrase{}), "");
}

TEST(Phrase, WithTooFewValuesLosesNothing) {
  EXPECT_EQ(say(Word::rule_heading), text_of(Word::rule_heading));
}

}  // namespace
}  // namespace spranga::words
