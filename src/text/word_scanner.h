// WordScanner: where lines end in a block of bytes, and which of some words each of them holds, in
// one pass over the bytes. What costs is bytes, not words nor lines.
//
// Each word is looked for by a window of four or six of its bytes (word_windows.h). Of 64 or 32
// places at once it is told whether the bytes there may be the window of a word of some bucket, and
// only there are words compared. With AVX-512 (VBMI) that is done by tables of bytes in registers,
// with AVX2 by shuffles of their halves, elsewhere place by place; the answers are the same
// (tests/text/word_scanner_test.cpp).
//
// It never says that a word is not there when it is, nor that it is there when it is not.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/word_windows.h"

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
  enum class Engine { avx512, avx2, portable };  // the fastest first

  static constexpr std::size_t shortest_word{shortest_window};

  /// A scan looks at no more than this at once.
  static constexpr std::size_t longest_block{std::size_t{1} << 31U};

  struct Word {
    std::string text;         // shortest_word bytes or more, no LF
    std::uint32_t number{0};  // as which it is reported
  };

  /// Whether this processor has what an engine needs.
  [[nodiscard]] static bool can(Engine engine);

  /// The fastest that this processor can.
  [[nodiscard]] static Engine best();

  /// `engine` is one that this processor can.
  explicit WordScanner(std::vector<Word> words, Engine engine = best());

  /// Replaces what `out` holds. `bytes` begins at the beginning of a line.
  void scan(std::string_view bytes, ScannedLines& out) const;

  [[nodiscard]] Engine engine() const { return engine_; }

  [[nodiscard]] std::size_t size() const { return words_.size(); }

private:
  struct Entry {
    std::string text;
    std::uint32_t number{0};
    std::size_t place{0};     // of the window in the word
    std::uint32_t window{0};  // its first four bytes
  };

  /// Of what was scanned so far.
  struct Progress {
    std::string_view bytes;
    ScannedLines* out{nullptr};
  };

  /// What stands at the places behind `at`, a bit each.
  template <class Bits>
  struct Places {
    std::size_t at;
    Bits ends;
    Bits odd;
    Bits words;  // where a word's window may begin
  };

  void fill_tables(std::string_view window, std::size_t bucket);
  void sort_by_slot();
  template <class Bits>
  void note(Progress& progress, const Places<Bits>& places) const;
  void compare(Progress& progress, std::size_t at) const;
  static void note_odd(Progress& progress);

  // Each from the block's begin on: how far it came.
  [[nodiscard]] std::size_t scan_avx512(Progress& progress) const;
  [[nodiscard]] std::size_t scan_avx2(Progress& progress) const;
  void scan_places(Progress& progress, std::size_t from) const;

  static constexpr std::size_t slots{1024};

  [[nodiscard]] static std::size_t slot_of(std::uint32_t window_bytes);

  Engine engine_;
  std::vector<Entry> words_;                  // by slot
  std::vector<std::uint32_t> first_of_slot_;  // in words_; of one slot more, the end
  // Bit n of may_be_[i][b]: byte b may be the i-th of the window of a word in bucket n. The same
  // without regard to a byte's highest bit, and by halves of a byte.
  template <std::size_t Size>
  using Tables = std::array<std::array<std::uint8_t, Size>, longest_window>;
  Tables<256> may_be_{};
  Tables<128> low_bits_{};
  Tables<16> low_half_{};
  Tables<16> high_half_{};
};

}  // namespace spranga::text
