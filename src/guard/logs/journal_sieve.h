// JournalSieve: who picks out the entries that jails want. libsystemd can, by matches: those of
// others cost nothing then, but for each entry that it gives it looks after every term (0.09 µs
// each, 19 terms of ten jails 1.6 µs, as much as to read an entry whole). Where most entries are
// wanted it is cheaper to look at all of them; where few are, or terms are few, it is not.
//
// It learns that from a sample of entries, and again once many have come by matches, which do not
// tell how many there were besides; each time later, since libsystemd finds its place in every file
// anew where matches change (0.2 ms a file with 19 terms).
#pragma once

#include <algorithm>
#include <cstddef>

namespace spranga::guard {

class JournalSieve {
public:
  struct Pace {
    std::size_t sample{500};          // entries that are all looked at
    std::size_t until_again{20'000};  // entries that come by matches
  };

  /// `terms` of all matches; 0: every entry is wanted.
  explicit JournalSieve(std::size_t terms) : JournalSieve(terms, Pace()) {}

  JournalSieve(std::size_t terms, Pace pace)
      : terms_(terms),
        pace_(pace),
        always_matches_(terms > 0 && given + term * terms <= looked_at),
        uses_matches_(always_matches_),
        until_again_(pace.until_again) {}

  /// Whether libsystemd is to pick.
  [[nodiscard]] bool uses_matches() const { return uses_matches_; }

  /// The next entry was read; some jail wants it, or none.
  void count(bool wanted) {
    ++entries_;
    wanted_ += wanted ? 1 : 0;
    if (always_matches_ || entries_ < (uses_matches_ ? until_again_ : pace_.sample)) {
      return;
    }
    if (uses_matches_) {
      uses_matches_ = false;
    } else {
      uses_matches_ = are_matches_cheaper();
      until_again_ = uses_matches_ ? std::min(2 * until_again_, longest_turn) : pace_.until_again;
    }
    entries_ = wanted_ = 0;
  }

private:
  // What an entry costs that is looked at, or given by matches, and a term of them: hundredths of a
  // microsecond, by libsystemd 252.
  static constexpr std::size_t looked_at = 180;
  static constexpr std::size_t given = 160;
  static constexpr std::size_t term = 9;
  static constexpr std::size_t longest_turn = 2'000'000;

  [[nodiscard]] bool are_matches_cheaper() const {
    return terms_ > 0 && wanted_ * (given + term * terms_) <= entries_ * looked_at;
  }

  std::size_t terms_;
  Pace pace_;
  bool always_matches_;  // even if every entry is wanted
  bool uses_matches_;
  std::size_t until_again_;
  std::size_t entries_{0};
  std::size_t wanted_{0};
};

}  // namespace spranga::guard
