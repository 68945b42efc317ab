// TemplateMemory: which template finds the date of a line. All that fail2ban's detector remembers
// from line to line is here; each rule is fail2ban's (reference B7, B14).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "guard/dates/date_template.h"
#include "guard/dates/line_view.h"
#include "guard/dates/template_list.h"
#include "guard/regex/refusals.h"
#include "guard/regex/regex.h"

namespace spranga::guard {

class TemplateMemory {
public:
  struct Entry {
    std::shared_ptr<const DateTemplate> form;
    double own_weight{1.0};
    bool plain{false};                    // SameShape holds for it
    std::optional<LineView::Trait> need;  // a line without that has no such date
    std::int64_t hits{0};
    std::optional<ban::Instant> last_used;  // none: never
    std::size_t distance{never};            // of the last date from the line's start, in characters
    std::shared_ptr<const CompiledTemplate> compiled;  // once it was tried

    [[nodiscard]] double weight() const;
  };

  struct Winner {
    const Entry* entry{nullptr};
    const Match* match{nullptr};
    /// The line ends where the date begins (it is empty): fail2ban stumbles over that.
    bool at_end{false};
  };

  explicit TemplateMemory(std::vector<WeightedTemplate> templates);

  /// `clock`: when the line is read.
  [[nodiscard]] std::optional<Winner> find(std::string_view line, ban::Instant clock);

  /// Whether no line is dated that is ASCII, begins with `start` and lacks what is_lacking() asks.
  [[nodiscard]] bool refuses(std::string_view start) const {
    return may_refuse_ && (!has_bound_ || refusals_.know(start));
  }

  /// Whether is_lacking() says anything.
  [[nodiscard]] bool must_look() const { return !loose_needs_.empty(); }

  /// Whether the line lacks what the dates need that are not bound to its begin.
  [[nodiscard]] bool is_lacking(const LineView& line) const {
    return std::ranges::none_of(loose_needs_, [&](auto need) { return line.has(need); });
  }

  /// The winner of the line before wins again at the same place, bytes `begin` to `end` of a line
  /// that is ASCII up to there. Returns it.
  const Entry& same_again(std::string_view line,
                          std::size_t begin,
                          std::size_t end,
                          ban::Instant clock);

  /// The same again, the characters at its edges too.
  void same_again(ban::Instant clock, std::int64_t times = 1) {
    auto& entry = entries_[last_index_];
    entry.hits += times;
    entry.last_used = clock;
  }

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

private:
  static constexpr std::size_t never = 0x7FFFFFFF;

  struct Found {
    std::size_t index{never};
    std::size_t distance{never};  // where the match begins and ends, in characters
    std::size_t end{never};
  };

  /// Where the last date was, and the characters on both sides of its two edges.
  struct Edges {
    std::size_t distance{1};
    std::size_t end{never};
    std::optional<char32_t> before;
    std::optional<char32_t> first;
    std::optional<char32_t> last;
    std::optional<char32_t> after;
  };

  [[nodiscard]] bool search(std::size_t index, std::string_view line, std::size_t from);
  [[nodiscard]] bool search_whole(std::size_t index, const LineView& line);
  [[nodiscard]] Found place(std::size_t index, const LineView& line) const;
  [[nodiscard]] std::optional<Found> try_last_template(const LineView& line);
  [[nodiscard]] std::optional<Found> try_all(const LineView& line);
  void learn_refusal(std::string_view line);
  void reserve(const Found& found);
  [[nodiscard]] bool same_edges(const LineView& line,
                                LineView::Place from,
                                LineView::Place end) const;
  void count_hit(std::size_t index, std::size_t distance, ban::Instant clock);
  [[nodiscard]] Winner remember(Found found, const LineView& line, ban::Instant clock);
  [[nodiscard]] std::size_t reorder(std::size_t index);

  std::vector<Entry> entries_;
  std::size_t last_index_{never};
  std::size_t first_unused_{0};
  Edges edges_;

  // Lines in which nothing is found, told by how they begin: templates that are bound to the line's
  // begin. The others must each need something, else nothing is refused.
  bool may_refuse_{true};
  bool has_bound_{false};
  std::vector<LineView::Trait> loose_needs_;
  Refusals refusals_;

  // Of the line at hand.
  std::size_t skip_{never};  // tried on the whole line already
  Found reserved_;           // the best date so far that is further away than usual
  Match match_;
  Match reserved_match_;
};

}  // namespace spranga::guard
