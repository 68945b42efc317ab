#include "replay/near_miss.h"

#include <algorithm>

#include "guard/match/matcher.h"

namespace spranga::replay {

namespace {

constexpr std::size_t shortest_word = 4;

/// Whether the line gives a sighting under this filter.
bool is_seen(const ban::JailSpec& jail, std::string_view line, bool is_entry, ban::Instant today) {
  guard::MatchOptions options;
  options.mode = guard::MatchMode::replay;
  options.today = today;
  options.show_nofail = true;
  const auto matcher = guard::Matcher::make(jail, options, today);
  if (!matcher) {
    return false;
  }
  std::vector<ban::Sighting> out;
  if (is_entry) {
    (*matcher)->feed_entry(line, today, today, out);
  } else {
    (*matcher)->feed(line, today, out);
  }
  return !out.empty();
}

/// Everything the prefregex lets through.
ban::JailSpec with_any_failure(ban::JailSpec jail) {
  jail.filter.failregex = {{"^<F-ID>.+</F-ID>", {}}};
  jail.filter.ignoreregex.clear();
  jail.filter.weakregex.clear();
  return jail;
}

/// The text behind an opening sign up to where it closes, brackets in it respected.
std::size_t end_of_class(std::string_view pattern, std::size_t at) {
  std::size_t i = at + 1;
  i += i < pattern.size() && pattern[i] == '^' ? 1 : 0;
  i += i < pattern.size() && pattern[i] == ']' ? 1 : 0;
  while (i < pattern.size() && pattern[i] != ']') {
    i += pattern[i] == '\\' ? 2 : 1;
  }
  return i;
}

/// Takes a pattern apart into its runs of plain text.
class WordScan {
public:
  explicit WordScan(std::string_view pattern) : pattern_(pattern) {}

  std::vector<std::string> scan() {
    for (at_ = 0; at_ < pattern_.size(); ++at_) {
      step(pattern_[at_]);
    }
    end_run();
    return std::move(words_);
  }

private:
  void step(char c) {
    constexpr std::string_view optional_before = "?*{";
    constexpr std::string_view breaks = "|()^$.+";
    if (c == '\\') {
      escape();
    } else if (c == '[') {
      end_run();
      at_ = end_of_class(pattern_, at_);
    } else if (c == '<') {
      end_run();
      at_ = std::min(pattern_.find('>', at_), pattern_.size());
    } else if (optional_before.find(c) != std::string_view::npos) {
      drop_last();
      at_ = c == '{' ? std::min(pattern_.find('}', at_), pattern_.size()) : at_;
    } else if (breaks.find(c) != std::string_view::npos) {
      end_run();
      group(c);
    } else {
      run_ += c;
    }
  }

  void escape() {
    ++at_;
    const char c = at_ < pattern_.size() ? pattern_[at_] : ' ';
    const bool is_class =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_class) {
      end_run();
    } else {
      run_ += c;
    }
  }

  /// "(?:", "(?P<name>", "(?!…" : the signs behind the bracket are no text.
  void group(char c) {
    if (c == '(' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] == '?') {
      at_ = std::min(pattern_.find_first_of(":>=!)", at_), pattern_.size());
    }
  }

  void drop_last() {
    if (!run_.empty()) {
      run_.pop_back();
    }
    end_run();
  }

  void end_run() {
    if (run_.size() >= shortest_word) {
      words_.push_back(run_);
    }
    run_.clear();
  }

  std::string_view pattern_;
  std::size_t at_{0};
  std::string run_;
  std::vector<std::string> words_;
};

NearMiss nearest_expression(const ban::JailSpec& jail, std::string_view line) {
  NearMiss best{NearMiss::Kind::failregex, -1, {}, {}};
  for (const auto& expression : jail.filter.failregex) {
    std::size_t all = 1;
    std::size_t there = 0;
    std::string lacking;
    for (const auto& word : words_of(expression.pattern)) {
      all += word.size();
      const bool stands = line.find(word) != std::string_view::npos;
      there += stands ? word.size() : 0;
      lacking = stands || !lacking.empty() ? lacking : word;
    }
    const auto nearness = static_cast<double>(there) / static_cast<double>(all);
    if (nearness > best.nearness) {
      best = {NearMiss::Kind::failregex, nearness, expression.origin, lacking};
    }
  }
  return best;
}

}  // namespace

std::vector<std::string> words_of(std::string_view pattern) {
  return WordScan(pattern).scan();
}

NearMiss explain_miss(const ban::JailSpec& jail,
                      std::string_view line,
                      bool is_entry,
                      ban::Instant today) {
  if (jail.filter.failregex.empty() && jail.filter.weakregex.empty()) {
    return {};
  }
  auto only_one = jail;
  only_one.filter.ignoreregex.clear();
  if (!jail.filter.ignoreregex.empty() && is_seen(only_one, line, is_entry, today)) {
    for (const auto& expression : jail.filter.ignoreregex) {
      only_one.filter.ignoreregex = {expression};
      if (!is_seen(only_one, line, is_entry, today)) {
        return {NearMiss::Kind::ignoreregex, 2, expression.origin, {}};
      }
    }
  }
  if (jail.filter.prefregex && !is_seen(with_any_failure(jail), line, is_entry, today)) {
    return {NearMiss::Kind::prefregex, -1, jail.filter.prefregex->origin, {}};
  }
  return nearest_expression(jail, line);
}

}  // namespace spranga::replay
