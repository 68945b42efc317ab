// The engines that look at many places at once.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "text/word_scanner.h"
#include "text/word_scanner_note.h"

namespace spranga::text {

#if defined(__x86_64__)

bool WordScanner::can(Engine engine) {
  switch (engine) {
    case Engine::avx512:
      return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vbmi") != 0;
    case Engine::avx2:
      return __builtin_cpu_supports("avx2") != 0;
    case Engine::portable:
      return true;
  }
  return false;
}

#define SPRANGA_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi")))
#define SPRANGA_AVX2 __attribute__((target("avx2,bmi")))
#define SPRANGA_INLINE __attribute__((always_inline)) inline

namespace {

/// Of 64 bytes, each without its highest bit, the buckets that know them.
struct Wide {
  __m512i low;
  __m512i high;

  SPRANGA_AVX512 SPRANGA_INLINE static Wide of(const std::array<std::uint8_t, 128>& table) {
    return {_mm512_loadu_si512(table.data()), _mm512_loadu_si512(table.data() + 64)};
  }

  [[nodiscard]] SPRANGA_AVX512 SPRANGA_INLINE __m512i look(const char* at) const {
    return _mm512_permutex2var_epi8(low, _mm512_loadu_si512(at), high);
  }
};

/// A table for both halves of a register.
SPRANGA_AVX2 SPRANGA_INLINE __m256i half(const std::array<std::uint8_t, 16>& table) {
  __m128i value;
  std::memcpy(&value, table.data(), sizeof value);
  return _mm256_broadcastsi128_si256(value);
}

SPRANGA_AVX2 SPRANGA_INLINE __m256i load(const char* at) {
  __m256i value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Of 32 bytes the buckets that know them.
SPRANGA_AVX2 SPRANGA_INLINE __m256i look(__m256i low, __m256i high, __m256i bytes) {
  const __m256i nibble = _mm256_set1_epi8(15);
  return _mm256_and_si256(
      _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble)),
      _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)));
}

SPRANGA_AVX2 SPRANGA_INLINE std::uint32_t bits_of(__m256i bytes) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}

}  // namespace

// 64 places at once. A place is looked at where the 64 bytes behind it and five more are there.
// What stands there is noted after some steps together, so that the tables stay in registers.
SPRANGA_AVX512 std::size_t WordScanner::scan_avx512(Progress& progress) const {
  constexpr std::size_t step = 64;
  constexpr std::size_t steps = 32;
  const auto bytes = progress.bytes;
  std::array<Wide, longest_window> tables;
  for (std::size_t place = 0; place < tables.size(); ++place) {
    tables[place] = Wide::of(low_bits_[place]);
  }
  const __m512i newline = _mm512_set1_epi8('\n');
  std::array<Places<std::uint64_t>, steps> all;
  std::size_t at = 0;
  while (at + step + longest_window <= bytes.size()) {
    std::size_t count = 0;
    for (; count < steps && at + step + longest_window <= bytes.size(); at += step) {
      const char* here = bytes.data() + at;
      const auto these = _mm512_loadu_si512(here);
      auto known = tables[0].look(here);
#pragma GCC unroll 8
      for (std::size_t place = 1; place < tables.size(); ++place) {
        known = _mm512_and_si512(known, tables[place].look(here + place));
      }
      all[count++] = {at,
                      _mm512_cmpeq_epi8_mask(these, newline),
                      _mm512_movepi8_mask(these),
                      _mm512_test_epi8_mask(known, known)};
    }
    for (std::size_t i = 0; i < count; ++i) {
      note(progress, all[i]);
    }
  }
  return at;
}

// 32 places at once, likewise.
SPRANGA_AVX2 std::size_t WordScanner::scan_avx2(Progress& progress) const {
  constexpr std::size_t step = 32;
  const auto bytes = progress.bytes;
  const __m256i low0 = half(low_half_[0]);
  const __m256i low1 = half(low_half_[1]);
  const __m256i low2 = half(low_half_[2]);
  const __m256i low3 = half(low_half_[3]);
  const __m256i high0 = half(high_half_[0]);
  const __m256i high1 = half(high_half_[1]);
  const __m256i high2 = half(high_half_[2]);
  const __m256i high3 = half(high_half_[3]);
  const __m256i newline = _mm256_set1_epi8('\n');
  const __m256i zero = _mm256_setzero_si256();
  std::size_t at = 0;
  for (; at + step + shortest_window <= bytes.size(); at += step) {
    const char* here = bytes.data() + at;
    const auto first = load(here);
    const auto known = _mm256_and_si256(
        _mm256_and_si256(look(low0, high0, first), look(low1, high1, load(here + 1))),
        _mm256_and_si256(look(low2, high2, load(here + 2)), look(low3, high3, load(here + 3))));
    note(progress,
         Places<std::uint32_t>{at,
                               bits_of(_mm256_cmpeq_epi8(first, newline)),
                               bits_of(first),
                               ~bits_of(_mm256_cmpeq_epi8(known, zero))});
  }
  return at;
}

#undef SPRANGA_INLINE
#undef SPRANGA_AVX2
#undef SPRANGA_AVX512

#else

bool WordScanner::can(Engine engine) {
  return engine == Engine::portable;
}

std::size_t WordScanner::scan_avx512(Progress& /*progress*/) const {
  return 0;
}

std::size_t WordScanner::scan_avx2(Progress& /*progress*/) const {
  return 0;
}

#endif

WordScanner::Engine WordScanner::best() {
  for (const auto engine : {Engine::avx512, Engine::avx2}) {
    if (can(engine)) {
      return engine;
    }
  }
  return Engine::portable;
}

}  // namespace spranga::text
