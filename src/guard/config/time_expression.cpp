#include "guard/config/time_expression.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "guard/config/python_text.h"
#include "guard/config/time_units.h"
#include "text/ascii.h"

namespace spranga::guard::config {

namespace {

using text::is_digit;

constexpr std::size_t max_expression = 4096;
constexpr int max_parentheses = 100;  // Python allows 200 parentheses
constexpr auto no_syntax = "invalid syntax (<string>, line 1)";

Failure too_large_number() {
  return fail(Errc::too_large, "the number is too large");
}

/// The grammar, by descent: a sum of products of signed powers of numbers and parentheses.
class Arithmetic {
public:
  explicit Arithmetic(std::string text) : text_(std::move(text)) { skip(); }

  [[nodiscard]] Result<Number> run() {
    if (at_ == text_.size()) {
      return fail(Errc::malformed, "invalid syntax (<string>, line 0)");
    }
    SPRANGA_TRY(const auto value, sum());
    if (at_ < text_.size()) {
      return fail(Errc::malformed,
                  text_[at_] == ')' ? "unmatched ')' (<string>, line 1)" : no_syntax);
    }
    return value;
  }

private:
  void skip() {
    while (at_ < text_.size() && (is_blank_byte(text_[at_]) || text_[at_] == '#')) {
      at_ = text_[at_] == '#' ? std::min(text_.find('\n', at_), text_.size()) : at_ + 1;
    }
  }

  /// Takes `op` where it stands next.
  bool take(std::string_view op) {
    if (!std::string_view(text_).substr(at_).starts_with(op)) {
      return false;
    }
    at_ += op.size();
    skip();
    return true;
  }

  [[nodiscard]] Result<Number> sum() {
    SPRANGA_TRY(auto left, product());
    for (;;) {
      const std::string_view op = take("+") ? "+" : take("-") ? "-" : "";
      if (op.empty()) {
        return left;
      }
      SPRANGA_TRY(const auto right, product());
      SPRANGA_TRY(left, combine(op, left, right));
    }
  }

  [[nodiscard]] Result<Number> product() {
    SPRANGA_TRY(auto left, signed_value());
    for (auto op = factor_operator(); !op.empty(); op = factor_operator()) {
      SPRANGA_TRY(const auto right, signed_value());
      SPRANGA_TRY(left, combine(op, left, right));
    }
    return left;
  }

  /// The operator that stands next, taken; "" where none does.
  std::string_view factor_operator() {
    for (const std::string_view op : {"//", "/", "%", "*"}) {
      if (take(op)) {
        return op;
      }
    }
    return "";
  }

  [[nodiscard]] Result<Number> signed_value() {
    if (depth_ >= max_parentheses) {
      return fail(Errc::too_large, "too many nested parentheses (<string>, line 1)");
    }
    ++depth_;
    const bool minus = take("-");
    auto out = minus || take("+") ? signed_value() : raised();
    --depth_;
    return out && minus ? negated(*out) : out;
  }

  [[nodiscard]] Result<Number> raised() {
    SPRANGA_TRY(const auto base, atom());
    if (!take("**")) {
      return base;
    }
    SPRANGA_TRY(const auto exponent, signed_value());
    return power(base, exponent);
  }

  [[nodiscard]] Result<Number> atom() {
    Result<Number> out;
    if (take("(")) {
      out = sum();
      if (out && !take(")")) {
        return fail(Errc::malformed, "'(' was never closed (<string>, line 1)");
      }
    } else {
      out = literal();
      skip();
    }
    if (out && at_ < text_.size() && text_[at_] == '(') {
      return fail(Errc::malformed, "'int' object is not callable");
    }
    return out;
  }

  [[nodiscard]] Result<Number> literal() {
    auto end = at_;
    bool fraction = false;
    while (end < text_.size() && (is_digit(text_[end]) || (text_[end] == '.' && !fraction) ||
                                  (text_[end] == '_' && end > at_ && is_digit(text_[end - 1])))) {
      fraction = fraction || text_[end] == '.';
      ++end;
    }
    const auto token = replace_all(std::string_view(text_).substr(at_, end - at_), "_", "");
    if (token.empty() || token == ".") {
      return no_number();
    }
    if (text_[end - 1] == '_' || (end < text_.size() && is_word_byte(text_[end]))) {
      return fail(Errc::malformed, "invalid decimal literal (<string>, line 1)");
    }
    at_ = end;
    return fraction ? real_number(token) : whole_number(token);
  }

  [[nodiscard]] static Result<Number> real_number(const std::string& token) {
    double value = 0;
    const auto read = std::from_chars(token.data(), token.data() + token.size(), value);
    return read.ec == std::errc() ? Result<Number>(value) : too_large_number();
  }

  [[nodiscard]] static Result<Number> whole_number(const std::string& token) {
    if (token.front() == '0' && token.find_first_not_of('0') != std::string::npos) {
      return fail(Errc::malformed,
                  "leading zeros in decimal integer literals are not permitted; use an 0o prefix "
                  "for octal integers (<string>, line 1)");
    }
    std::int64_t value = 0;
    const auto read = std::from_chars(token.data(), token.data() + token.size(), value);
    return read.ec == std::errc() ? Result<Number>(value) : too_large_number();
  }

  /// A name where a number should be.
  [[nodiscard]] Result<Number> no_number() const {
    auto end = at_;
    while (end < text_.size() && is_word_byte(text_[end])) {
      ++end;
    }
    const auto rest = rstrip(std::string_view(text_).substr(end));
    const auto name = text_.substr(at_, end - at_);
    return fail(Errc::malformed,
                rest.empty() && !name.empty() ? "name '" + name + "' is not defined" : no_syntax);
  }

  std::string text_;
  std::size_t at_{0};
  int depth_{0};
};

}  // namespace

Result<Number> evaluate_time(std::string_view text) {
  if (text.size() > max_expression) {
    return fail(Errc::too_large, "the expression is too long");
  }
  return Arithmetic(without_time_units(text)).run();
}

Result<std::chrono::seconds> parse_time(std::string_view text) {
  SPRANGA_TRY(const auto number, evaluate_time(text));
  if (const auto* const whole = std::get_if<std::int64_t>(&number)) {
    return std::chrono::seconds(*whole);
  }
  constexpr auto limit = 9.0e18;
  const auto value = std::get<double>(number);
  if (std::abs(value) > limit) {
    return too_large_number();
  }
  return std::chrono::seconds(static_cast<std::int64_t>(value));
}

}  // namespace spranga::guard::config
