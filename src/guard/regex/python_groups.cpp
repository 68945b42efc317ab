// What stands in parentheses.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "guard/regex/python_parser.h"

namespace spranga::guard {

namespace {

constexpr std::string_view flag_letters = "iLmsxau";

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Python's identifiers, with every character beyond ASCII taken for a letter.
bool is_identifier(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::ranges::all_of(name, [](char c) {
           return is_ascii_letter(c) || (c >= '0' && c <= '9') || c == '_' ||
                  static_cast<unsigned char>(c) >= 0x80;
         });
}

}  // namespace

Result<PythonParser::Piece> PythonParser::parse_group(bool first_of_pattern) {
  const auto start = source_.at();
  static_cast<void>(source_.take("("));
  if (source_.take("?")) {
    return parse_extension(start, first_of_pattern);
  }
  return parse_capture(start, {});
}

Result<PythonParser::Piece> PythonParser::parse_extension(std::size_t start,
                                                          bool first_of_pattern) {
  using Kind = Piece::Kind;
  if (source_.take("P")) {
    return parse_named(start);
  }
  if (source_.take("#")) {
    while (!source_.done() && source_.peek() != ')') {
      static_cast<void>(source_.next());
    }
    if (!source_.take(")")) {
      return source_.complain("missing ), unterminated comment", start);
    }
    return Piece{};
  }
  for (const std::string_view opening : {"=", "!"}) {
    if (source_.take(opening)) {
      return parse_look(start, opening, false);
    }
  }
  for (const std::string_view opening : {"<=", "<!"}) {
    if (source_.take(opening)) {
      return parse_look(start, opening, true);
    }
  }
  for (const std::string_view opening : {":", ">"}) {
    if (source_.take(opening)) {
      const auto outer_flags = flags_;
      auto outer = std::exchange(out_, {});
      SPRANGA_TRY(const auto width, parse_body(start, opening));
      flags_ = outer_flags;
      return Piece{Kind::atom, std::exchange(out_, std::move(outer)), width};
    }
  }
  if (source_.take("(")) {
    return parse_conditional(start);
  }
  return parse_flags(start, first_of_pattern);
}

Result<PythonParser::Width> PythonParser::parse_body(std::size_t start, std::string_view opening) {
  out_ += fmt::format("(?{}", opening);
  SPRANGA_TRY(const auto width, parse_alternatives(false));
  if (!source_.take(")")) {
    return source_.complain("missing ), unterminated subpattern", start);
  }
  out_ += ')';
  return width;
}

Result<PythonParser::Piece> PythonParser::parse_named(std::size_t start) {
  if (source_.take("<")) {
    const auto place = source_.at();
    SPRANGA_TRY(const auto name, source_.take_until('>', "group name"));
    if (!is_identifier(name)) {
      return source_.complain(fmt::format("bad character in group name '{}'", name), place);
    }
    return parse_capture(start, std::string(name));
  }
  if (source_.take("=")) {
    const auto place = source_.at();
    SPRANGA_TRY(const auto name, source_.take_until(')', "group name"));
    const auto group = std::ranges::find(groups_, name, &Group::name);
    if (group == groups_.end()) {
      return source_.complain(fmt::format("unknown group name '{}'", name), place);
    }
    return reference_to(static_cast<int>(group - groups_.begin()) + 1, place);
  }
  return source_.complain("unknown extension ?P", start);
}

Result<PythonParser::Piece> PythonParser::parse_capture(std::size_t start, std::string name) {
  const auto known = std::ranges::find(groups_, name, &Group::name);
  if (!name.empty() && known != groups_.end()) {
    return source_.complain(fmt::format("redefinition of group name '{}' as group {}; was group {}",
                                        name,
                                        groups_.size() + 1,
                                        known - groups_.begin() + 1),
                            start);
  }
  const auto number = groups_.size();
  groups_.push_back({std::move(name), true, {}});
  const auto outer_flags = flags_;
  auto outer = std::exchange(out_, "(");
  SPRANGA_TRY(const auto width, parse_alternatives(false));
  if (!source_.take(")")) {
    return source_.complain("missing ), unterminated subpattern", start);
  }
  out_ += ')';
  flags_ = outer_flags;
  groups_[number].open = false;
  groups_[number].width = width;
  return Piece{Piece::Kind::atom, std::exchange(out_, std::move(outer)), width};
}

Result<PythonParser::Piece> PythonParser::parse_look(std::size_t start,
                                                     std::string_view opening,
                                                     bool behind) {
  const auto outer_look = look_behind_from_;
  if (behind && !look_behind_from_) {
    look_behind_from_ = static_cast<int>(groups_.size()) + 1;
  }
  auto outer = std::exchange(out_, {});
  SPRANGA_TRY(const auto width, parse_body(start, opening));
  look_behind_from_ = outer_look;
  if (behind && width.least != width.most) {
    return source_.complain("look-behind requires fixed-width pattern", start);
  }
  return Piece{Piece::Kind::atom, std::exchange(out_, std::move(outer)), {}};
}

Result<int> PythonParser::condition_group(std::string_view name, std::size_t start) {
  int number = 0;
  if (is_identifier(name)) {
    const auto group = std::ranges::find(groups_, name, &Group::name);
    if (group == groups_.end()) {
      return source_.complain(fmt::format("unknown group name '{}'", name), start);
    }
    number = static_cast<int>(group - groups_.begin()) + 1;
  } else {
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc{} || end != name.data() + name.size() || number <= 0) {
      return source_.complain(fmt::format("bad character in group name '{}'", name), start);
    }
    awaited_groups_.emplace_back(number, start);
  }
  if (look_behind_from_) {
    SPRANGA_CHECK(reference_to(number, start));
  }
  return number;
}

