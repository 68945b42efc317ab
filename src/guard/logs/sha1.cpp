#include "guard/logs/sha1.h"

#include <algorithm>
#include <bit>

namespace spranga::guard {

namespace {

struct Sha1Step {
  std::uint32_t mixed;
  std::uint32_t constant;
};

Sha1Step sha1_step(std::size_t step, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  switch (step / 20) {
    case 0:
      return {(b & c) | (~b & d), 0x5a827999U};
    case 1:
      return {b ^ c ^ d, 0x6ed9eba1U};
    case 2:
      return {(b & c) | (b & d) | (c & d), 0x8f1bbcdcU};
    default:
      return {b ^ c ^ d, 0xca62c1d6U};
  }
}

}  // namespace

void Sha1::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto used = static_cast<std::size_t>(total_ % block_size);
    const auto count = std::min(block_size - used, bytes.size());
    std::copy_n(bytes.begin(), count, rest_.begin() + static_cast<std::ptrdiff_t>(used));
    total_ += count;
    bytes.remove_prefix(count);
    if (used + count == block_size) {
      take_block();
    }
  }
}

std::string Sha1::hex() {
  const auto bits = total_ * 8;
  add(std::string_view("\x80", 1));
  while (total_ % block_size != block_size - 8) {
    add(std::string_view("\0", 1));
  }
  std::string length;
  for (int shift = 56; shift >= 0; shift -= 8) {
    length += static_cast<char>((bits >> static_cast<unsigned>(shift)) & 0xffU);
  }
  add(length);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto word : state_) {
    for (int shift = 28; shift >= 0; shift -= 4) {
      out += digits[(word >> static_cast<unsigned>(shift)) & 0xfU];
    }
  }
  return out;
}

void Sha1::take_block() {
  std::array<std::uint32_t, 80> words{};
  for (std::size_t i = 0; i < block_size; ++i) {
    words[i / 4] = (words[i / 4] << 8U) | rest_[i];
  }
  for (std::size_t i = 16; i < words.size(); ++i) {
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  auto [a, b, c, d, e] = state_;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto step = sha1_step(i, b, c, d);
    const auto next = std::rotl(a, 5) + step.mixed + e + step.constant + words[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  state_[0] += a;
  state_[1] += b;
  state_[2] += c;
  state_[3] += d;
  state_[4] += e;
}

std::string sha1_hex(std::string_view bytes) {
  Sha1 sum;
  sum.add(bytes);
  return sum.hex();
}

}  // namespace spranga::guard
