#include "text/word_scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace spranga::text {

namespace {

bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

std::uint32_t four_bytes(const char* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class Number>
bool are_same(const char* one, const char* other) {
  Number a = 0;
  Number b = 0;
  std::memcpy(&a, one, sizeof a);
  std::memcpy(&b, other, sizeof b);
  return a == b;
}

/// Whether `word`, of shortest_word bytes or more, stands at the start of `bytes`. Its last bytes
/// are compared twice rather than one by one.
bool is_at_start(std::string_view bytes, std::string_view word) {
  using Long = std::uint64_t;
  using Short = std::uint32_t;
  if (word.size() > bytes.size()) {
    return false;
  }
  const auto differs_at = [&](std::size_t at) {
    return !are_same<Long>(bytes.data() + at, word.data() + at);
  };
  if (word.size() < sizeof(Long)) {
    const auto last = word.size() - sizeof(Short);
    return are_same<Short>(bytes.data(), word.data()) &&
           are_same<Short>(bytes.data() + last, word.data() + last);
  }
  for (std::size_t at = 0; at + sizeof(Long) < word.size(); at += sizeof(Long)) {
    if (differs_at(at)) {
      return false;
    }
  }
  return !differs_at(word.size() - sizeof(Long));
}

bool is_odd(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

#if defined(__x86_64__)

#define SPRANGA_AVX2 __attribute__((target("avx2,bmi"), always_inline)) inline

/// A table for both halves of a register.
SPRANGA_AVX2 __m256i half(const std::array<std::uint8_t, 16>& table) {
  __m128i value;
  std::memcpy(&value, table.data(), sizeof value);
  return _mm256_broadcastsi128_si256(value);
}

SPRANGA_AVX2 __m256i load(const char* at) {
  __m256i value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Of 32 bytes the buckets that know them.
SPRANGA_AVX2 __m256i look(__m256i low, __m256i high, __m256i bytes) {
  const __m256i nibble = _mm256_set1_epi8(15);
  return _mm256_and_si256(
      _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble)),
      _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)));
}

#undef SPRANGA_AVX2

#endif

}  // namespace

std::size_t rareness(char c) {
  constexpr std::string_view common_first = " eatoinsr0123456789dlc:-.=[]<>muphgfbwy,/()_@v";
  return std::min(common_first.find(c), common_first.size());
}

/// How often it stands in a log, out of 64 or so.
static std::size_t share_of(char c) {
  constexpr std::size_t most = 60;
  return 1 + most / (1 + rareness(c));
}

/// The same of a piece of a word: what the words that logs are full of have in them stands there
/// more often than its letters tell.
static std::size_t share_of(std::string_view piece) {
  constexpr std::string_view full_of =
      "from user connection connect disconnect closed port authentication login password failed"
      " invalid unknown rejected command warning jail host name";
  constexpr std::size_t times_more = 50;
  std::size_t share = full_of.find(piece) == std::string_view::npos ? 1 : times_more;
  for (const char c : piece) {
    share *= share_of(c);
  }
  return share;
}

/// By its letters alone.
static std::size_t commonness(std::string_view piece) {
  constexpr std::size_t most = 1000;
  std::size_t out = most;
  for (const char c : piece) {
    out -= rareness(c);
  }
  return out;
}

/// How many words have a piece as their window.
using Windowed = std::map<std::string, std::size_t, std::less<>>;

/// Where in a word the window stands that is looked for. Where it is found, all words that have it
/// are compared: so each is to have one of its own. But many pieces fill the tables of the buckets,
/// which then let too much through: of `many` words those that can share one do.
static std::size_t window_in(std::string_view text,
                             std::size_t window,
                             bool many,
                             const Windowed& others) {
  std::size_t best = 0;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (std::size_t at = 0; at + window <= text.size(); ++at) {
    const auto piece = text.substr(at, window);
    const auto same = others.find(piece);
    const auto times = same == others.end() ? 1 : 1 + 2 * same->second;
    const auto cost = many ? commonness(piece) : share_of(piece) * times;
    if (cost < least) {
      least = cost;
      best = at;
    }
  }
  return best;
}

WordScanner::WordScanner(std::vector<Word> words, Engine engine)
    : portable_(engine == Engine::portable || !has_avx2()) {
  constexpr std::size_t few = 128;
  Windowed windowed;
  for (auto& word : words) {
    Entry entry;
    entry.number = word.number;
    entry.place = window_in(word.text, window, words.size() > few, windowed);
    ++windowed[word.text.substr(entry.place, window)];
    entry.window = four_bytes(word.text.data() + entry.place);
    entry.text = std::move(word.text);
    words_.push_back(std::move(entry));
  }
  spread();
}

std::size_t WordScanner::slot_of(std::uint32_t window_bytes) {
  constexpr std::uint32_t mixer = 2'654'435'761;  // 2^32 divided by the golden ratio
  constexpr unsigned kept_bits = 10;
  static_assert(slots == 1U << kept_bits);
  return window_bytes * mixer >> (32U - kept_bits);
}

/// How many places of a log a bucket's tables let through, out of a million or so.
std::size_t WordScanner::cost_of(const Windows& windows) {
  std::size_t cost = 1;
  for (const auto& [low, high] : windows) {
    std::size_t sum = 0;
    for (unsigned byte = ' '; byte <= '~'; ++byte) {
      const bool known = (low >> (byte & 15U) & 1U) != 0 && (high >> (byte >> 4U) & 1U) != 0;
      sum += known ? share_of(static_cast<char>(byte)) : 0;
    }
    cost *= sum;
  }
  return cost;
}

