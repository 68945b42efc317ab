#include "guard/regex/python_parser.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "text/utf8.h"

namespace spranga::guard {

namespace {

constexpr std::uint64_t unbounded = 0xFFFFFFFF;  // Python's MAXREPEAT
constexpr std::uint64_t most_repeats = 65'535;   // PCRE2's
constexpr int deepest = 200;                     // groups inside groups; PCRE2 takes 250
constexpr std::string_view digits = "0123456789";

std::uint64_t saturated_product(std::uint64_t a, std::uint64_t b) {
  return a != 0 && b > unbounded / a ? unbounded : std::min(a * b, unbounded);
}

}  // namespace

void PythonParser::Width::add(Width next) {
  least = std::min(least + next.least, unbounded);
  most = std::min(most + next.most, unbounded);
}

void PythonParser::Width::repeat(std::uint64_t least_times, std::uint64_t most_times) {
  least = saturated_product(least, least_times);
  most = saturated_product(most, most_times);
}

PythonParser::PythonParser(std::string_view pattern, RegexOptions options, int pcre2_minor)
    : source_(pattern), wide_words_(pcre2_minor >= pcre2_with_wide_words) {
  flags_.ignore_case = options.ignore_case;
  flags_.multiline = options.multiline;
}

Result<PythonSyntax> PythonParser::run() {
  SPRANGA_TRY([[maybe_unused]] const auto width, parse_alternatives(true));
  if (!source_.done()) {
    return source_.complain("unbalanced parenthesis");
  }
  for (const auto& [number, place] : awaited_groups_) {
    if (number > static_cast<int>(groups_.size())) {
      return source_.complain(fmt::format("invalid group reference {}", number), place);
    }
  }
  PythonSyntax out{std::move(out_), {}, flags_.folds_unicode(), flags_.multiline, flags_.dotall};
  for (auto& group : groups_) {
    out.names.push_back(std::move(group.name));
  }
  return out;
}

Result<PythonParser::Width> PythonParser::parse_alternatives(bool outermost) {
  if (++depth_ > deepest) {
    return source_.complain("too many groups inside groups");
  }
  SPRANGA_TRY(Width width, parse_branch(outermost));
  while (source_.take("|")) {
    out_ += '|';
    SPRANGA_TRY(const Width other, parse_branch(false));
    width.least = std::min(width.least, other.least);
    width.most = std::max(width.most, other.most);
  }
  --depth_;
  return width;
}

void PythonParser::skip_insignificant() {
  while (flags_.verbose && !source_.done()) {
    if (source_.take("#")) {
      while (!source_.done() && source_.next() != U'\n') {
      }
    } else if (source_.take_while(" \t\n\r\v\f", std::string_view::npos).empty()) {
      return;
    }
  }
}

Result<void> PythonParser::repeat(const Quantifier& quantifier,
                                  Piece& piece,
                                  Width& branch,
                                  std::size_t place) {
  using Kind = Piece::Kind;
  if (piece.kind == Kind::nothing || piece.kind == Kind::anchor) {
    return source_.complain("nothing to repeat", place);
  }
  if (piece.kind == Kind::repeated) {
    return source_.complain("multiple repeat", place);
  }
  const bool without_width = piece.width.most == 0 && look_behind_from_;
  out_ += without_width ? repeated_nothing(piece.text, quantifier) : piece.text + quantifier.text;
  // It was counted once already.
  branch.least -= std::min(branch.least, piece.width.least);
  branch.most -= std::min(branch.most, piece.width.most);
  piece.width.repeat(quantifier.least, quantifier.most);
  branch.add(piece.width);
  piece.text.clear();
  piece.kind = Kind::repeated;
  return {};
}

Result<PythonParser::Width> PythonParser::parse_branch(bool first) {
  Width width;
  Piece last;  // not written yet: a quantifier may follow
  for (skip_insignificant(); !source_.done() && source_.peek() != '|' && source_.peek() != ')';
       skip_insignificant()) {
    const auto place = source_.at();
    SPRANGA_TRY(const auto quantifier, parse_quantifier());
    if (quantifier) {
      SPRANGA_CHECK(repeat(*quantifier, last, width, place));
      continue;
    }
    out_ += std::exchange(last.text, {});
    SPRANGA_TRY(auto piece, parse_piece(first && last.kind == Piece::Kind::nothing));
    if (piece.kind !=
        Piece::Kind::nothing) {  // else flags, a comment: what is before may be repeated
      width.add(piece.width);
      last = std::move(piece);
    }
  }
  out_ += last.text;
  return width;
}

/// A piece without width, repeated: what PCRE2 too takes for one without width.
std::string PythonParser::repeated_nothing(const std::string& text, const Quantifier& quantifier) {
  if (quantifier.least > 0) {
    return text;
  }
  const bool lazy = quantifier.text.size() > 1 && quantifier.text.ends_with('?');
  return quantifier.most == 0 ? text + quantifier.text
         : lazy               ? "(?:|" + text + ")"
                              : "(?:" + text + "|)";
}

Result<std::optional<PythonParser::Quantifier>> PythonParser::parse_quantifier() {
  Quantifier found;
  if (source_.take("*")) {
    found = {"*", 0, unbounded};
  } else if (source_.take("+")) {
    found = {"+", 1, unbounded};
  } else if (source_.take("?")) {
    found = {"?", 0, 1};
  } else {
    SPRANGA_TRY(auto braces, parse_braces());
    if (!braces) {
      return std::optional<Quantifier>{};
    }
    found = std::move(*braces);
  }
  if (source_.take("?")) {
    found.text += '?';
  } else if (source_.take("+")) {
    found.text += '+';
  }
  return std::optional(std::move(found));
}

Result<std::optional<PythonParser::Quantifier>> PythonParser::parse_braces() {
  const auto start = source_.at();
  if (!source_.take("{")) {
    return std::optional<Quantifier>{};
  }
  const auto least = source_.take_while(digits, std::string_view::npos);
  const bool comma = source_.take(",");
  const auto most = comma ? source_.take_while(digits, std::string_view::npos) : least;
  if (!source_.take("}") || (!comma && least.empty())) {
    source_.back_to(start);  // an ordinary brace
    return std::optional<Quantifier>{};
  }
  const auto number = [](std::string_view text, std::uint64_t otherwise) {
    constexpr std::size_t many_digits = 9;
    return text.empty()                ? otherwise
           : text.size() > many_digits ? unbounded
                                       : std::stoull(std::string(text));
  };
  Quantifier found{"", number(least, 0), number(most, unbounded)};
  if (found.least > most_repeats || (found.most > most_repeats && !most.empty())) {
    return source_.complain("the repetition number is too large", start);
  }
  if (found.most < found.least) {
    return source_.complain("min repeat greater than max repeat", start);
  }
  found.text = most.empty() ? fmt::format("{{{},}}", found.least)
                            : fmt::format("{{{},{}}}", found.least, found.most);
  return std::optional(std::move(found));
}

Result<PythonParser::Piece> PythonParser::parse_piece(bool first_of_pattern) {
  using Kind = Piece::Kind;
  switch (source_.peek()) {
    case '\\':
      return parse_escape();
    case '[':
      return parse_class();
    case '(':
      return parse_group(first_of_pattern);
    case '.':
      static_cast<void>(source_.next());
      return Piece{Kind::atom, ".", {1, 1}};
    case '^':
    case '$':
      return Piece{Kind::anchor, std::string(1, static_cast<char>(source_.next())), {}};
    default:
      return Piece{Kind::atom, literal_atom(source_.next(), charset_rules()), {1, 1}};
  }
}

Result<PythonSyntax> rewrite_python_syntax(std::string_view pattern,
                                           RegexOptions options,
                                           int pcre2_minor) {
  if (!text::is_valid_utf8(pattern)) {
    return fail(Errc::malformed, "not valid UTF-8");
  }
  return PythonParser(pattern, options, pcre2_minor).run();
}

}  // namespace spranga::guard
