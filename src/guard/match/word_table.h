// The words of all jails that read one log, numbered, so that one scan of the log's bytes looks for
// all of them; and which of them a line was found to hold.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::guard {

class WordTable {
public:
  /// The number of a word of two characters or more; it is taken in.
  std::uint32_t number_of(const std::string& word);

  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

  /// Whether some word has these neighbours. Where a line's date is cut out of its middle, a word
  /// may come about that its bytes do not hold; it has the two characters at the seam.
  [[nodiscard]] bool joins(char before, char after) const {
    return neighbours_[pair(before, after)];
  }

private:
  [[nodiscard]] static std::size_t pair(char before, char after) {
    return static_cast<unsigned char>(before) |
           static_cast<std::size_t>(static_cast<unsigned char>(after)) << 8U;
  }

  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::vector<std::string> words_;
  std::bitset<1U << 16U> neighbours_;
};

class FoundWords {
public:
  /// Of words of this table, which outlives it and gets no more.
  explicit FoundWords(const WordTable& table)
      : table_(&table), there_(table.words().size() / bits + 1) {}

  void clear() {
    for (const auto word : all_) {
      there_[word / bits] = 0;
    }
    all_.clear();
    ++stamp_;
  }

  /// Another for each line, once its words are in.
  [[nodiscard]] std::uint64_t stamp() const { return stamp_; }

  void add(std::uint32_t word) {
    if (!has(word)) {
      there_[word / bits] |= std::uint64_t{1} << word % bits;
      all_.push_back(word);
      ++stamp_;
    }
  }

  [[nodiscard]] bool has(std::uint32_t word) const {
    return (there_[word / bits] >> word % bits & 1U) != 0;
  }

  [[nodiscard]] const std::vector<std::uint32_t>& all() const { return all_; }

  [[nodiscard]] const WordTable& table() const { return *table_; }

private:
  static constexpr std::uint32_t bits{64};

  const WordTable* table_;
  std::vector<std::uint64_t> there_;
  std::vector<std::uint32_t> all_;
  std::uint64_t stamp_{0};
};

}  // namespace spranga::guard
