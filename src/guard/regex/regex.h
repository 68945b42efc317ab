// Regex: an expression in Python's `re` dialect, as fail2ban's filters are written, run by PCRE2
// with JIT under a step limit.
//
// Where the two engines differ the expression is rewritten (python_syntax.h), so that what
// compiles, what matches and what the groups hold is what Python 3.11's `re` says of str patterns
// and text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// PCRE2's own types; its header stays inside the room.
struct pcre2_real_code_8;           // NOLINT(readability-identifier-naming)
struct pcre2_real_match_context_8;  // NOLINT(readability-identifier-naming)
struct pcre2_real_match_data_8;     // NOLINT(readability-identifier-naming)
struct pcre2_real_jit_stack_8;      // NOLINT(readability-identifier-naming)

namespace spranga::guard {

struct RegexOptions {
  bool multiline{false};    // re.MULTILINE
  bool ignore_case{false};  // re.IGNORECASE
  bool jit{true};
};

/// Both hold for one place where a match may begin, so a search costs at most `steps` times the
/// text's length; who needs a bound for the whole search gives `last_start` and looks at its clock.
struct MatchLimits {
  std::uint32_t steps{1'000'000};
  std::uint32_t heap_kib{32 * 1024};  // of the engine without JIT
};

enum class MatchStatus {
  no_match,
  matched,
  limit,  // a limit was reached first: whether it matches is not known
};

/// Where a search leaves what it found, and its working memory. To be used again and again; by one
/// thread at a time; the text of the last search must live as long as its groups are asked for.
class Match {
public:
  explicit Match(MatchLimits limits = {});
  Match(Match&&) noexcept;
  Match& operator=(Match&&) noexcept;
  Match(const Match&) = delete;
  Match& operator=(const Match&) = delete;
  ~Match();

  /// Whether group `number` took part; 0 = the whole match.
  [[nodiscard]] bool has(int number) const;

  /// Byte offsets into the text. Only for a group that took part.
  [[nodiscard]] std::size_t begin(int number = 0) const {
    return offsets_[std::size_t{2} * number];
  }

  [[nodiscard]] std::size_t end(int number = 0) const {
    return offsets_[std::size_t{2} * number + 1];
  }

  /// What the group caught; nullopt where it took no part.
  [[nodiscard]] std::optional<std::string_view> group(int number) const;

private:
  friend class Regex;

  struct Deleter {
    void operator()(pcre2_real_match_context_8* context) const;
    void operator()(pcre2_real_match_data_8* data) const;
    void operator()(pcre2_real_jit_stack_8* stack) const;
  };

  void make_room(int groups);
  void stretch(int number);

  std::unique_ptr<pcre2_real_match_context_8, Deleter> context_;
  std::unique_ptr<pcre2_real_jit_stack_8, Deleter> stack_;
  std::unique_ptr<pcre2_real_match_data_8, Deleter> data_;
  std::string_view text_;
  std::size_t* offsets_{nullptr};
  int room_{0};   // groups that data_ can hold
  int found_{0};  // groups of the last match that may be asked for; 0 = no match
};

/// Immutable once compiled; any number of threads may search with it, each with its own Match.
class Regex {
public:
  /// Errc::malformed says what is wrong at which position (in characters), as Python does. The
  /// pattern must be valid UTF-8.
  [[nodiscard]] static Result<Regex> compile(std::string_view pattern, RegexOptions options = {});

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;
  ~Regex();

  /// `re.search` in `text`, which must be valid UTF-8 (text/utf8.h), beginning at byte `from`,
  /// which must begin a character; what is before `from` is seen by look-behinds, `^` and `\b`. A
  /// match beginning after `last_start` is not looked for.
  [[nodiscard]] MatchStatus search(std::string_view text,
                                   Match& match,
                                   std::size_t from = 0,
                                   std::size_t last_start = std::string_view::npos) const;

  /// Whether no text that begins with `start` matches, whatever follows. Known only of expressions
  /// that are bound to the text's begin; `start` is ASCII. `match` lends its limits.
  [[nodiscard]] bool refuses(std::string_view start, Match& match) const;

  /// Capturing groups; the highest group number.
  [[nodiscard]] int group_count() const { return static_cast<int>(names_.size()); }

  /// Of a named group, else 0.
  [[nodiscard]] int group_number(std::string_view name) const;

  /// Of group `number` ≥ 1; "" = it has none.
  [[nodiscard]] const std::string& group_name(int number) const { return names_[number - 1]; }

  [[nodiscard]] bool has_jit() const { return has_jit_; }

  /// As PCRE2 got it.
  [[nodiscard]] const std::string& rewritten() const { return rewritten_; }

private:
  struct Deleter {
    void operator()(pcre2_real_code_8* code) const;
  };

  Regex() = default;

  using Code = std::unique_ptr<pcre2_real_code_8, Deleter>;

  Code code_;
  Code ascii_code_;  // for texts of ASCII alone, where Unicode makes no difference but costs; or
                     // none
  bool takes_the_rest_{false};  // the last group takes the rest of the line; ascii_code_ leaves it
                                // empty, since who looks at each character of it learns nothing
  std::vector<std::string> names_;
  std::string rewritten_;
  bool has_jit_{false};
  bool anchored_{false};  // to the text's begin, says PCRE2
};

}  // namespace spranga::guard
