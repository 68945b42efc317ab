// The windows by which words are looked for: of each word a few neighbouring bytes, those that are
// rarest in logs, spread over eight buckets so that the tables of each let little through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace spranga::text {

inline constexpr std::size_t window_buckets{8};

/// How many bytes a window has, at least and at most.
inline constexpr std::size_t shortest_window{4};
inline constexpr std::size_t longest_window{6};

struct WordWindow {
  std::size_t place{0};  // in the word
  std::size_t bucket{0};
};

/// What a table of a bucket tells of a byte: whether it is one of some window's bytes, or only
/// whether each of its halves is a half of one.
enum class WindowTable { bytes, halves };

/// Of each word its window, of `size` bytes; of a word that is shorter than that, all of it. Words
/// have shortest_window bytes or more.
[[nodiscard]] std::vector<WordWindow> choose_windows(const std::vector<std::string_view>& words,
                                                     std::size_t size,
                                                     WindowTable table);

/// How seldom a byte stands in logs, as a rank: 0 is the commonest.
[[nodiscard]] std::size_t rareness(char c);

}  // namespace spranga::text
