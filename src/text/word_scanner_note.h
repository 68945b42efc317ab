// What a scan does at the few places that its tables do not let it pass over. Inside the loops of
// all engines, so here rather than in a file of its own.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "text/word_scanner.h"

namespace spranga::text {

inline std::uint32_t four_bytes(const char* at) {
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
inline bool is_at_start(std::string_view bytes, std::string_view word) {
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

/// The words whose window may begin at `at`.
inline void WordScanner::compare(Progress& progress, std::size_t at) const {
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

inline void WordScanner::note_odd(Progress& progress) {
  auto& out = *progress.out;
  const auto line = static_cast<std::uint32_t>(out.ends.size());
  if (out.odd.empty() || out.odd.back() != line) {
    out.odd.push_back(line);
  }
}

template <class Bits>
inline void WordScanner::note(Progress& progress, const Places<Bits>& places) const {
  const auto at = [&](Bits bits) {
    return places.at + static_cast<unsigned>(std::countr_zero(bits));
  };
  const auto end_line = [&](Bits bits) {
    progress.out->ends.push_back(static_cast<std::uint32_t>(at(bits)));
  };
  if ((places.words | places.odd) == 0) {
    for (auto ends = places.ends; ends != 0; ends &= ends - 1) {
      end_line(ends);
    }
    return;
  }
  for (auto all = places.words | places.odd | places.ends; all != 0; all &= all - 1) {
    const auto lowest = all & (~all + 1);
    if ((places.ends & lowest) != 0) {
      end_line(all);
      continue;
    }
    if ((places.odd & lowest) != 0) {
      note_odd(progress);
    }
    if ((places.words & lowest) != 0) {
      compare(progress, at(all));
    }
  }
}

}  // namespace spranga::text
