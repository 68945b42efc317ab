// Formula: bantime.formula and bantime.factor, which fail2ban hands to Python's eval. Here they are
// a small grammar: numbers, + - * / // % ** << >>, comparisons, not/and/or, `a if b else c`,
// parentheses, ban.Time, ban.Count, banFactor, math.* and a few functions, with Python's
// precedence, its whole numbers and its floored remainder. Nothing is executed and nothing loops. A
// name that nobody knows is an error when it is computed, as in Python, not when it is read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace spranga::guard {

/// A number as Python has them: `7` and `7.0` differ under << and %.
struct Number {
  double value{0};
  bool whole{true};
};

struct FormulaInput {
  double ban_time{0};  // ban.Time: bantime in seconds
  int ban_count{0};    // ban.Count: earlier bans
  Number factor{1, true};
};

class Formula {
public:
  /// Errc::malformed says what is not understood; Errc::too_large where it is too long or too deep.
  [[nodiscard]] static Result<Formula> parse(std::string_view text);

  /// Errc::malformed for what Python would raise: a division by zero, a shift of a fraction.
  [[nodiscard]] Result<Number> value(const FormulaInput& input) const;

  /// Names in it that stand for nothing: what asks for one cannot be computed.
  [[nodiscard]] const std::vector<std::string>& unknown_names() const { return unknown_names_; }

  static constexpr std::size_t max_length = 4096;
  static constexpr int max_depth = 64;

private:
  friend class FormulaParser;

  struct Node {
    enum class Kind {
      constant,
      variable,
      unknown,
      unary,
      binary,
      call,
      choice,
      conjunction,
      disjunction
    };
    Kind kind{Kind::constant};
    Number constant;
    int table_row{0};           // variable, operator, function or unknown name
    std::vector<int> operands;  // indices of nodes
  };

  [[nodiscard]] Result<Number> evaluate(int node, const FormulaInput& input) const;
  [[nodiscard]] Result<Number> evaluate_logic(const Node& node, const FormulaInput& input) const;

  std::vector<Node> nodes_;
  std::vector<std::string> unknown_names_;
  int root_{0};
};

}  // namespace spranga::guard