/// Each word goes to the bucket that it costs least; words whose windows are alike share one.
void WordScanner::spread() {
  std::array<Windows, buckets> all{};
  std::array<std::size_t, buckets> costs{};
  for (const auto& entry : words_) {
    std::size_t best = 0;
    std::size_t best_cost = 0;
    Windows best_windows{};
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
      auto windows = all.at(bucket);
      for (std::size_t place = 0; place < window; ++place) {
        const auto byte = static_cast<unsigned char>(entry.text[entry.place + place]);
        windows.at(place).low |= 1U << (byte & 15U);
        windows.at(place).high |= 1U << (byte >> 4U);
      }
      const auto cost = cost_of(windows) - costs.at(bucket);
      if (bucket == 0 || cost < best_cost) {
        best = bucket;
        best_cost = cost;
        best_windows = windows;
      }
    }
    all.at(best) = best_windows;
    costs.at(best) += best_cost;
    const auto bit = static_cast<std::uint8_t>(1U << best);
    for (std::size_t place = 0; place < window; ++place) {
      const auto byte = static_cast<unsigned char>(entry.text[entry.place + place]);
      may_be_.at(place).at(byte) |= bit;
      low_half_.at(place).at(byte & 15U) |= bit;
      high_half_.at(place).at(byte >> 4U) |= bit;
    }
  }
  std::ranges::stable_sort(words_, {}, [](const Entry& entry) { return slot_of(entry.window); });
  for (std::size_t slot = 0; slot <= slots; ++slot) {
    const auto first = std::ranges::lower_bound(
        words_, slot, {}, [](const Entry& entry) { return slot_of(entry.window); });
    first_of_slot_.push_back(static_cast<std::uint32_t>(first - words_.begin()));
  }
}

void WordScanner::scan(std::string_view bytes, ScannedLines& out) const {
  out.clear();
  Progress progress{bytes.substr(0, longest_block), &out};
  const auto done = portable_ ? 0 : scan_fast(progress);
  scan_places(progress, done, progress.bytes.size());
}

void WordScanner::note_odd(Progress& progress) const {
  auto& out = *progress.out;
  const auto line = static_cast<std::uint32_t>(out.ends.size());
  if (out.odd.empty() || out.odd.back() != line) {
    out.odd.push_back(line);
  }
}

/// One place after the other.
void WordScanner::scan_places(Progress& progress, std::size_t from, std::size_t end) const {
  const auto bytes = progress.bytes;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  for (auto at = from; at < end; ++at) {
    if (bytes[at] == '\n') {
      progress.out->ends.push_back(static_cast<std::uint32_t>(at));
      continue;
    }
    if (is_odd(bytes[at])) {
      note_odd(progress);
    }
    if (at + window > bytes.size()) {
      continue;
    }
    const unsigned bits = may_be_[0][byte(at)] & may_be_[1][byte(at + 1)] &
                          may_be_[2][byte(at + 2)] & may_be_[3][byte(at + 3)];
    if (bits != 0) {
      compare(progress, at);
    }
  }
}

/// The words whose window may begin at `at`.
void WordScanner::compare(Progress& progress, std::size_t at) const {
  const auto bytes = progress.bytes;
  const auto here = four_bytes(bytes.data() + at);
  const auto* slot = first_of_slot_.data() + slot_of(here);
  for (auto i = slot[0]; i < slot[1]; ++i) {
    const auto& word = words_[i];
    if (word.window == here && at >= word.place &&
        is_at_start(bytes.substr(at - word.place), word.text)) {
      progress.out->found.push_back(
          {static_cast<std::uint32_t>(progress.out->ends.size()), word.number});
    }
  }
}

#if defined(__x86_64__)

// 32 places at once. A place is looked at where the 32 bytes behind it and three more are there.
__attribute__((target("avx2,bmi"))) std::size_t WordScanner::scan_fast(Progress& progress) const {
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
  for (; at + step + window <= bytes.size(); at += step) {
    const char* here = bytes.data() + at;
    const auto first = load(here);
    const auto bits = _mm256_and_si256(
        _mm256_and_si256(look(low0, high0, first), look(low1, high1, load(here + 1))),
        _mm256_and_si256(look(low2, high2, load(here + 2)), look(low3, high3, load(here + 3))));
    auto ends = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(first, newline)));
    const auto places =
        ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bits, zero)));
    const auto odd = static_cast<std::uint32_t>(_mm256_movemask_epi8(first));
    if ((places | odd) == 0) {
      for (; ends != 0; ends &= ends - 1) {
        progress.out->ends.push_back(
            static_cast<std::uint32_t>(at + static_cast<unsigned>(std::countr_zero(ends))));
      }
      continue;
    }
    for (auto all = places | odd | ends; all != 0; all &= all - 1) {
      const auto place = static_cast<unsigned>(std::countr_zero(all));
      if ((ends >> place & 1U) != 0) {
        progress.out->ends.push_back(static_cast<std::uint32_t>(at + place));
        continue;
      }
      if ((odd >> place & 1U) != 0) {
        note_odd(progress);
      }
      if ((places >> place & 1U) != 0) {
        compare(progress, at + place);
      }
    }
  }
  return at;
}

#else

std::size_t WordScanner::scan_fast(Progress& /*progress*/) const {
  return 0;
}

#endif

}  // namespace spranga::text
