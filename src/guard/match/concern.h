// Concern: which of the jails that read one log a line may concern, told by the words that a scan
// of the log's bytes found in it. What concerns a jail must be fed to it; of the rest it need only
// be told how much it was.
//
// It never says that a line does not concern a jail that would have seen something in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "guard/match/matcher.h"
#include "guard/match/word_table.h"
#include "text/word_scanner.h"

namespace spranga::guard {

class Concern {
public:
  struct Jail {
    Matcher* matcher{nullptr};
    bool knows_words{false};  // it says so of lines without them; else it wants every line
  };

  /// The matchers and `table` outlive it, and the table gets no more words that they know.
  Concern(std::vector<Jail> jails, const WordTable& table);

  /// What the log's bytes are to be scanned for; none: no jail knows a word.
  [[nodiscard]] const text::WordScanner* scanner() const { return scanner_.get(); }

  /// The next line, of which a scan found these words. Only with a scanner.
  void look_at(std::span<const text::ScannedLines::Found> words);

  /// Places of the jails that the line at hand may concern, ascending.
  [[nodiscard]] const std::vector<std::size_t>& concerned() const { return concerned_; }

  [[nodiscard]] bool concerns(std::size_t place) const {
    return std::ranges::binary_search(concerned_, place);
  }

  /// In the line at hand. Only with a scanner.
  [[nodiscard]] const FoundWords& found() const { return *found_; }

  /// For each word of the table whether a line that holds it may concern a jail for that; a line
  /// without any such word concerns none but those that want every line.
  [[nodiscard]] const std::vector<bool>& telling() const { return telling_; }

  /// Places of jails that want every line.
  [[nodiscard]] const std::vector<std::size_t>& insatiable() const { return always_; }

  /// Whether some jail goes by a line's pairs.
  [[nodiscard]] bool wants_pairs() const { return wants_pairs_; }

private:
  std::vector<Jail> jails_;
  std::vector<std::vector<std::size_t>> asks_;  // for each word the places of who asks for it
  std::vector<bool> telling_;                   // for each word: somebody asks
  bool wants_pairs_{false};
  std::vector<std::size_t> always_;  // places of jails that want every line
  std::unique_ptr<text::WordScanner> scanner_;
  std::unique_ptr<FoundWords> found_;
  std::vector<std::size_t> concerned_;
  std::vector<std::uint64_t> looked_at_;  // for each place the last line that was looked at
  std::uint64_t line_{0};
};

}  // namespace spranga::guard
