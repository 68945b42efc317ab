// PythonParser: reads an expression as Python's `re` does and writes PCRE2's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/regex/charset.h"
#include "guard/regex/pattern_source.h"
#include "guard/regex/python_syntax.h"

namespace spranga::guard {

class PythonParser {
public:
  PythonParser(std::string_view pattern, RegexOptions options, int pcre2_minor);

  [[nodiscard]] Result<PythonSyntax> run();

private:
  /// How many characters something may match; what a look-behind must know.
  struct Width {
    std::uint64_t least{0};
    std::uint64_t most{0};

    void add(Width next);
    void repeat(std::uint64_t least_times, std::uint64_t most_times);
  };

  struct Flags {
    bool ignore_case{false};
    bool multiline{false};
    bool dotall{false};
    bool verbose{false};
    bool ascii{false};

    /// PCRE2 ignores case; under (?a) only ASCII letters fold, and they are spelled out.
    [[nodiscard]] bool folds_unicode() const { return ignore_case && !ascii; }
  };

  /// A piece of the expression that a quantifier may follow, or not.
  struct Piece {
    enum class Kind { nothing, anchor, atom, repeated };

    Kind kind{Kind::nothing};
    std::string text;
    Width width;
  };

  struct Group {
    std::string name;
    bool open{true};
    Width width;
  };

  struct FlagChange {
    Flags on;
    Flags off;
    bool whole_pattern{false};  // "(?i)", not "(?i:"
  };

  struct Quantifier {
    std::string text;
    std::uint64_t least{1};
    std::uint64_t most{1};
  };

  // Expression, branch, piece (python_parser.cpp).
  [[nodiscard]] Result<Width> parse_alternatives(bool outermost);
  [[nodiscard]] Result<Width> parse_branch(bool first);
  [[nodiscard]] Result<Piece> parse_piece(bool first_of_pattern);
  [[nodiscard]] Result<void> repeat(const Quantifier& quantifier,
                                    Piece& piece,
                                    Width& branch,
                                    std::size_t place);
  [[nodiscard]] static std::string repeated_nothing(const std::string& text,
                                                    const Quantifier& quantifier);
  [[nodiscard]] Result<std::optional<Quantifier>> parse_quantifier();
  [[nodiscard]] Result<std::optional<Quantifier>> parse_braces();
  void skip_insignificant();

  // "(" (python_groups.cpp).
  [[nodiscard]] Result<Piece> parse_group(bool first_of_pattern);
  [[nodiscard]] Result<Piece> parse_extension(std::size_t start, bool first_of_pattern);
  [[nodiscard]] Result<Piece> parse_named(std::size_t start);
  [[nodiscard]] Result<Piece> parse_capture(std::size_t start, std::string name);
  [[nodiscard]] Result<Piece> parse_look(std::size_t start, std::string_view opening, bool behind);
  [[nodiscard]] Result<Piece> parse_conditional(std::size_t start);
  [[nodiscard]] Result<Piece> parse_flags(std::size_t start, bool first_of_pattern);
  [[nodiscard]] Result<FlagChange> parse_flag_letters();
  [[nodiscard]] Result<bool> parse_flags_into(Flags& flags, bool off);
  [[nodiscard]] Result<void> set_flag(char letter, Flags& flags, bool off, std::size_t place) const;
  [[nodiscard]] Result<Width> parse_body(std::size_t start, std::string_view opening);
  [[nodiscard]] Result<int> condition_group(std::string_view name, std::size_t start);

  // "\" and "[" (python_escapes.cpp).
  [[nodiscard]] Result<Piece> parse_escape();
  [[nodiscard]] Result<Piece> parse_number_escape(std::size_t start);
  [[nodiscard]] Result<Piece> parse_class();
  [[nodiscard]] Result<void> parse_class_item(Charset& members);
  [[nodiscard]] Result<std::optional<char32_t>> parse_class_member(Charset& members);
  [[nodiscard]] Result<char32_t> parse_class_escape(std::size_t start, char& category);
  [[nodiscard]] Result<std::optional<char32_t>> parse_hex_escape(char32_t letter,
                                                                 std::size_t start);
  [[nodiscard]] Result<Piece> reference_to(int number, std::size_t start) const;

  [[nodiscard]] CharsetRules charset_rules() const {
    return {flags_.ignore_case, flags_.ascii, wide_words_};
  }

  PatternSource source_;
  std::string out_;
  std::vector<Group> groups_;
  Flags flags_;
  bool wide_words_{false};
  int depth_{0};
  std::optional<int> look_behind_from_;  // the first group that belongs to the open look-behind
  std::vector<std::pair<int, std::size_t>> awaited_groups_;  // of conditions, with their places
};

}  // namespace spranga::guard
