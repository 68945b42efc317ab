// The pairs of neighbouring characters that a line holds: looked at once for all jails, and then a
// word that is not in the line costs two or three loads. A set of hashes: it may say that a pair is
// there when it is not, never the other way round.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace spranga::guard {

class PairSet {
public:
  /// The place of a pair in a set.
  [[nodiscard]] static constexpr std::uint16_t place(char first, char second) {
    constexpr std::uint32_t mixer = 40'503;  // 2^16 divided by the golden ratio
    constexpr unsigned kept_bits = 11;
    const auto pair = static_cast<unsigned char>(first) |
                      static_cast<std::uint32_t>(static_cast<unsigned char>(second)) << 8U;
    return static_cast<std::uint16_t>((pair * mixer & 0xFFFFU) >> (16U - kept_bits));
  }

  void clear() { there_.fill(0); }

  void add(std::string_view text) {
    for (std::size_t at = 1; at < text.size(); ++at) {
      there_[place(text[at - 1], text[at])] = 1;
    }
  }

  [[nodiscard]] bool has(std::uint16_t place) const { return there_[place] != 0; }

private:
  std::array<std::uint8_t, 2048> there_{};  // a byte each: setting one waits for no other
};

}  // namespace spranga::guard
