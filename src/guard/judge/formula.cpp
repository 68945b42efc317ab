// Recursive descent, one function a level of Python's grammar; the nodes lie in one vector.
#include "guard/judge/formula.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

#include "guard/judge/formula_operators.h"
#include "text/ascii.h"
#include "text/escape.h"

namespace spranga::guard {

namespace {

constexpr int negation = 0;
constexpr int logical_not = 1;
constexpr int identity = 2;

/// Words of Python's grammar, which can be no names.
constexpr std::array<std::string_view, 32> reserved = {
    "and",    "as",   "assert", "async",  "await",  "break",   "class",    "continue",
    "def",    "del",  "elif",   "else",   "except", "finally", "for",      "from",
    "global", "if",   "import", "in",     "is",     "lambda",  "nonlocal", "not",
    "or",     "pass", "raise",  "return", "try",    "while",   "with",     "yield"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  const auto lower = text::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_';
}

/// Names with dots between them.
bool is_path_of_names(std::string_view word) {
  while (true) {
    const auto name = word.substr(0, word.find('.'));
    if (name.empty() || is_digit(name.front()) || std::ranges::count(reserved, name) > 0) {
      return false;
    }
    if (name.size() == word.size()) {
      return true;
    }
    word.remove_prefix(name.size() + 1);
  }
}

template <class Table>
int row_of(const Table& table, std::string_view name) {
  const auto found = std::ranges::find_if(table, [&](const auto& row) { return row.name == name; });
  return found == table.end() ? -1 : static_cast<int>(std::distance(table.begin(), found));
}

}  // namespace

class FormulaParser {
public:
  explicit FormulaParser(std::string_view text) : rest_(text) {}

  Result<Formula> parse() {
    SPRANGA_TRY(out_.root_, choice());
    skip_blanks();
    if (!rest_.empty()) {
      return not_understood();
    }
    return std::move(out_);
  }

private:
  using Node = Formula::Node;
  using Kind = Node::Kind;

  [[nodiscard]] Failure not_understood() const {
    return fail(Errc::malformed,
                rest_.empty()
                    ? "ends too early"
                    : "cannot be understood at \"" + text::escape_clipped(rest_, 40) + "\"");
  }

  void skip_blanks() {
    constexpr std::string_view blanks = " \t\r\n";
    rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    while (rest_.starts_with('#')) {
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    }
  }

  bool take(std::string_view sign) {
    skip_blanks();
    if (!rest_.starts_with(sign)) {
      return false;
    }
    const bool is_name = is_word(sign.front());
    if (is_name && rest_.size() > sign.size() && is_word(rest_[sign.size()])) {
      return false;
    }
    rest_.remove_prefix(sign.size());
    return true;
  }

  int make(Kind kind, int table_row, std::vector<int> operands) {
    out_.nodes_.push_back({kind, {}, table_row, std::move(operands)});
    return static_cast<int>(out_.nodes_.size()) - 1;
  }

  /// a if b else c
  Result<int> choice() {
    if (++depth_ > Formula::max_depth) {
      return fail(Errc::too_large, "nested too deeply");
    }
    SPRANGA_TRY(auto first, logic(0));
    if (take("if")) {
      SPRANGA_TRY(const auto condition, logic(0));
      if (!take("else")) {
        return not_understood();
      }
      SPRANGA_TRY(const auto other, choice());
      first = make(Kind::choice, 0, {condition, first, other});
    }
    --depth_;
    return first;
  }

  /// Level 0: or; level 1: and; then not.
  Result<int> logic(int level) {
    if (level == 2) {
      return inversion();
    }
    SPRANGA_TRY(auto left, logic(level + 1));
    while (take(level == 0 ? "or" : "and")) {
      SPRANGA_TRY(const auto right, logic(level + 1));
      left = make(level == 0 ? Kind::disjunction : Kind::conjunction, 0, {left, right});
    }
    return left;
  }

  Result<int> inversion() {
    int times = 0;
    while (take("not")) {
      ++times;
    }
    SPRANGA_TRY(auto inner, comparison());
    for (; times > 0; --times) {
      inner = make(Kind::unary, logical_not, {inner});
    }
    return inner;
  }

  /// a < b < c is a < b and b < c.
  Result<int> comparison() {
    SPRANGA_TRY(auto left, binary(binds_shift));
    int all = -1;
    for (int row = operator_of(binds_comparison); row >= 0; row = operator_of(binds_comparison)) {
      SPRANGA_TRY(const auto right, binary(binds_shift));
      const auto one = make(Kind::binary, row, {left, right});
      all = all < 0 ? one : make(Kind::conjunction, 0, {all, one});
      left = right;
    }
    return all < 0 ? left : all;
  }

  /// Takes the next operator of that level; -1 where none is next.
  int operator_of(int level) {
    skip_blanks();
    const auto table = formula_operators();
    for (std::size_t row = 0; row < table.size(); ++row) {
      if (rest_.starts_with(table[row].sign)) {
        if (table[row].binds != level) {
          return -1;
        }
        rest_.remove_prefix(table[row].sign.size());
        return static_cast<int>(row);
      }
    }
    return -1;
  }

  Result<int> binary(int level) {
    if (level == binds_power) {
      return signed_value();
    }
    SPRANGA_TRY(auto left, binary(level + 1));
    for (int row = operator_of(level); row >= 0; row = operator_of(level)) {
      SPRANGA_TRY(const auto right, binary(level + 1));
      left = make(Kind::binary, row, {left, right});
    }
    return left;
  }

