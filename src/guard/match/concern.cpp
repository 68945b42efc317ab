#include "guard/match/concern.h"

#include <utility>

namespace spranga::guard {

Concern::Concern(std::vector<Jail> jails, const WordTable& table)
    : jails_(std::move(jails)),
      asks_(table.words().size()),
      telling_(table.words().size()),
      looked_at_(jails_.size()) {
  std::vector<bool> is_needed(asks_.size());
  for (std::size_t place = 0; place < jails_.size(); ++place) {
    const auto& matcher = *jails_[place].matcher;
    for (const auto word : matcher.numbered_words()) {
      is_needed[word] = true;
    }
    wants_pairs_ = wants_pairs_ || !matcher.knows_words();
    if (!jails_[place].knows_words) {
      always_.push_back(place);
    }
    for (const auto word : matcher.telling_words()) {
      telling_[word] = true;
      if (jails_[place].knows_words) {
        asks_[word].push_back(place);
      }
    }
  }
  if (std::ranges::find(is_needed, true) == is_needed.end()) {
    return;
  }
  std::vector<text::WordScanner::Word> scanned;
  for (std::uint32_t word = 0; word < asks_.size(); ++word) {
    if (is_needed[word]) {
      scanned.push_back({table.words()[word], word});
    }
  }
  found_ = std::make_unique<FoundWords>(table);
  scanner_ = std::make_unique<text::WordScanner>(std::move(scanned));
}

void Concern::look_at(std::span<const text::ScannedLines::Found> words) {
  found_->clear();
  concerned_.clear();
  if (words.empty() && always_.empty()) {
    return;
  }
  ++line_;
  for (const auto& word : words) {
    found_->add(word.word);
  }
  concerned_ = always_;
  for (const auto word : found_->all()) {
    for (const auto place : asks_[word]) {
      if (std::exchange(looked_at_[place], line_) != line_ &&
          jails_[place].matcher->is_concerned(*found_)) {
        concerned_.push_back(place);
      }
    }
  }
  if (concerned_.size() > 1) {
    std::ranges::sort(concerned_);
  }
}

}  // namespace spranga::guard
