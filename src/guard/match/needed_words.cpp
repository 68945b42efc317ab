#include "guard/match/needed_words.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "text/ascii.h"
#include "text/word_scanner.h"

namespace spranga::guard {

namespace {

constexpr std::size_t shortest_word = 3;
constexpr std::size_t shortest_scanned = text::WordScanner::shortest_word;
constexpr std::size_t most_sets = 32;
constexpr std::size_t most_words_of_set = 12;
constexpr std::size_t most_joined = 6;
constexpr int deepest_group = 50;

/// Alternatives of which a text must satisfy one; one that is empty is satisfied by any text.
using Sets = std::vector<WordSet>;

const Sets anything{WordSet()};

std::size_t longest_of(const WordSet& words) {
  std::size_t longest = 0;
  for (const auto& word : words) {
    longest = std::max(longest, word.size());
  }
  return longest;
}

/// How much the sets tell: what the weakest of them does.
std::size_t strength(const Sets& sets) {
  std::size_t least = std::string::npos;
  for (const auto& set : sets) {
    least = std::min(least, longest_of(set));
  }
  return sets.empty() ? 0 : least;
}

void add_word(WordSet& set, const std::string& word) {
  const bool known = std::ranges::any_of(
      set, [&](const std::string& other) { return other.find(word) != std::string::npos; });
  if (known) {
    return;
  }
  std::erase_if(set, [&](const std::string& other) { return word.find(other) != word.npos; });
  if (set.size() < most_words_of_set) {
    set.push_back(word);
  }
}

/// What satisfies one of `left` and one of `right`; of too many combinations the side that tells
/// more.
Sets both(const Sets& left, const Sets& right) {
  if (left.size() * right.size() > most_sets) {
    return strength(left) < strength(right) ? right : left;
  }
  Sets out;
  for (const auto& set : left) {
    for (const auto& other : right) {
      out.push_back(set);
      for (const auto& word : other) {
        add_word(out.back(), word);
      }
    }
  }
  return out;
}

/// What a part of an expression tells.
struct Part {
  Sets sets{anything};
  std::vector<std::string> texts;  // all that it matches, where these are a few texts
};

bool can_be_joined(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  return !right.empty() && left.size() * right.size() <= most_joined &&
         std::ranges::none_of(right, &std::string::empty);
}

/// Each of `left` with each of `right` behind it.
std::vector<std::string> joined(const std::vector<std::string>& left,
                                const std::vector<std::string>& right) {
  std::vector<std::string> out;
  for (const auto& text : left) {
    for (const auto& other : right) {
      out.push_back(text + other);
    }
  }
  return out;
}

/// Walks over an expression once.
class WordFinder {
public:
  explicit WordFinder(std::string_view expression) : rest_(expression) {}

  Sets run() {
    auto sets = alternatives(0).sets;
    return lost_ || !rest_.empty() ? anything : sets;
  }

private:
  Part alternatives(int depth) {
    Part all{{}, {}};
    bool few_texts = true;
    do {
      auto one = branch(depth);
      for (auto& set : one.sets) {
        if (std::ranges::find(all.sets, set) == all.sets.end()) {
          all.sets.push_back(std::move(set));
        }
      }
      few_texts = few_texts && !one.texts.empty();
      all.texts.insert(all.texts.end(), one.texts.begin(), one.texts.end());
    } while (!lost_ && take("|"));
    if (all.sets.size() > most_sets || std::ranges::any_of(all.sets, &WordSet::empty)) {
      all.sets = anything;
    }
    if (!few_texts || all.texts.size() > most_joined) {
      all.texts.clear();
    }
    return all;
  }

  /// What the words tell of which one stands here, each a run of plain characters.
  [[nodiscard]] Sets with_words(const Sets& sets, const std::vector<std::string>& words) const {
    const auto is_short = [](const std::string& word) { return word.size() < shortest_word; };
    if (ignores_case_ || std::ranges::any_of(words, is_short)) {
      return sets;
    }
    Sets one_of;
    for (const auto& word : words) {
      one_of.push_back({word});
    }
    return both(sets, one_of);
  }