Result<PythonParser::Piece> PythonParser::parse_conditional(std::size_t start) {
  const auto place = source_.at();
  SPRANGA_TRY(const auto name, source_.take_until(')', "group name"));
  SPRANGA_TRY(const auto number, condition_group(name, place));
  const auto outer_flags = flags_;
  auto outer = std::exchange(out_, fmt::format("(?({})", number));
  if (++depth_ > 200) {
    return source_.complain("too many groups inside groups");
  }
  SPRANGA_TRY(Width width, parse_branch(false));
  Width other;
  if (source_.take("|")) {
    out_ += '|';
    SPRANGA_TRY(other, parse_branch(false));
    if (source_.peek() == '|') {
      return source_.complain("conditional backref with more than two branches");
    }
  }
  --depth_;
  if (!source_.take(")")) {
    return source_.complain("missing ), unterminated subpattern", start);
  }
  out_ += ')';
  flags_ = outer_flags;
  width = {std::min(width.least, other.least), std::max(width.most, other.most)};
  return Piece{Piece::Kind::atom, std::exchange(out_, std::move(outer)), width};
}

/// "iu" up to what ends it.
Result<bool> PythonParser::parse_flags_into(Flags& flags, bool off) {
  bool any = false;
  while (true) {
    const auto place = source_.at();
    const auto letter = source_.take_while(flag_letters, 1);
    if (letter.empty()) {
      return any;
    }
    any = true;
    SPRANGA_CHECK(set_flag(letter.front(), flags, off, place));
  }
}

Result<PythonParser::FlagChange> PythonParser::parse_flag_letters() {
  FlagChange change;
  SPRANGA_TRY(bool any, parse_flags_into(change.on, false));
  const auto place = source_.at();
  change.whole_pattern = any && source_.take(")");
  if (change.whole_pattern) {
    return change;
  }
  if (source_.take("-")) {
    SPRANGA_TRY(any, parse_flags_into(change.off, true));
  }
  if (any && source_.take(":")) {
    return change;
  }
  return source_.complain(
      is_ascii_letter(source_.peek()) ? "unknown flag" : "unknown extension or missing flag",
      place);
}

Result<void> PythonParser::set_flag(char letter, Flags& flags, bool off, std::size_t place) const {
  if (letter == 'L') {
    return source_.complain("bad inline flags: cannot use 'L' flag with a str pattern", place);
  }
  if (off && (letter == 'a' || letter == 'u')) {
    return source_.complain("bad inline flags: cannot turn off flags 'a', 'u' and 'L'", place);
  }
  switch (letter) {
    case 'i':
      flags.ignore_case = true;
      break;
    case 'm':
      flags.multiline = true;
      break;
    case 's':
      flags.dotall = true;
      break;
    case 'x':
      flags.verbose = true;
      break;
    case 'a':
      flags.ascii = true;
      break;
    default:  // u is how it is anyway
      break;
  }
  return {};
}

Result<PythonParser::Piece> PythonParser::parse_flags(std::size_t start, bool first_of_pattern) {
  SPRANGA_TRY(const auto change, parse_flag_letters());
  if (change.whole_pattern && !first_of_pattern) {
    return source_.complain("global flags not at the start of the expression", start);
  }
  const auto outer_flags = flags_;
  std::string on;
  std::string off;
  const auto apply = [&](bool Flags::*flag, char letter) {
    const bool now = (flags_.*flag || change.on.*flag) && !(change.off.*flag);
    if (letter != '\0' && now != flags_.*flag) {
      (now ? on : off) += letter;
    }
    flags_.*flag = now;
  };
  const bool folded = flags_.folds_unicode();
  apply(&Flags::ignore_case, '\0');
  apply(&Flags::multiline, 'm');
  apply(&Flags::dotall, 's');
  apply(&Flags::verbose, '\0');
  apply(&Flags::ascii, '\0');
  if (folded != flags_.folds_unicode()) {
    (folded ? off : on) += 'i';
  }
  if (change.whole_pattern) {
    return Piece{};
  }
  auto outer = std::exchange(out_, {});
  SPRANGA_TRY(const auto width, parse_body(start, on + (off.empty() ? "" : "-" + off) + ":"));
  flags_ = outer_flags;
  return Piece{Piece::Kind::atom, std::exchange(out_, std::move(outer)), width};
}

}  // namespace spranga::guard
