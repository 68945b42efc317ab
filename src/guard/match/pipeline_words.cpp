// Which lines a filter need not look at: by the words that its expressions need, or by how a line
// begins; of a filter of several lines those that wait until one of their neighbours matters.
#include <algorithm>

#include "guard/match/pipeline.h"

namespace spranga::guard {

namespace {

bool has_words(const std::vector<CompiledExpression>& all) {
  return std::ranges::all_of(all, &CompiledExpression::has_line_words);
}

}  // namespace

bool Pipeline::can_be_scanned() const {
  const bool by_prefix = prefix_ && prefix_->has_line_words();
  return !many_lines() && (by_prefix || (has_words(fail_) && has_words(weak_))) &&
         (!ignores_early() || has_words(ignore_));
}

bool Pipeline::number_words(WordTable& table) {
  if (settings_.note_prefix) {
    return false;
  }
  for (auto* list : {&fail_, &weak_, &ignore_}) {
    for (auto& expression : *list) {
      expression.number_words(table);
    }
  }
  if (prefix_) {
    prefix_->number_words(table);
  }
  for (auto* list : {&fail_, &weak_, &ignore_}) {
    for (auto& expression : *list) {
      index_.add(expression.word_numbers());
    }
  }
  index_.add(prefix_ ? prefix_->word_numbers() : std::vector<WordIndex::Set>());
  numbered_ = true;
  satisfied_ = can_be_scanned();
  if (many_lines() && !prefix_ && !ignores_early() &&
      std::ranges::all_of(expressions(), &CompiledExpression::has_line_words)) {
    quiet_.set_most(maxlines_);
    telling_.resize(table.words().size());
    for (const auto word : telling_words()) {
      telling_[word] = true;
    }
  }
  return satisfied_;
}

bool Pipeline::passes(std::string_view start) const {
  if (!numbered_ || prefix_) {
    return false;
  }
  return many_lines() ? !telling_.empty() && loud_ == 0 : refusals_.know(start);
}

std::vector<std::uint32_t> Pipeline::numbered_words() const {
  std::vector<std::uint32_t> all;
  for (const auto* expression :
       numbered_ ? expressions() : std::vector<const CompiledExpression*>()) {
    for (const auto& set : expression->word_numbers()) {
      all.insert(all.end(), set.begin(), set.end());
    }
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::uint32_t> Pipeline::telling_words() const {
  if (!satisfied_) {
    return index_.first_words(0, prefix_number() + 1);
  }
  // A program's name stands in many lines: rather what it says than who it is.
  const bool by_failures = has_words(fail_) && has_words(weak_);
  auto words = by_failures ? index_.first_words(0, first_ignore())
                           : index_.first_words(prefix_number(), prefix_number() + 1);
  if (ignores_early()) {
    const auto more = index_.first_words(first_ignore(), prefix_number());
    words.insert(words.end(), more.begin(), more.end());
  }
  return words;
}

bool Pipeline::is_concerned(const FoundWords& words) {
  look_up(words);
  return (ignores_early() && likely_.has_any(first_ignore(), prefix_number())) ||
         (likely_.has(prefix_number()) && likely_.has_any(0, first_ignore()));
}

/// Of several lines: whether no match needs anything that this one holds.
bool Pipeline::is_quiet(const DatedLine& line) const {
  return line.words != nullptr && std::ranges::none_of(line.words->all(), [this](auto word) {
           return word < telling_.size() && telling_[word];
         });
}

/// Nothing was caught in the line at hand: perhaps its beginning alone says that.
void Pipeline::learn_refusal() {
  refusals_.learn(whole_, [this](std::string_view start) {
    if (!refusing_match_) {
      refusing_match_.emplace(MatchLimits{.steps = Searches::steps});
    }
    const auto refuses = [&](const CompiledExpression& one) {
      return one.has_line_words() || one.refuses(start, *refusing_match_);
    };
    return std::ranges::all_of(fail_, refuses) && std::ranges::all_of(weak_, refuses) &&
           (!ignores_early() || std::ranges::all_of(ignore_, refuses));
  });
}

void Pipeline::QuietLines::add(const DatedLine& line) {
  auto& place = ring_[next_];
  place.before.assign(line.before);
  place.date.assign(line.date_text);
  place.after.assign(line.after);
  next_ = (next_ + 1) % ring_.size();
  count_ = std::min(count_ + 1, ring_.size());
}

void Pipeline::QuietLines::move_to(std::vector<LineParts>& lines) {
  for (; count_ > 0; --count_) {
    lines.push_back(std::move(ring_[(next_ + ring_.size() - count_) % ring_.size()]));
  }
}

}  // namespace spranga::guard
