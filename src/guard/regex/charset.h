// Characters and classes of characters, written for PCRE2.
#pragma once

#include <string>
#include <string_view>

namespace spranga::guard {

/// How letters of the surrounding expression are compared and what its classes mean.
struct CharsetRules {
  bool ignore_case{false};
  bool ascii{false};       // (?a)
  bool wide_words{false};  // PCRE2's \w is wider than Python's
};

/// One literal character, as an atom.
[[nodiscard]] std::string literal_atom(char32_t code, const CharsetRules& rules);

/// \d \D \s \S \w \W, as an atom; `kind` is the letter.
[[nodiscard]] std::string category_atom(char kind, const CharsetRules& rules);

/// \b or \B.
[[nodiscard]] std::string boundary_atom(char kind, const CharsetRules& rules);

/// What stands between the brackets of a class.
class Charset {
public:
  explicit Charset(const CharsetRules& rules) : rules_(rules) {}

  void add_range(char32_t from, char32_t to);
  void add_category(char kind);

  [[nodiscard]] std::string atom(bool negated) const;

private:
  void add_text(char32_t from, char32_t to);

  CharsetRules rules_;
  std::string members_;
};

}  // namespace spranga::guard
