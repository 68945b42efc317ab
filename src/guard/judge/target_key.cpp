#include "guard/judge/target_key.h"

#include <bit>
#include <cstring>

namespace spranga::guard {

namespace {

/// The state of SipHash (Aumasson and Bernstein), in the variant with 128 bits.
struct Sip {
  std::uint64_t v0, v1, v2, v3;

  void rounds(int times) {
    for (; times > 0; --times) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }

  void word(std::uint64_t message) {
    v3 ^= message;
    rounds(2);
    v0 ^= message;
  }

  [[nodiscard]] std::uint64_t end() {
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

/// Eight bytes as this machine has them: keys are nobody else's.
std::uint64_t whole_word(std::string_view bytes) {
  std::uint64_t out = 0;
  std::memcpy(&out, bytes.data(), sizeof out);
  return out;
}

/// Up to eight bytes, the first one lowest.
std::uint64_t word_of(std::string_view bytes) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return out;
}

}  // namespace

TargetKey target_key(const Secret& secret, std::string_view text) {
  Sip state{0x736f6d6570736575ULL ^ secret[0],
            0x646f72616e646f6dULL ^ secret[1] ^ 0xeeU,
            0x6c7967656e657261ULL ^ secret[0],
            0x7465646279746573ULL ^ secret[1]};
  constexpr std::size_t word_size = 8;
  const auto length = std::uint64_t{text.size()} << 56U;
  for (; text.size() >= word_size; text.remove_prefix(word_size)) {
    state.word(whole_word(text));
  }
  state.word(length | word_of(text));
  TargetKey out;
  state.v2 ^= 0xeeU;
  out.first = state.end();
  state.v1 ^= 0xddU;
  out.second = state.end();
  return out;
}

}  // namespace spranga::guard
