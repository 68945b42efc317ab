#include "guard/regex/charset.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "text/utf8.h"

namespace spranga::guard {

namespace {

constexpr char32_t last_code = 0x10FFFF;
constexpr char32_t first_surrogate = 0xD800;
constexpr char32_t last_surrogate = 0xDFFF;

struct CodeRange {
  char32_t from;
  char32_t to;
};

// What str.isspace() says.
constexpr std::array space_ranges = {CodeRange{0x09, 0x0D},
                                     CodeRange{0x1C, 0x20},
                                     CodeRange{0x85, 0x85},
                                     CodeRange{0xA0, 0xA0},
                                     CodeRange{0x1680, 0x1680},
                                     CodeRange{0x2000, 0x200A},
                                     CodeRange{0x2028, 0x2029},
                                     CodeRange{0x202F, 0x202F},
                                     CodeRange{0x205F, 0x205F},
                                     CodeRange{0x3000, 0x3000}};
constexpr std::array ascii_space_ranges = {CodeRange{0x09, 0x0D}, CodeRange{0x20, 0x20}};
constexpr std::array ascii_word_ranges = {
    CodeRange{'0', '9'}, CodeRange{'A', 'Z'}, CodeRange{'_', '_'}, CodeRange{'a', 'z'}};
constexpr std::array ascii_digit_ranges = {CodeRange{'0', '9'}};
// \p{Pc} without "_".
constexpr std::array joiner_ranges = {CodeRange{0x203F, 0x2040},
                                      CodeRange{0x2054, 0x2054},
                                      CodeRange{0xFE33, 0xFE34},
                                      CodeRange{0xFE4D, 0xFE4F},
                                      CodeRange{0xFF3F, 0xFF3F}};

// Letters that Python takes for each other under (?i) and PCRE2 does not (measured over all of
// Unicode 14); 0 fills up.
constexpr std::array<std::array<char32_t, 4>, 4> python_folds = {
    {{'I', 'i', 0x130, 0x131}, {0x390, 0x1FD3}, {0x3B0, 0x1FE3}, {0xFB05, 0xFB06}}};

std::string code_text(char32_t code) {
  const bool plain =
      (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
  return plain ? std::string(1, static_cast<char>(code))
               : fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(code));
}

std::string ranges_text(std::span<const CodeRange> ranges) {
  std::string out;
  for (const auto& [from, to] : ranges) {
    out += code_text(from);
    if (to != from) {
      out += "-" + code_text(to);
    }
  }
  return out;
}

/// Everything that the sorted `ranges` leave out.
std::string other_ranges_text(std::span<const CodeRange> ranges) {
  std::string out;
  char32_t next = 0;
  for (const auto& [from, to] : ranges) {
    if (from > next) {
      out += code_text(next) + "-" + code_text(from - 1);
    }
    next = to + 1;
  }
  return out + code_text(next) + "-" + code_text(last_code);
}

struct Category {
  char positive;
  std::span<const CodeRange> ascii;
  std::span<const CodeRange> unicode;  // empty = PCRE2 agrees
};

constexpr std::array categories = {Category{'d', ascii_digit_ranges, {}},
                                   Category{'s', ascii_space_ranges, space_ranges},
                                   Category{'w', ascii_word_ranges, {}}};

std::string category_members(char kind, const CharsetRules& rules) {
  const bool negated = kind >= 'A' && kind <= 'Z';
  const char positive = negated ? static_cast<char>(kind - 'A' + 'a') : kind;
  const auto* row = std::ranges::find(categories, positive, &Category::positive);
  const auto ranges = rules.ascii ? row->ascii : row->unicode;
  if (!ranges.empty()) {
    return negated ? other_ranges_text(ranges) : ranges_text(ranges);
  }
  if (positive == 'w' && rules.wide_words) {
    return negated ? "\\W\\p{Mn}" + ranges_text(joiner_ranges) : "\\p{L}\\p{N}_";
  }
  return {'\\', kind};
}

bool any_in(const std::array<char32_t, 4>& letters, char32_t from, char32_t to) {
  return std::ranges::any_of(letters, [&](char32_t c) { return c != 0 && c >= from && c <= to; });
}

bool is_latin_letter(char32_t code) {
  return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

bool folds_wider(char32_t code, const CharsetRules& rules) {
  if (rules.ignore_case && rules.ascii) {
    return is_latin_letter(code);
  }
  return rules.ignore_case && std::ranges::any_of(python_folds, [&](const auto& row) {
           return any_in(row, code, code);
         });
}

bool is_surrogate(char32_t code) {
  return code >= first_surrogate && code <= last_surrogate;
}

}  // namespace

std::string literal_atom(char32_t code, const CharsetRules& rules) {
  if (is_surrogate(code) || folds_wider(code, rules)) {
    Charset alike(rules);
    alike.add_range(code, code);
    return alike.atom(false);
  }
  constexpr std::string_view special = "\\^$.|?*+()[]{}";
  if (code < 0x20 || code == 0x7F) {
    return code_text(code);
  }
  std::string out;
  if (code < 0x80 && special.find(static_cast<char>(code)) != std::string_view::npos) {
    out += '\\';
  }
  text::append_utf8(out, code);
  return out;
}

std::string category_atom(char kind, const CharsetRules& rules) {
  auto members = category_members(kind, rules);
  if (members.size() == 2) {
    return members;
  }
  const bool negated = kind >= 'A' && kind <= 'Z';
  if (negated) {
    return "[^" + category_members(static_cast<char>(kind - 'A' + 'a'), rules) + "]";
  }
  return "[" + members + "]";
}

std::string boundary_atom(char kind, const CharsetRules& rules) {
  const bool own = !rules.ascii && !rules.wide_words;
  const auto word = category_atom('w', rules);
  const auto edge = fmt::format("(?:(?<={0})(?!{0})|(?<!{0})(?={0}))", word);
  if (kind == 'b') {
    return own ? "\\b" : edge;
  }
  // In an empty text Python finds neither kind of place.
  return own ? "(?!\\A\\z)\\B" : "(?!\\A\\z)(?!" + edge + ")";
}

void Charset::add_text(char32_t from, char32_t to) {
  from = is_surrogate(from) ? last_surrogate + 1 : from;
  to = is_surrogate(to) ? first_surrogate - 1 : to;
  if (from > to) {
    return;
  }
  members_ += code_text(from);
  if (to != from) {
    members_ += "-" + code_text(to);
  }
}

void Charset::add_range(char32_t from, char32_t to) {
  add_text(from, to);
  if (!rules_.ignore_case) {
    return;
  }
  if (rules_.ascii) {
    constexpr char32_t other_case = 'a' - 'A';
    for (char32_t letter = 'A'; letter <= 'Z'; ++letter) {
      const auto small = letter + other_case;
      if ((letter >= from && letter <= to) || (small >= from && small <= to)) {
        add_text(letter, letter);
        add_text(small, small);
      }
    }
    return;
  }
  for (const auto& letters : python_folds) {
    for (const auto letter : letters) {
      if (letter != 0 && (letter < from || letter > to) && any_in(letters, from, to)) {
        add_text(letter, letter);
      }
    }
  }
}

void Charset::add_category(char kind) {
  members_ += category_members(kind, rules_);
}

std::string Charset::atom(bool negated) const {
  if (members_.empty()) {  // nothing but surrogates, which no text holds
    return negated ? "[\\x{0}-\\x{10ffff}]" : "[^\\x{0}-\\x{10ffff}]";
  }
  return (negated ? "[^" : "[") + members_ + "]";
}

}  // namespace spranga::guard