  /// -2 ** 2 is -(2 ** 2), and 2 ** -1 is a half.
  Result<int> signed_value() {
    if (++depth_ > Formula::max_depth) {
      return fail(Errc::too_large, "nested too deeply");
    }
    int result = 0;
    if (const bool minus = take("-"); minus || take("+")) {
      SPRANGA_TRY(const auto inner, signed_value());
      result = make(Kind::unary, minus ? negation : identity, {inner});
    } else {
      SPRANGA_TRY(result, primary());
      if (const auto row = operator_of(binds_power); row >= 0) {
        SPRANGA_TRY(const auto exponent, signed_value());
        result = make(Kind::binary, row, {result, exponent});
      }
    }
    --depth_;
    return result;
  }

  Result<int> primary() {
    if (take("(")) {
      SPRANGA_TRY(const auto inner, choice());
      return take(")") ? Result<int>(inner) : Result<int>(not_understood());
    }
    if (!rest_.empty() && (is_digit(rest_.front()) || rest_.front() == '.')) {
      return number();
    }
    return name();
  }

  Result<int> number() {
    double value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const auto length = static_cast<std::size_t>(end - rest_.data());
    if (error != std::errc() || (length < rest_.size() && is_word(rest_[length]))) {
      return not_understood();
    }
    const auto digits = rest_.substr(0, length);
    const auto node = make(Kind::constant, 0, {});
    out_.nodes_[static_cast<std::size_t>(node)].constant = {value,
                                                            std::ranges::all_of(digits, is_digit)};
    rest_.remove_prefix(length);
    return node;
  }

  Result<int> name() {
    const auto* end = std::ranges::find_if(rest_, [](char c) { return !is_word(c) && c != '.'; });
    const auto word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    if (const auto row = row_of(formula_variables(), word); row >= 0) {
      rest_.remove_prefix(word.size());
      return make(Kind::variable, row, {});
    }
    if (const auto row = row_of(formula_constants(), word); row >= 0) {
      rest_.remove_prefix(word.size());
      const auto node = make(Kind::constant, 0, {});
      out_.nodes_[static_cast<std::size_t>(node)].constant =
          formula_constants()[static_cast<std::size_t>(row)].value;
      return node;
    }
    if (!is_path_of_names(word)) {
      return not_understood();
    }
    rest_.remove_prefix(word.size());
    return call(word);
  }

  /// Python looks at what is called, and with how much, when it computes.
  Result<int> call(std::string_view name) {
    SPRANGA_TRY(const auto arguments, arguments_of_call());
    const auto row = row_of(formula_functions(), name);
    if (row < 0 || !arguments) {
      return unknown(std::string(name));
    }
    const auto& function = formula_functions()[static_cast<std::size_t>(row)];
    const auto count = static_cast<int>(arguments->size());
    if (count < function.least || count > function.most) {
      return unknown(std::string(name) + " of " + std::to_string(count) + " values");
    }
    return make(Kind::call, row, *arguments);
  }

  /// nullopt: no parenthesis follows.
  Result<std::optional<std::vector<int>>> arguments_of_call() {
    if (!take("(")) {
      return std::nullopt;
    }
    std::vector<int> arguments;
    if (take(")")) {
      return arguments;
    }
    do {
      SPRANGA_TRY(arguments.emplace_back(), choice());
    } while (take(","));
    if (!take(")")) {
      return not_understood();
    }
    return arguments;
  }

  int unknown(std::string name) {
    out_.unknown_names_.push_back(std::move(name));
    return make(Kind::unknown, static_cast<int>(out_.unknown_names_.size()) - 1, {});
  }

  std::string_view rest_;
  Formula out_;
  int depth_{0};
};

Result<Formula> Formula::parse(std::string_view text) {
  if (text.size() > max_length) {
    return fail(Errc::too_large, "longer than " + std::to_string(max_length) + " bytes");
  }
  return FormulaParser(text).parse();
}

Result<Number> Formula::value(const FormulaInput& input) const {
  return evaluate(root_, input);
}

Result<Number> Formula::evaluate(int index, const FormulaInput& input) const {
  const auto& node = nodes_[static_cast<std::size_t>(index)];
  const auto row = static_cast<std::size_t>(node.table_row);
  switch (node.kind) {
    case Node::Kind::constant:
      return node.constant;
    case Node::Kind::variable:
      return formula_variables()[row].value(input);
    case Node::Kind::unknown:
      return fail(Errc::malformed, "nobody knows " + unknown_names_[row]);
    case Node::Kind::choice:
    case Node::Kind::conjunction:
    case Node::Kind::disjunction:
      return evaluate_logic(node, input);
    default:
      break;
  }
  std::vector<Number> values;
  for (const auto operand : node.operands) {
    SPRANGA_TRY(const auto value, evaluate(operand, input));
    values.push_back(value);
  }
  if (node.kind == Node::Kind::call) {
    return formula_functions()[row].apply(values);
  }
  if (node.kind == Node::Kind::binary) {
    return formula_operators()[row].apply(values[0], values[1]);
  }
  if (node.table_row == logical_not) {
    return Number{values[0].value == 0 ? 1.0 : 0.0, true};
  }
  return Number{node.table_row == negation ? -values[0].value : values[0].value, values[0].whole};
}

Result<Number> Formula::evaluate_logic(const Node& node, const FormulaInput& input) const {
  SPRANGA_TRY(const auto first, evaluate(node.operands[0], input));
  const bool holds = first.value != 0;
  if (node.kind == Node::Kind::choice) {
    return evaluate(node.operands[holds ? 1 : 2], input);
  }
  const bool decided = node.kind == Node::Kind::conjunction ? !holds : holds;
  return decided ? Result<Number>(first) : evaluate(node.operands[1], input);
}

}  // namespace spranga::guard
