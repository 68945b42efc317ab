// Backslashes and classes.
#include <fmt/core.h>

#include <array>
#include <charconv>

#include "guard/regex/python_parser.h"
#include "text/utf8.h"

namespace spranga::guard {

namespace {

constexpr std::string_view octal_digits = "01234567";
constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";
constexpr std::string_view category_letters = "dDsSwW";
constexpr char32_t highest_octal = 0xFF;

struct ControlEscape {
  char letter;
  char32_t code;
};

constexpr std::array control_escapes = {ControlEscape{'a', 0x07},
                                        ControlEscape{'f', 0x0C},
                                        ControlEscape{'n', 0x0A},
                                        ControlEscape{'r', 0x0D},
                                        ControlEscape{'t', 0x09},
                                        ControlEscape{'v', 0x0B}};

struct HexEscape {
  char letter;
  std::size_t digits;
};

constexpr std::array hex_escapes = {HexEscape{'x', 2}, HexEscape{'u', 4}, HexEscape{'U', 8}};

bool is_ascii_alphanumeric(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char32_t number_of(std::string_view text, int base) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

std::optional<char32_t> control_code(char32_t letter) {
  for (const auto& row : control_escapes) {
    if (static_cast<char32_t>(row.letter) == letter) {
      return row.code;
    }
  }
  return std::nullopt;
}

std::string shown_escape(char32_t letter) {
  std::string out = "bad escape \\";
  text::append_utf8(out, letter);
  return out;
}

}  // namespace

Result<std::optional<char32_t>> PythonParser::parse_hex_escape(char32_t letter, std::size_t start) {
  for (const auto& row : hex_escapes) {
    if (static_cast<char32_t>(row.letter) != letter) {
      continue;
    }
    const auto number = source_.take_while(hex_digits, row.digits);
    if (number.size() != row.digits) {
      return source_.complain(fmt::format("incomplete escape \\{}{}", row.letter, number), start);
    }
    const auto code = number_of(number, 16);
    if (code > 0x10FFFF) {
      return source_.complain(fmt::format("bad escape \\{}{}", row.letter, number), start);
    }
    return std::optional(code);
  }
  return std::optional<char32_t>{};
}

Result<PythonParser::Piece> PythonParser::reference_to(int number, std::size_t start) const {
  if (number > static_cast<int>(groups_.size())) {
    return source_.complain(fmt::format("invalid group reference {}", number), start);
  }
  const auto& group = groups_[number - 1];
  if (group.open) {
    return source_.complain("cannot refer to an open group", start);
  }
  if (look_behind_from_ && number >= *look_behind_from_) {
    return source_.complain("cannot refer to group defined in the same lookbehind subpattern",
                            start);
  }
  const auto text = fmt::format("\\g{{{}}}", number);
  const bool folds_ascii = flags_.ignore_case && flags_.ascii;
  return Piece{Piece::Kind::atom, folds_ascii ? "(?i:" + text + ")" : text, group.width};
}

Result<PythonParser::Piece> PythonParser::parse_number_escape(std::size_t start) {
  const auto literal = [&](char32_t code) {
    return Piece{Piece::Kind::atom, literal_atom(code, charset_rules()), {1, 1}};
  };
  if (source_.take("0")) {
    return literal(number_of(source_.take_while(octal_digits, 2), 8));
  }
  const auto place = source_.at();
  const auto octal = source_.take_while(octal_digits, 3);
  if (octal.size() == 3) {
    const auto code = number_of(octal, 8);
    if (code > highest_octal) {
      return source_.complain(
          fmt::format("octal escape value \\{} outside of range 0-0o377", octal), start);
    }
    return literal(code);
  }
  source_.back_to(place);
  const auto decimal = source_.take_while("0123456789", 2);
  return reference_to(static_cast<int>(number_of(decimal, 10)), start);
}

Result<PythonParser::Piece> PythonParser::parse_escape() {
  using Kind = Piece::Kind;
  const auto start = source_.at();
  static_cast<void>(source_.take("\\"));
  if (source_.done()) {
    return source_.complain("bad escape (end of pattern)", start);
  }
  if (source_.peek() >= '0' && source_.peek() <= '9') {
    return parse_number_escape(start);
  }
  const auto letter = source_.next();
  const char ascii = letter < 0x80 ? static_cast<char>(letter) : '\0';
  if (letter != 0 && category_letters.find(ascii) != std::string_view::npos) {
    return Piece{Kind::atom, category_atom(ascii, charset_rules()), {1, 1}};
  }
  switch (ascii) {
    case 'A':
      return Piece{Kind::anchor, "\\A", {}};
    case 'Z':
      return Piece{Kind::anchor, "\\z", {}};
    case 'b':
    case 'B':
      return Piece{Kind::anchor, boundary_atom(ascii, charset_rules()), {}};
    default:
      break;
  }
  std::optional<char32_t> code = control_code(letter);
  if (!code) {
    SPRANGA_TRY(code, parse_hex_escape(letter, start));
  }
  if (!code && is_ascii_alphanumeric(letter)) {
    return source_.complain(shown_escape(letter), start);
  }
  return Piece{Kind::atom, literal_atom(code.value_or(letter), charset_rules()), {1, 1}};
}

Result<char32_t> PythonParser::parse_class_escape(std::size_t start, char& category) {
  if (source_.done()) {
    return source_.complain("bad escape (end of pattern)", start);
  }
  const auto octal = source_.take_while(octal_digits, 3);
  if (!octal.empty()) {
    const auto code = number_of(octal, 8);
    if (code > highest_octal) {
      return source_.complain(
          fmt::format("octal escape value \\{} outside of range 0-0o377", octal), start);
    }
    return code;
  }
  const auto letter = source_.next();
  if (letter == U'b') {
    return U'\b';
  }
  if (letter > 0 && letter < 0x80 &&
      category_letters.find(static_cast<char>(letter)) != std::string_view::npos) {
    category = static_cast<char>(letter);
    return letter;
  }
  std::optional<char32_t> code = control_code(letter);
  if (!code) {
    SPRANGA_TRY(code, parse_hex_escape(letter, start));
  }
  if (!code && is_ascii_alphanumeric(letter)) {
    return source_.complain(shown_escape(letter), start);
  }
  return code.value_or(letter);
}

/// One member; nullopt = a category such as \w, which is in `members` already.
Result<std::optional<char32_t>> PythonParser::parse_class_member(Charset& members) {
  const auto start = source_.at();
  if (!source_.take("\\")) {
    return std::optional(source_.next());
  }
  char category = '\0';
  SPRANGA_TRY(const auto code, parse_class_escape(start, category));
  if (category != '\0') {
    members.add_category(category);
    return std::optional<char32_t>{};
  }
  return std::optional(code);
}

/// A member, or a range of them.
Result<void> PythonParser::parse_class_item(Charset& members) {
  const auto place = source_.at();
  SPRANGA_TRY(const auto from, parse_class_member(members));
  auto to = from;
  const auto dash = source_.at();
  const bool range = source_.take("-");
  if (range && source_.peek() == ']') {
    source_.back_to(dash);
  } else if (range && !source_.done()) {
    SPRANGA_TRY(to, parse_class_member(members));
    if (!from || !to || *to < *from) {
      return source_.complain("bad character range", place);
    }
  }
  if (from) {
    members.add_range(*from, *to);
  }
  return {};
}

Result<PythonParser::Piece> PythonParser::parse_class() {
  const auto start = source_.at();
  static_cast<void>(source_.take("["));
  const bool negated = source_.take("^");
  Charset members(charset_rules());
  for (bool first = true; first || !source_.take("]"); first = false) {
    if (source_.done()) {
      return source_.complain("unterminated character set", start);
    }
    SPRANGA_CHECK(parse_class_item(members));
  }
  return Piece{Piece::Kind::atom, members.atom(negated), {1, 1}};
}

}  // namespace spranga::guard
