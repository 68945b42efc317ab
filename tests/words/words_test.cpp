// The tables of words are whole: every row has text, its placeholders can be filled, none is there
// twice.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

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
    check(Word(i), name_of(Word(i)), text_of(Word(i)));
  }
}

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
    const auto said = say(word, {"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"});
    for (const auto index : placeholders(text)) {
      EXPECT_NE(said.find("v" + std::to_string(index)), std::string::npos) << name;
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
