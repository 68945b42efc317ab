#include "text/word_scanner.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "text/word_scanner_note.h"

namespace spranga::text {

WordScanner::WordScanner(std::vector<Word> words, Engine engine) : engine_(engine) {
  std::vector<std::string_view> texts;
  texts.reserve(words.size());
  for (const auto& word : words) {
    texts.emplace_back(word.text);
  }
  const auto size = engine == Engine::avx512 ? longest_window : shortest_window;
  const auto windows = choose_windows(
      texts, size, engine == Engine::avx2 ? WindowTable::halves : WindowTable::bytes);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& [place, bucket] = windows[i];
    const auto window = texts[i].substr(place, size);
    fill_tables(window, bucket);
    const auto first = four_bytes(window.data());
    words_.push_back({std::move(words[i].text), words[i].number, place, first});
  }
  sort_by_slot();
}

/// Behind the end of a word that is shorter than a window anything may stand.
void WordScanner::fill_tables(std::string_view window, std::size_t bucket) {
  constexpr unsigned lower_half = 15;
  constexpr unsigned half_bits = 4;
  const auto bit = static_cast<std::uint8_t>(1U << bucket);
  for (std::size_t place = 0; place < window.size(); ++place) {
    const auto byte = static_cast<unsigned char>(window[place]);
    may_be_.at(place).at(byte) |= bit;
    low_bits_.at(place).at(byte % low_bits_[0].size()) |= bit;
    low_half_.at(place).at(byte & lower_half) |= bit;
    high_half_.at(place).at(byte >> half_bits) |= bit;
  }
  for (auto place = window.size(); place < longest_window; ++place) {
    for (auto& buckets : low_bits_.at(place)) {
      buckets |= bit;
    }
  }
}

std::size_t WordScanner::slot_of(std::uint32_t window_bytes) {
  constexpr std::uint32_t mixer = 2'654'435'761;  // 2^32 divided by the golden ratio
  constexpr unsigned kept_bits = 10;
  static_assert(slots == 1U << kept_bits);
  return window_bytes * mixer >> (32U - kept_bits);
}

void WordScanner::sort_by_slot() {
  const auto slot = [](const Entry& entry) { return slot_of(entry.window); };
  std::ranges::stable_sort(words_, {}, slot);
  for (std::size_t i = 0; i <= slots; ++i) {
    const auto first = std::ranges::lower_bound(words_, i, {}, slot);
    first_of_slot_.push_back(static_cast<std::uint32_t>(first - words_.begin()));
  }
}

void WordScanner::scan(std::string_view bytes, ScannedLines& out) const {
  out.clear();
  Progress progress{bytes.substr(0, longest_block), &out};
  std::size_t done = 0;
  if (engine_ == Engine::avx512) {
    done = scan_avx512(progress);
  } else if (engine_ == Engine::avx2) {
    done = scan_avx2(progress);
  }
  scan_places(progress, done);
}

/// One place after the other.
void WordScanner::scan_places(Progress& progress, std::size_t from) const {
  const auto bytes = progress.bytes;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  for (auto at = from; at < bytes.size(); ++at) {
    if (bytes[at] == '\n') {
      progress.out->ends.push_back(static_cast<std::uint32_t>(at));
      continue;
    }
    constexpr unsigned char first_odd = 0x80;
    if (byte(at) >= first_odd) {
      note_odd(progress);
    }
    if (at + shortest_window > bytes.size()) {
      continue;
    }
    const unsigned bits = may_be_[0][byte(at)] & may_be_[1][byte(at + 1)] &
                          may_be_[2][byte(at + 2)] & may_be_[3][byte(at + 3)];
    if (bits != 0) {
      compare(progress, at);
    }
  }
}

}  // namespace spranga::text
