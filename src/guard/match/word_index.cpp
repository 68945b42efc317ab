#include "guard/match/word_index.h"

#include <algorithm>

namespace spranga::guard {

bool LikelyExpressions::has_any(std::size_t from, std::size_t to) const {
  while (from < to && from % word_bits != 0) {
    if (has(from++)) {
      return true;
    }
  }
  for (; from + word_bits <= to; from += word_bits) {
    if (bits_[from / word_bits] != 0) {
      return true;
    }
  }
  if (from >= to) {
    return false;
  }
  return (bits_[from / word_bits] & ((std::uint64_t{1} << (to - from)) - 1)) != 0;
}

void WordIndex::add(std::span<const Set> sets) {
  const auto expression = count_++;
  always_.bits_.resize(count_ / LikelyExpressions::word_bits + 1);
  if (sets.empty()) {
    always_.add(expression);
  }
  for (const auto& set : sets) {
    if (set.front() >= askers_.size()) {
      askers_.resize(set.front() + std::size_t{1});
    }
    askers_[set.front()].push_back(
        {static_cast<std::uint32_t>(expression), set.size() > 1 ? set[1] : nothing});
  }
}

void WordIndex::look_up(const FoundWords& words, LikelyExpressions& out) const {
  out.bits_ = always_.bits_;
  for (const auto word : words.all()) {
    if (word >= askers_.size()) {
      continue;
    }
    for (const auto& [expression, other] : askers_[word]) {
      if (other == nothing || words.has(other)) {
        out.add(expression);
      }
    }
  }
}

std::vector<std::uint32_t> WordIndex::first_words(std::size_t from, std::size_t to) const {
  std::vector<std::uint32_t> out;
  const auto is_within = [&](const Asker& asker) {
    return asker.expression >= from && asker.expression < to;
  };
  for (std::uint32_t word = 0; word < askers_.size(); ++word) {
    if (std::ranges::any_of(askers_[word], is_within)) {
      out.push_back(word);
    }
  }
  return out;
}

}  // namespace spranga::guard