  Part branch(int depth) {
    Part out;
    bool is_plain = !ignores_case_;
    std::vector<std::string> words{""};  // one of which ends here
    const auto end_words = [&] {
      out.sets = with_words(out.sets, words);
      words = {""};
    };
    while (!lost_ && !rest_.empty() && !rest_.starts_with('|') && !rest_.starts_with(')')) {
      const auto plain = plain_character();
      const auto inner = plain != '\0' ? Part() : structure(depth);
      const auto repeat = quantifier();
      if (repeat == Repeat::none && can_be_joined(words, inner.texts)) {
        words = joined(words, inner.texts);
        continue;
      }
      if (plain != '\0' && repeat != Repeat::from_zero) {
        std::ranges::for_each(words, [&](std::string& word) { word += plain; });
      }
      if (plain == '\0' || repeat != Repeat::none) {
        end_words();
        is_plain = false;
      }
      if (repeat != Repeat::from_zero) {
        out.sets = both(out.sets, inner.sets);
      }
    }
    out.texts = is_plain ? words : std::vector<std::string>();
    end_words();
    return out;
  }

  /// The character that stands for itself here, taken; '\0' where it is something else.
  char plain_character() {
    char c = rest_.front();
    const bool escaped = c == '\\' && rest_.size() > 1;
    c = escaped ? rest_[1] : c;
    const bool letter = text::is_digit(c) || (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z');
    const bool special = c == '{'
                             ? braces_length() > 0
                             : std::string_view("\\.^$*+?[]|()").find(c) != std::string_view::npos;
    const bool printable = c >= ' ' && c <= '~';
    if (!printable || (escaped ? letter : special)) {
      return '\0';
    }
    rest_.remove_prefix(escaped ? 2 : 1);
    return c;
  }

  /// A group, a class, an escape or anything else that is not plain: what it needs.
  Part structure(int depth) {
    if (rest_.starts_with('(')) {
      return group(depth + 1);
    }
    if (rest_.starts_with('[')) {
      skip_class();
      return {};
    }
    const bool escape = rest_.starts_with('\\');
    lost_ = lost_ || (escape && rest_.size() < 2);
    if (escape && !lost_) {
      skip_escape();
    } else {
      rest_.remove_prefix(std::min<std::size_t>(rest_.size(), 1));
    }
    return {};
  }

  /// "\d", "\12"; a character given by its number is not understood.
  void skip_escape() {
    lost_ = lost_ || std::string_view("xuUN").find(rest_[1]) != std::string_view::npos;
    const bool digits = text::is_digit(rest_[1]);
    rest_.remove_prefix(2);
    while (digits && !rest_.empty() && text::is_digit(rest_.front())) {
      rest_.remove_prefix(1);
    }
  }

  /// What stands in parentheses, up to the closing one.
  Part inside(int depth) {
    auto part = alternatives(depth);
    lost_ = lost_ || !take(")");
    return part;
  }

  Part group(int depth) {
    lost_ = lost_ || depth > deepest_group;
    if (lost_) {
      return {};
    }
    if (take("(?P<")) {
      rest_.remove_prefix(std::min(rest_.find('>'), rest_.size()));
      lost_ = lost_ || !take(">");
      return inside(depth);
    }
    if (take("(?:") || take("(?>")) {
      return inside(depth);
    }
    if (take("(?=") || take("(?<=")) {  // takes no room
      return {inside(depth).sets, {}};
    }
    if (take("(?!") || take("(?<!")) {
      static_cast<void>(inside(depth));
      return {};
    }
    if (take("(?(") || take("(?P=")) {  // a condition and its halves, a reference
      const bool condition = rest_.data()[-1] == '(';
      rest_.remove_prefix(std::min(rest_.find(')'), rest_.size()));
      lost_ = lost_ || !take(")");
      if (condition) {
        static_cast<void>(inside(depth));
      }
      return {};
    }
    if (rest_.starts_with("(?")) {
      return flagged(depth);
    }
    take("(");
    return inside(depth);
  }

  /// "(?i:…)". Flags of the whole expression, (?x:…) and comments are not understood.
  Part flagged(int depth) {
    rest_.remove_prefix(2);
    const auto letters = rest_.substr(0, std::min(rest_.find_first_not_of("aimsu-"), rest_.size()));
    rest_.remove_prefix(letters.size());
    lost_ = lost_ || letters.empty() || !take(":");
    const auto on = letters.substr(0, letters.find('-'));
    const bool before = ignores_case_;
    ignores_case_ = ignores_case_ || on.find('i') != std::string_view::npos;
    auto part = inside(depth);
    ignores_case_ = before;
    return part;
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

  /// Takes a quantifier and the "?" or "+" behind it.
  Repeat quantifier() {
    auto repeat = Repeat::none;
    if (take("*") || take("?")) {
      repeat = Repeat::from_zero;
    } else if (take("+")) {
      repeat = Repeat::from_one;
    } else if (const auto length = braces_length(); length > 0) {
      repeat = rest_[1] >= '1' && rest_[1] <= '9' ? Repeat::from_one : Repeat::from_zero;
      rest_.remove_prefix(length);
    }
    if (repeat != Repeat::none && !take("?")) {
      take("+");
    }
    return repeat;
  }

  /// Of "{2}", "{2,}", "{,2}", "{2,3}" or "{,}"; 0: other braces stand for themselves.
  [[nodiscard]] std::size_t braces_length() const {
    if (!rest_.starts_with('{')) {
      return 0;
    }
    const auto end = rest_.find_first_not_of("0123456789,", 1);
    if (end == std::string_view::npos || rest_[end] != '}' || end == 1) {
      return 0;
    }
    return std::ranges::count(rest_.substr(1, end - 1), ',') <= 1 ? end + 1 : 0;
  }

  bool take(std::string_view start) {
    const bool there = rest_.starts_with(start);
    rest_.remove_prefix(there ? start.size() : 0);
    return there;
  }

  std::string_view rest_;
  bool ignores_case_{false};
  bool lost_{false};  // something was met that this does not understand
};

std::size_t rareness_of(const std::string& word) {
  std::size_t sum = 0;
  for (const char c : word) {
    sum += text::rareness(c);
  }
  return sum;
}

}  // namespace

NeededWord::NeededWord(std::string word) : word_(std::move(word)), rarest_(0), pairs_{} {
  for (std::size_t at = 1; at < word_.size(); ++at) {
    rarest_ = text::rareness(word_[at]) > text::rareness(word_[rarest_]) ? at : rarest_;
  }
  std::vector<std::size_t> places;  // of pairs
  for (std::size_t at = 0; at + 1 < word_.size(); ++at) {
    places.push_back(at);
  }
  std::ranges::stable_sort(places, std::greater{}, [this](std::size_t at) {
    return text::rareness(word_[at]) + text::rareness(word_[at + 1]);
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

std::vector<WordSet> needed_sets(std::string_view expression) {
  auto sets = WordFinder(expression).run();
  return std::ranges::any_of(sets, &WordSet::empty) ? std::vector<WordSet>() : sets;
}

bool is_common(const std::string& word) {
  constexpr std::size_t rare = 90;  // " from " has 83, "disconnect" 91
  return rareness_of(word) < rare;
}

std::vector<WordSet> telling_words(const std::vector<WordSet>& sets) {
  std::vector<WordSet> out;
  for (auto words : sets) {
    std::erase_if(words, [](const auto& word) { return word.size() < shortest_scanned; });
    if (words.empty()) {
      return {};
    }
    std::ranges::stable_sort(words, std::greater{}, rareness_of);
    words.resize(words.size() > 1 && !is_common(words[1]) ? 2 : 1);
    if (std::ranges::find(out, words) == out.end()) {
      out.push_back(std::move(words));
    }
  }
  return out;
}

std::vector<std::string> needed_words(std::string_view expression) {
  std::vector<std::string> words;
  for (const auto& set : needed_sets(expression)) {
    const auto& longest = *std::ranges::max_element(set, {}, &std::string::size);
    if (std::ranges::find(words, longest) == words.end()) {
      words.push_back(longest);
    }
  }
  return words;
}

}  // namespace spranga::guard
