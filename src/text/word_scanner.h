// WordScanner: where lines end in a block of bytes, and which of some words each of them holds, in
// one pass over the bytes. What costs is bytes, not words nor lines.
//
// Each word is looked for by the four neighbouring bytes of it that are rarest in logs. The words
// are spread over eight buckets; of 32 places at once it is told whether the four bytes there may
// be those of a word of some bucket, and only there are words compared. With AVX2 that is done by
// shuffles, elsewhere by tables; the answers are the same (tests/text/word_scanner_test.cpp).
//
// It never says that a word is not there when it is, nor that it is there when it is not.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::text {

/// What a scan found. Lines are counted from 0; what stands behind the last LF is a line too, which
/// has no end yet.
struct ScannedLines {
  struct Found {
    std::uint32_t line;
    std::uint32_t word;

    [[nodiscard]] bool operator==(const Found&) const = default;
  };

  std::vector<std::uint32_t> ends;  // of each line the place of its LF
  std::vector<Found> found;         // in the order of lines; perhaps the same more than once
  std::vector<std::uint32_t> odd;   // lines with a byte beyond ASCII, likewise

  void clear() {
    ends.clear();
    found.clear();
    odd.clear();
  }
};

class WordScanner {
public:
  enum class Engine { best, portable };

  static constexpr std::size_t shortest_word{4};

  /// A scan looks at no more than this at once.
  static constexpr std::size_t longest_block{std::size_t{1} << 31U};

  struct Word {
    std::string text;         // shortest_word bytes or more, no LF
    std::uint32_t number{0};  // as which it is reported
  };

  explicit WordScanner(std::vector<Word> words, Engine engine = Engine::best);

  /// Replaces what `out` holds. `bytes` begins at the beginning of a line.
  void scan(std::string_view bytes, ScannedLines& out) const;

  [[nodiscard]] bool is_portable() const { return portable_; }

  [[nodiscard]] std::size_t size() const { return words_.size(); }

private:
  static constexpr std::size_t window{4};
  static constexpr std::size_t buckets{8};

  struct Entry {
    std::string text;
    std::uint32_t number{0};
    std::size_t place{0};     // of the window in the word
    std::uint32_t window{0};  // its bytes
  };

  /// Of what was scanned so far.
  struct Progress {
    std::string_view bytes;
    ScannedLines* out{nullptr};
  };

  /// Which halves of a byte may stand at a place of a window.
  struct Halves {
    unsigned low{0};
    unsigned high{0};
  };

  using Windows = std::array<Halves, window>;

  [[nodiscard]] static std::size_t cost_of(const Windows& windows);
  void spread();
  void scan_places(Progress& progress, std::size_t from, std::size_t end) const;
  [[nodiscard]] std::size_t scan_fast(Progress& progress) const;
  void compare(Progress& progress, std::size_t at) const;
  void note_odd(Progress& progress) const;

  static constexpr std::size_t slots{1024};

  [[nodiscard]] static std::size_t slot_of(std::uint32_t window_bytes);

  std::vector<Entry> words_;                  // by slot
  std::vector<std::uint32_t> first_of_slot_;  // in words_; of one slot more, the end
  // Bit n of may_be_[i][b]: byte b may be the i-th of the window of a word in bucket n. The same by
  // halves of a byte, as shuffles look them up.
  std::array<std::array<std::uint8_t, 256>, window> may_be_{};
  std::array<std::array<std::uint8_t, 16>, window> low_half_{};
  std::array<std::array<std::uint8_t, 16>, window> high_half_{};
  bool portable_{true};
};

/// How seldom a byte stands in logs, as a rank: 0 is the commonest.
[[nodiscard]] std::size_t rareness(char c);

}  // namespace spranga::text
