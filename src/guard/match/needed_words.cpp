#include "guard/match/needed_words.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "text/ascii.h"

namespace spranga::guard {

namespace {

constexpr std::size_t shortest_word = 3;
constexpr std::size_t most_words = 8;
constexpr int deepest_group = 50;

using Words = std::vector<std::string>;

std::size_t shortest_of(const Words& words) {
  const auto shorter = [](const auto& a, const auto& b) { return a.size() < b.size(); };
  return words.empty() ? 0 : std::ranges::min_element(words, shorter)->size();
}

/// Walks over an expression once and keeps of each branch the words that tell most.
class WordFinder {
public:
  explicit WordFinder(std::string_view expression) : rest_(expression) {}

  Words run() {
    auto words = alternatives(0);
    return lost_ || !rest_.empty() ? Words() : words;
  }

private:
  /// One of the branches' words is in every match; a branch that knows none spoils it.
  Words alternatives(int depth) {
    Words all;
    bool known = true;
    do {
      const auto words = branch(depth);
      known = known && !words.empty();
      for (const auto& word : words) {
        if (std::ranges::find(all, word) == all.end()) {
          all.push_back(word);
        }
      }
    } while (!lost_ && take("|"));
    return known && all.size() <= most_words ? all : Words();
  }

  Words branch(int depth) {
    Words best;
    std::string word;
    const auto end_word = [&] {
      keep_better(best, {word});
      word.clear();
    };
    while (!lost_ && !rest_.empty() && !rest_.starts_with('|') && !rest_.starts_with(')')) {
      const auto plain = plain_character();
      auto inner = plain != '\0' ? Words() : structure(depth);
      const auto repeat = quantifier();
      if (plain != '\0' && repeat != Repeat::from_zero) {
        word += plain;
      }
      if (plain == '\0' || repeat != Repeat::none) {
        end_word();
      }
      if (repeat != Repeat::from_zero) {
        keep_better(best, std::move(inner));
      }
    }
    end_word();
    return best;
  }

  static void keep_better(Words& best, Words words) {
    if (shortest_of(words) >= shortest_word && shortest_of(words) > shortest_of(best)) {
      best = std::move(words);
    }
  }

  /// The character that stands for itself here, taken; '\0' where it is something else.
  char plain_character() {
    char c = rest_.front();
    const bool escaped = c == '\\' && rest_.size() > 1;
    c = escaped ? rest_[1] : c;
    const bool letter = text::is_digit(c) || (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z');
    const bool special = std::string_view("\\.^$*+?{}[]|()").find(c) != std::string_view::npos;
    const bool printable = c >= ' ' && c <= '~';
    if (!printable || (escaped ? letter : special)) {
      return '\0';
    }
    rest_.remove_prefix(escaped ? 2 : 1);
    return c;
  }

  /// A group, a class, an escape or anything else that is not plain: the words that it needs.
  Words structure(int depth) {
    if (rest_.starts_with('(')) {
      return group(depth + 1);
    }
    if (rest_.starts_with('[')) {
      skip_class();
      return {};
    }
    const bool escape = rest_.starts_with('\\');
    lost_ = lost_ || (escape && rest_.size() < 2);
    rest_.remove_prefix(std::min<std::size_t>(rest_.size(), escape ? 2 : 1));
    return {};
  }

  Words group(int depth) {
    lost_ = lost_ || depth > deepest_group;
    const bool named = take("(?P<");
    if (named) {
      rest_.remove_prefix(std::min(rest_.find('>'), rest_.size()));
    }
    const bool counts = named ? take(">") : take("(?:") || (!rest_.starts_with("(?") && take("("));
    const bool look = !counts && (take("(?=") || take("(?!") || take("(?<=") || take("(?<!"));
    lost_ = lost_ || (!counts && !look);  // flags, comments, conditions, back-references by name
    if (lost_) {
      return {};
    }
    auto words = alternatives(depth);
    lost_ = lost_ || !take(")");
    return counts ? words : Words();
  }

  void skip_class() {
    rest_.remove_prefix(1);
    take("^");
    bool first = true;
    while (!rest_.empty() && (first || rest_.front() != ']')) {
      rest_.remove_prefix(std::min<std::size_t>(rest_.size(), rest_.front() == '\\' ? 2 : 1));
      first = false;
    }
    lost_ = lost_ || !take("]");
  }

  enum class Repeat { none, from_one, from_zero };

  /// Takes a quantifier and the "?" or "+" behind it. A brace may be one that repeats from zero.
  Repeat quantifier() {
    auto repeat = Repeat::none;
    if (take("*") || take("?")) {
      repeat = Repeat::from_zero;
    } else if (take("+")) {
      repeat = Repeat::from_one;
    } else if (take("{")) {
      repeat = Repeat::from_zero;
      rest_.remove_prefix(std::min(rest_.find_first_not_of("0123456789,"), rest_.size()));
      lost_ = lost_ || !take("}");  // a brace that stands for itself
    }
    if (repeat != Repeat::none && !take("?")) {
      take("+");
    }
    return repeat;
  }

  bool take(std::string_view start) {
    const bool there = rest_.starts_with(start);
    rest_.remove_prefix(there ? start.size() : 0);
    return there;
  }

  std::string_view rest_;
  bool lost_{false};  // something was met that this does not understand
};

/// How seldom a character stands in logs, as a rank.
std::size_t rareness(char c) {
  constexpr std::string_view common_first = " eatoinsr0123456789dlc:-.=[]<>muphgfbwy,/()_@v";
  return std::min(common_first.find(c), common_first.size());
}

}  // namespace

NeededWord::NeededWord(std::string word) : word_(std::move(word)), rarest_(0), pairs_{} {
  for (std::size_t at = 1; at < word_.size(); ++at) {
    rarest_ = rareness(word_[at]) > rareness(word_[rarest_]) ? at : rarest_;
  }
  std::vector<std::size_t> places;  // of pairs
  for (std::size_t at = 0; at + 1 < word_.size(); ++at) {
    places.push_back(at);
  }
  std::ranges::stable_sort(places, std::greater{}, [this](std::size_t at) {
    return rareness(word_[at]) + rareness(word_[at + 1]);
  });
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const auto at = places[std::min(i, places.size() - 1)];
    pairs_.at(i) = PairSet::place(word_[at], word_[at + 1]);
  }
}

bool NeededWord::is_in(std::string_view text) const {
  const char rare = word_[rarest_];
  for (auto at = text.find(rare, rarest_); at != std::string_view::npos;
       at = text.find(rare, at + 1)) {
    if (text.substr(at - rarest_).starts_with(word_)) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> needed_words(std::string_view expression) {
  return WordFinder(expression).run();
}

}  // namespace spranga::guard
