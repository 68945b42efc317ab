// CompiledExpression: one of a filter's expressions, ready to run under a step limit.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/match/failure.h"
#include "guard/match/needed_words.h"
#include "guard/match/word_table.h"
#include "guard/regex/regex.h"

namespace spranga::guard {

/// Working memory of searches, shared by a matcher's expressions. A text up to `long_text` bytes is
/// searched with one limit for each place where a match may begin; in a longer one the first place
/// may take more steps (an expression that begins with ^ has no other) and the others fewer, so
/// that a search of any text is bounded.
class Searches {
public:
  static constexpr std::size_t long_text{4096};
  static constexpr std::uint32_t steps{100'000};
  static constexpr std::uint32_t steps_at_first{50'000'000};
  static constexpr std::uint32_t heap_kib{512 * 1024};  // of which only what is needed is taken
  static constexpr std::uint32_t steps_elsewhere{1'000};

  [[nodiscard]] MatchStatus search(const Regex& regex, std::string_view text);

  /// How many searches were stopped.
  [[nodiscard]] std::uint64_t stopped() const { return stopped_; }

  /// The last one was, but could not have found anything.
  void take_back_stop() { --stopped_; }

  /// What the last search found.
  [[nodiscard]] const Match& match() const { return *last_; }

private:
  [[nodiscard]] MatchStatus search_long(const Regex& regex, std::string_view text);

  std::uint64_t stopped_{0};
  Match usual_{MatchLimits{.steps = steps}};
  Match first_{MatchLimits{.steps = steps_at_first, .heap_kib = heap_kib}};
  Match elsewhere_{MatchLimits{.steps = steps_elsewhere}};
  Match* last_{&usual_};
};

struct ExpressionRole {
  bool names_too{true};   // <HOST> takes names
  bool multiline{false};  // re.MULTILINE
};

struct SearchCost {
  std::uint64_t searches{0};
  std::chrono::nanoseconds time{0};
};

class CompiledExpression {
public:
  /// An expression that was stopped so often is left alone for a while.
  static constexpr std::uint64_t hits_to_quarantine{20};
  static constexpr std::chrono::minutes quarantine_time{10};

  /// `source` must outlive what comes back. The error names its file:line.
  [[nodiscard]] static Result<CompiledExpression> compile(const ban::Expression& source,
                                                          ExpressionRole role);

  /// Whether a text that holds these pairs may match.
  [[nodiscard]] bool may_match(const PairSet& pairs) const {
    if (head_word_ && !head_word_->may_be_among(pairs)) {
      return false;
    }
    bool may = needed_.empty();
    for (auto word = needed_.begin(); word != needed_.end() && !may; ++word) {
      may = word->may_be_among(pairs);
    }
    return may;
  }

  /// Whether a line as a whole may match: by words of it, a few of those that it needs.
  [[nodiscard]] bool may_match_line(std::string_view line) const;

  /// Whether such words are known, each long enough to be scanned for.
  [[nodiscard]] bool has_line_words() const { return !line_sets_.empty(); }

  /// Leaves the words aside where some of them tell little: another expression, which must match
  /// too, has words.
  void drop_weak_words();

  /// Sets of words, of which a line must hold all of one.
  [[nodiscard]] std::vector<WordSet> line_words() const;

  /// The same by the numbers of words, after number_words().
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> word_numbers() const;

  /// Gives these words their numbers in `table`.
  void number_words(WordTable& table);

  /// re.search(). A search that was stopped found nothing; it is counted, and after
  /// hits_to_quarantine of them the expression is not tried before now + quarantine_time.
  [[nodiscard]] bool search(std::string_view text, Searches& searches, ban::Instant now);

  /// The same of a text that is the line, or a part of it, for which may_match_line() was asked.
  [[nodiscard]] bool search_likely(std::string_view text, Searches& searches, ban::Instant now);

  /// Whether it matches no text that begins with `start`, whatever follows.
  [[nodiscard]] bool refuses(std::string_view start, Match& match) const {
    return regex_.refuses(start, match);
  }

  /// The named groups of the last search, alternatives and tuples put together. `bare`: texts that
  /// say neither whom to blame nor how often are not copied.
  [[nodiscard]] Failure groups(const Match& match, bool bare = false) const;

  /// The groups that say whom to blame, and how often.
  enum class IdGroup { ip4, ip6, cidr, attempts, repeated, nofail };
  static constexpr std::size_t id_group_count{6};

  [[nodiscard]] bool has(IdGroup group) const {
    return id_groups_[static_cast<std::size_t>(group)] != 0;
  }

  /// What such a group caught in the last search, as it stands in the text.
  [[nodiscard]] std::optional<std::string_view> caught(IdGroup group, const Match& match) const {
    const auto number = id_groups_[static_cast<std::size_t>(group)];
    return number == 0 ? std::nullopt : match.group(number);
  }

  /// Whether these groups and "dns" say all of that: there is no other id, no session, and nothing
  /// is put together of several groups.
  [[nodiscard]] bool is_simple() const { return simple_; }

  struct NamedGroup {
    int number{0};
    std::string_view name;  // as the expression keeps it
    bool telling{false};    // says whom to blame, or how often
  };

  /// A group whose value goes into the field of another name.
  struct Redirect {
    std::string group;
    std::string field;

    [[nodiscard]] auto operator<=>(const Redirect&) const = default;
  };

  [[nodiscard]] const std::vector<NamedGroup>& named_groups() const { return named_; }

  /// F-ALT_X: taken for X where that caught nothing; in the order in which they are tried.
  [[nodiscard]] const std::vector<Redirect>& alternatives() const { return alternatives_; }

  [[nodiscard]] bool has_tuples() const { return !tuples_.empty(); }

  /// What F-CONTENT caught; "" where nothing.
  [[nodiscard]] std::string_view content(const Match& match) const;

  /// What <SKIPLINES> passed over in the last search.
  [[nodiscard]] std::vector<std::string> skipped_lines(const Match& match) const;

  [[nodiscard]] bool has_group(std::string_view name) const {
    return regex_.group_number(name) != 0;
  }

  /// Whether a group gives an id: fid, ip4, ip6, dns or mlfid.
  [[nodiscard]] bool has_id() const;

  [[nodiscard]] const ban::Expression& source() const { return *source_; }

  /// With its tags expanded.
  [[nodiscard]] const std::string& expanded() const { return expanded_; }

  [[nodiscard]] std::uint64_t limit_hits() const { return limit_hits_; }

  void time_searches() { cost_.emplace(); }

  /// What its searches have cost since time_searches().
  [[nodiscard]] SearchCost cost() const { return cost_.value_or(SearchCost()); }

  [[nodiscard]] bool in_quarantine() const { return quarantined_until_.has_value(); }

private:
  void note_telling_groups();

  /// Whether `text` may match at all.
  [[nodiscard]] bool may_match(std::string_view text) const;
  /// The same, whatever it costs.
  [[nodiscard]] bool has_what_is_needed(std::string_view text) const;
  [[nodiscard]] bool run(std::string_view text, Searches& searches, ban::Instant now);
  [[nodiscard]] MatchStatus timed_search(std::string_view text, Searches& searches);

  CompiledExpression(const ban::Expression& source,
                     std::string expanded,
                     Regex regex,
                     ExpressionRole role);

  struct LineWord {
    NeededWord word;
    std::uint32_t number{0};
  };

  const ban::Expression* source_;
  std::string expanded_;
  Regex regex_;
  std::string head_;  // without it no text matches
  std::optional<NeededWord> head_word_;
  std::vector<NeededWord> needed_;  // nor without one of these, where there are any
  std::vector<std::vector<LineWord>> line_sets_;
  int content_{0};                               // number of the group
  std::array<int, id_group_count> id_groups_{};  // their numbers, 0: there is none
  bool simple_{false};
  std::vector<NamedGroup> named_;
  std::vector<Redirect> alternatives_;
  std::vector<Redirect> tuples_;
  std::optional<SearchCost> cost_;  // none: nobody asked
  std::uint64_t limit_hits_{0};
  std::uint64_t recent_hits_{0};
  std::optional<ban::Instant> quarantined_until_;
};

/// "filter.d/sshd.conf:41: " or "".
[[nodiscard]] std::string place_of(const ban::Origin& origin);

}  // namespace spranga::guard
