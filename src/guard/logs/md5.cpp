#include "guard/logs/md5.h"

#include <algorithm>
#include <bit>

namespace spranga::guard {

namespace {

constexpr std::array<std::uint32_t, 64> sines = {
    0xd76aa478U, 0xe8c7b756U, 0x242070dbU, 0xc1bdceeeU, 0xf57c0fafU, 0x4787c62aU, 0xa8304613U,
    0xfd469501U, 0x698098d8U, 0x8b44f7afU, 0xffff5bb1U, 0x895cd7beU, 0x6b901122U, 0xfd987193U,
    0xa679438eU, 0x49b40821U, 0xf61e2562U, 0xc040b340U, 0x265e5a51U, 0xe9b6c7aaU, 0xd62f105dU,
    0x02441453U, 0xd8a1e681U, 0xe7d3fbc8U, 0x21e1cde6U, 0xc33707d6U, 0xf4d50d87U, 0x455a14edU,
    0xa9e3e905U, 0xfcefa3f8U, 0x676f02d9U, 0x8d2a4c8aU, 0xfffa3942U, 0x8771f681U, 0x6d9d6122U,
    0xfde5380cU, 0xa4beea44U, 0x4bdecfa9U, 0xf6bb4b60U, 0xbebfbc70U, 0x289b7ec6U, 0xeaa127faU,
    0xd4ef3085U, 0x04881d05U, 0xd9d4d039U, 0xe6db99e5U, 0x1fa27cf8U, 0xc4ac5665U, 0xf4292244U,
    0x432aff97U, 0xab9423a7U, 0xfc93a039U, 0x655b59c3U, 0x8f0ccc92U, 0xffeff47dU, 0x85845dd1U,
    0x6fa87e4fU, 0xfe2ce6e0U, 0xa3014314U, 0x4e0811a1U, 0xf7537e82U, 0xbd3af235U, 0x2ad7d2bbU,
    0xeb86d391U};

/// Of the four rounds: how far each step turns its word, and which word of the block it takes.
struct Md5Round {
  std::array<int, 4> turns;
  std::uint32_t factor;
  std::uint32_t offset;
};

constexpr std::array<Md5Round, 4> md5_rounds = {{
    {{7, 12, 17, 22}, 1, 0},
    {{5, 9, 14, 20}, 5, 1},
    {{4, 11, 16, 23}, 3, 5},
    {{6, 10, 15, 21}, 7, 0},
}};

std::uint32_t mix(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  switch (round) {
    case 0:
      return (b & c) | (~b & d);
    case 1:
      return (d & b) | (~d & c);
    case 2:
      return b ^ c ^ d;
    default:
      return c ^ (b | ~d);
  }
}

}  // namespace

void Md5::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto used = static_cast<std::size_t>(total_ % block_size);
    const auto count = std::min(block_size - used, bytes.size());
    std::copy_n(bytes.begin(), count, rest_.begin() + static_cast<std::ptrdiff_t>(used));
    total_ += count;
    bytes.remove_prefix(count);
    if (used + count == block_size) {
      take_block(rest_.data());
    }
  }
}

std::string Md5::hex() {
  const auto bits = total_ * 8;
  add(std::string_view("\x80", 1));
  constexpr std::size_t length_at = block_size - 8;
  while (total_ % block_size != length_at) {
    add(std::string_view("\0", 1));
  }
  std::string length;
  for (unsigned i = 0; i < 8; ++i) {
    length += static_cast<char>((bits >> (8 * i)) & 0xffU);
  }
  add(length);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto word : state_) {
    for (unsigned i = 0; i < 4; ++i) {
      const auto byte = (word >> (8 * i)) & 0xffU;
      out += digits[byte >> 4U];
      out += digits[byte & 0xfU];
    }
  }
  return out;
}

void Md5::take_block(const unsigned char* block) {
  std::array<std::uint32_t, 16> words{};
  for (std::size_t i = 0; i < block_size; ++i) {
    words[i / 4] |= static_cast<std::uint32_t>(block[i]) << (8 * (i % 4));
  }
  auto [a, b, c, d] = state_;
  for (std::uint32_t step = 0; step < sines.size(); ++step) {
    const auto& round = md5_rounds[step / 16];
    const auto word = words[(round.factor * step + round.offset) % words.size()];
    const auto sum = a + mix(step / 16, b, c, d) + sines[step] + word;
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, round.turns[step % 4]);
  }
  state_[0] += a;
  state_[1] += b;
  state_[2] += c;
  state_[3] += d;
}

std::string md5_hex(std::string_view bytes) {
  Md5 sum;
  sum.add(bytes);
  return sum.hex();
}

}  // namespace spranga::guard
