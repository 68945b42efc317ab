// RecentLines: the last lines that failures were seen in, of all jails of a guard, for the moment
// of a ban. An account holds the place of its latest line, and each line that of the one before it
// of the same account: eight bytes an account, however many lines it has.
//
// What is dropped first: the oldest line, whosever it is, once `most_bytes` are used. A slow
// attacker in a flood of others may so lose the text of his first lines; he is counted and banned
// all the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spranga::guard {

class RecentLines {
public:
  /// 0: no line.
  using Place = std::uint64_t;

  explicit RecentLines(std::size_t most_bytes = default_bytes);

  /// Keeps `line`, of which the first longest_line bytes count; `before`: of the same account.
  [[nodiscard]] Place add(std::string_view line, Place before);

  struct Story {
    std::vector<std::string> lines;  // oldest first
    bool is_whole{true};             // none of the wanted ones had been dropped
  };

  /// Up to `most` lines, the last of them at `latest`.
  [[nodiscard]] Story story(Place latest, std::size_t most) const;

  /// Lines that made room for others.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  /// Bytes that it holds now.
  [[nodiscard]] std::size_t size() const { return blocks_.size() * block_size; }

  static constexpr std::size_t default_bytes = 8UL << 20U;
  static constexpr std::size_t longest_line = 16UL * 1024;

private:
  static constexpr unsigned offset_bits = 16;
  static constexpr std::size_t block_size = 1UL << offset_bits;

  struct Head {
    Place before{0};
    std::uint32_t length{0};
  };

  struct Block {
    std::unique_ptr<char[]> bytes;  // NOLINT(modernize-avoid-c-arrays): not to be zeroed
    std::uint64_t lines{0};
  };

  /// nullptr: it has been dropped.
  [[nodiscard]] const char* find(Place place) const;

  std::size_t most_blocks_;
  std::deque<Block> blocks_;  // the last one is being filled
  std::uint64_t first_{0};    // number of the first block
  std::size_t filled_{block_size};
  std::uint64_t dropped_{0};
};

}  // namespace spranga::guard
