#include "guard/config/time_expression.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "guard/config/python_text.h"
#include "text/ascii.h"

namespace spranga::guard::config {

namespace {

constexpr std::size_t max_expression = 4096;
constexpr int max_parentheses = 100;  // Python allows 200 parentheses
constexpr auto no_syntax = "invalid syntax (<string>, line 1)";

struct Unit {
  std::string_view name;
  Number seconds;
};

constexpr std::int64_t day = 86400;
constexpr double year = 1461.0 * day / 4;

/// Longer names stand before those that they begin with.
const std::array units = {
    Unit{"days", day},
    Unit{"day", day},
    Unit{"da", day},
    Unit{"dd", day},
    Unit{"d", day},
    Unit{"weeks", 7 * day},
    Unit{"week", 7 * day},
    Unit{"wee", 7 * day},
    Unit{"we", 7 * day},
    Unit{"ww", 7 * day},
    Unit{"w", 7 * day},
    Unit{"months", year / 12},
    Unit{"month", year / 12},
    Unit{"mon", year / 12},
    Unit{"mo", year / 12},
    Unit{"years", year},
    Unit{"year", year},
    Unit{"yea", year},
    Unit{"ye", year},
    Unit{"yy", year},
    Unit{"y", year},
    Unit{"seconds", std::int64_t{1}},
    Unit{"second", std::int64_t{1}},
    Unit{"sec", std::int64_t{1}},
    Unit{"se", std::int64_t{1}},
    Unit{"ss", std::int64_t{1}},
    Unit{"s", std::int64_t{1}},
    Unit{"minutes", std::int64_t{60}},
    Unit{"minute", std::int64_t{60}},
    Unit{"min", std::int64_t{60}},
    Unit{"mi", std::int64_t{60}},
    Unit{"mm", std::int64_t{60}},
    Unit{"m", std::int64_t{60}},
    Unit{"hours", std::int64_t{3600}},
    Unit{"hour", std::int64_t{3600}},
    Unit{"hou", std::int64_t{3600}},
    Unit{"ho", std::int64_t{3600}},
    Unit{"hh", std::int64_t{3600}},
    Unit{"h", std::int64_t{3600}},
};

std::string real_text(double value) {
  // repr(float): the shortest that reads back, with an exponent from 1e16 on and below 1e-4.
  std::array<char, 64> buffer{};
  const auto size =
      std::abs(value) >= 1e16 || (value != 0 && std::abs(value) < 1e-4)
          ? std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::scientific)
          : std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::fixed);
  std::string out(buffer.data(), size.ptr);
  return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

double real(const Number& number) {
  return std::visit([](auto value) { return static_cast<double>(value); }, number);
}

bool both_whole(const Number& a, const Number& b) {
  return std::holds_alternative<std::int64_t>(a) && std::holds_alternative<std::int64_t>(b);
}

Result<Number> too_large() {
  return fail(Errc::too_large, "the number is too large");
}

/// Python rounds // and % towards minus infinity.
Number floor_divide(std::int64_t a, std::int64_t b) {
  const auto quotient = a / b;
  return quotient - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

Result<Number> power(const Number& a, const Number& b) {
  if (!both_whole(a, b) || std::get<std::int64_t>(b) < 0) {
    const auto value = std::pow(real(a), real(b));
    return std::isfinite(value) ? Result<Number>(value) : too_large();
  }
  std::int64_t out = 1;
  const auto base = std::get<std::int64_t>(a);
  const auto times = std::get<std::int64_t>(b);
  if (base == 0 || base == 1 || base == -1) {
    return Number(times == 0 ? 1 : base == -1 && times % 2 == 0 ? 1 : base);
  }
  for (std::int64_t i = 0; i < times; ++i) {
    if (__builtin_mul_overflow(out, base, &out)) {
      return too_large();
    }
  }
  return Number(out);
}

Result<Number> whole_result(char op, std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  const bool overflow = op == '+'   ? __builtin_add_overflow(a, b, &out)
                        : op == '-' ? __builtin_sub_overflow(a, b, &out)
                                    : __builtin_mul_overflow(a, b, &out);
  return overflow ? too_large() : Result<Number>(Number(out));
}

/// Python's words for a division by nothing.
std::string_view no_division(std::string_view op, bool whole) {
  if (op == "/") {
    return whole ? "division by zero" : "float division by zero";
  }
  if (op == "%") {
    return whole ? "integer modulo by zero" : "float modulo";
  }
  return whole ? "integer division or modulo by zero" : "float floor division by zero";
}

Result<Number> divided_whole(std::string_view op, std::int64_t a, std::int64_t b) {
  if (b == -1) {  // the smallest number has no opposite
    return op == "//" ? whole_result('-', 0, a) : Result<Number>(Number(std::int64_t{0}));
  }
  const auto quotient = std::get<std::int64_t>(floor_divide(a, b));
  return op == "//" ? Number(quotient) : Number(a - quotient * b);
}

Result<Number> divided(std::string_view op, const Number& a, const Number& b) {
  const bool whole = both_whole(a, b);
  if (real(b) == 0) {
    return fail(Errc::malformed, std::string(no_division(op, whole)));
  }
  if (op == "/") {
    return Number(real(a) / real(b));
  }
  if (whole) {
    return divided_whole(op, std::get<std::int64_t>(a), std::get<std::int64_t>(b));
  }
  const auto quotient = std::floor(real(a) / real(b));
  return Number(op == "//" ? quotient : real(a) - quotient * real(b));
}

Result<Number> combine(std::string_view op, const Number& a, const Number& b) {
  if (op == "/" || op == "//" || op == "%") {
    return divided(op, a, b);
  }
  if (both_whole(a, b)) {
    return whole_result(op.front(), std::get<std::int64_t>(a), std::get<std::int64_t>(b));
  }
  const auto value = op == "+"   ? real(a) + real(b)
                     : op == "-" ? real(a) - real(b)
                                 : real(a) * real(b);
  return std::isfinite(value) ? Result<Number>(value) : too_large();
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

bool word_byte(char c) {
  return is_word(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80;
}

/// What a unit stands for, "*3600"; "" where the word is none.
std::string factor_of(std::string_view word) {
  const auto name = text::to_lower(word);
  for (const auto& unit : units) {
    if (name == unit.name) {
      return "*" + to_text(unit.seconds);
    }
  }
  return "";
}

/// "1d12h" → "1*86400 12*3600".
std::string without_units(std::string_view text) {
  std::string spaced;
  for (const char c : text) {
    spaced += digit(c) && !spaced.empty() && letter(spaced.back()) ? " " : "";
    spaced += c;
  }
  std::string out;
  for (std::size_t at = 0; at < spaced.size();) {
    auto end = at;
    while (end < spaced.size() && word_byte(spaced[end])) {
      ++end;
    }
    auto start = at;
    while (start < end && digit(spaced[start])) {
      ++start;  // a number may touch its unit
    }
    const bool may_follow = start > at || (at > 0 && blank(spaced[at - 1]));
    const auto factor =
        may_follow ? factor_of(std::string_view(spaced).substr(start, end - start)) : "";
    out += factor.empty() ? spaced.substr(at, end - at) : spaced.substr(at, start - at) + factor;
    if (end < spaced.size()) {
      out += spaced[end++];
    }
    at = end;
  }
  return out;
}

/// Numbers side by side are a sum: "3600 60" → "3600+60". As in fail2ban a digit on its own is
/// joined to one side only.
std::string with_sums(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    out += text[at];
    auto next = at + 1;
    while (next < text.size() && blank(text[next])) {
      ++next;
    }
    if (digit(text[at]) && next > at + 1 && next < text.size() && digit(text[next])) {
      out += '+';
      out += text[next];
      at = next;
    }
  }
  return out;
}

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
    while (at_ < text_.size() && (blank(text_[at_]) || text_[at_] == '#')) {
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
    if (!out || !minus) {
      return out;
    }
    const auto* const real_value = std::get_if<double>(&*out);
    return real_value != nullptr ? Number(-*real_value) : combine("-", std::int64_t{0}, *out);
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
    while (end < text_.size() && (digit(text_[end]) || (text_[end] == '.' && !fraction) ||
                                  (text_[end] == '_' && end > at_ && digit(text_[end - 1])))) {
      fraction = fraction || text_[end] == '.';
      ++end;
    }
    const auto token = replace_all(std::string_view(text_).substr(at_, end - at_), "_", "");
    if (token.empty() || token == ".") {
      return no_number();
    }
    if (text_[end - 1] == '_' || (end < text_.size() && word_byte(text_[end]))) {
      return fail(Errc::malformed, "invalid decimal literal (<string>, line 1)");
    }
    at_ = end;
    return fraction ? real_number(token) : whole_number(token);
  }

  [[nodiscard]] static Result<Number> real_number(const std::string& token) {
    double value = 0;
    const auto read = std::from_chars(token.data(), token.data() + token.size(), value);
    return read.ec == std::errc() ? Result<Number>(value) : too_large();
  }

  [[nodiscard]] static Result<Number> whole_number(const std::string& token) {
    if (token.front() == '0' && token.find_first_not_of('0') != std::string::npos) {
      return fail(Errc::malformed,
                  "leading zeros in decimal integer literals are not permitted; use an 0o prefix "
                  "for octal integers (<string>, line 1)");
    }
    std::int64_t value = 0;
    const auto read = std::from_chars(token.data(), token.data() + token.size(), value);
    return read.ec == std::errc() ? Result<Number>(value) : too_large();
  }

  /// A name where a number should be.
  [[nodiscard]] Result<Number> no_number() const {
    auto end = at_;
    while (end < text_.size() && word_byte(text_[end])) {
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
  return Arithmetic(with_sums(without_units(text))).run();
}

std::string to_text(const Number& number) {
  const auto* const whole = std::get_if<std::int64_t>(&number);
  return whole != nullptr ? std::to_string(*whole) : real_text(std::get<double>(number));
}

Result<std::chrono::seconds> parse_time(std::string_view text) {
  SPRANGA_TRY(const auto number, evaluate_time(text));
  if (const auto* const whole = std::get_if<std::int64_t>(&number)) {
    return std::chrono::seconds(*whole);
  }
  constexpr auto limit = 9.0e18;
  const auto value = std::get<double>(number);
  if (std::abs(value) > limit) {
    return fail(Errc::too_large, "the number is too large");
  }
  return std::chrono::seconds(static_cast<std::int64_t>(value));
}

}  // namespace spranga::guard::config
