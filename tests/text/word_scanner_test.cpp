#include "text/word_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace spranga::text {
namespace {

using Engine = WordScanner::Engine;
using Found = ScannedLines::Found;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<WordScanner::Word> numbered(const std::vector<std::string>& words) {
  std::vector<WordScanner::Word> out;
  out.reserve(words.size());
  for (const auto& word : words) {
    out.push_back({word, static_cast<std::uint32_t>(out.size())});
  }
  return out;
}

std::vector<Found> without_repeats(std::vector<Found> found) {
  const auto before = [](const Found& a, const Found& b) {
    return std::pair(a.line, a.word) < std::pair(b.line, b.word);
  };
  std::ranges::sort(found, before);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

/// By looking for each word in each line.
ScannedLines plainly(const std::vector<std::string>& words, std::string_view bytes) {
  ScannedLines out;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const auto end = std::min(bytes.find('\n', begin), bytes.size());
    const auto line = bytes.substr(begin, end - begin);
    const auto number = static_cast<std::uint32_t>(out.ends.size());
    for (std::uint32_t word = 0; word < words.size(); ++word) {
      if (line.find(words[word]) != std::string_view::npos) {
        out.found.push_back({number, word});
      }
    }
    if (std::ranges::any_of(line, [](char c) { return static_cast<signed char>(c) < 0; })) {
      out.odd.push_back(number);
    }
    if (end < bytes.size()) {
      out.ends.push_back(static_cast<std::uint32_t>(end));
    }
    begin = end + 1;
  }
  return out;
}

class EachEngine : public ::testing::TestWithParam<Engine> {
protected:
  void SetUp() override {
    if (!WordScanner::can(GetParam())) {
      GTEST_SKIP() << "this processor has not what it needs";
    }
  }

  static ScannedLines scan(const std::vector<std::string>& words, std::string_view bytes) {
    // A copy of just this size: a scan that reads beyond it is seen by AddressSanitizer.
    const std::vector<char> copy(bytes.begin(), bytes.end());
    ScannedLines out;
    WordScanner(numbered(words), GetParam()).scan({copy.data(), copy.size()}, out);
    out.found = without_repeats(out.found);
    return out;
  }
};

TEST_P(EachEngine, TellsWhichLinesHoldWhichWords) {
  const auto out = scan({"authentication failed", "from unknown"},
                        "an authentication failed here\nnothing\nlost from unknown; "
                        "authentication failed\nauthentication faile");
  EXPECT_THAT(out.found, ElementsAre(Found{0, 0}, Found{2, 0}, Found{2, 1}));
  EXPECT_THAT(out.ends, ElementsAre(29, 37, 78));
  EXPECT_THAT(out.odd, IsEmpty());
}

TEST_P(EachEngine, FindsAWordAtEveryPlaceOfABlock) {
  for (std::size_t size = 4; size < 140; size += 3) {
    for (std::size_t at = 0; at + 4 <= size; ++at) {
      std::string bytes(size, '.');
      bytes.replace(at, 4, "sshd");
      EXPECT_THAT(scan({"sshd"}, bytes).found, ElementsAre(Found{0, 0})) << size << " " << at;
    }
  }
}

TEST_P(EachEngine, FindsNoWordAcrossTwoLines) {
  EXPECT_THAT(scan({"sshd"}, "ss\nhd").found, IsEmpty());
}

TEST_P(EachEngine, NotesLinesWithBytesBeyondAscii) {
  EXPECT_THAT(scan({"sshd"}, "a\n\xC3\xA9 \xC3\xA9\nb\n\xFF").odd, ElementsAre(1, 3));
}

TEST_P(EachEngine, FindsLinesWhereThereAreNoWordsToLookFor) {
  const auto out = scan({}, std::string(100, 'x') + "\n" + std::string(100, 'y') + "\n");
  EXPECT_THAT(out.ends, ElementsAre(100, 201));
  EXPECT_THAT(scan({}, "").ends, IsEmpty());
}

TEST_P(EachEngine, FindsWhatAPlainSearchFinds) {
  std::mt19937 random(7);  // the same each time
  const auto below = [&](std::size_t end) { return random() % end; };
  constexpr std::string_view letters = "abc: []\n";
  for (int round = 0; round < 60; ++round) {
    std::vector<std::string> words;
    for (auto count = below(70); count > 0; --count) {
      std::string word;
      for (auto length = 4 + below(6); length > 0; --length) {
        word += letters[below(letters.size() - 1)];
      }
      words.push_back(word);
    }
    std::string bytes;
    for (auto length = below(700); length > 0; --length) {
      bytes += below(200) == 0 ? '\xE9' : letters[below(letters.size())];
    }
    for (const auto& word : words) {
      bytes.insert(below(bytes.size() + 1), below(3) == 0 ? word : "");
    }
    const auto expected = plainly(words, bytes);
    const auto out = scan(words, bytes);
    ASSERT_EQ(out.ends, expected.ends);
    ASSERT_EQ(out.odd, expected.odd);
    ASSERT_EQ(out.found, without_repeats(expected.found));
  }
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         EachEngine,
                         ::testing::Values(Engine::avx512, Engine::avx2, Engine::portable));

}  // namespace
}  // namespace spranga::text
