#include "guard/config/time_units.h"

#include <array>
#include <cstdint>

#include "guard/config/python_number.h"
#include "guard/config/python_text.h"
#include "text/ascii.h"

namespace spranga::guard::config {

namespace {

using text::is_digit;

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

bool is_letter(char c) {
  return text::to_lower(c) >= 'a' && text::to_lower(c) <= 'z';
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
    spaced += is_digit(c) && !spaced.empty() && is_letter(spaced.back()) ? " " : "";
    spaced += c;
  }
  std::string out;
  for (std::size_t at = 0; at < spaced.size();) {
    auto end = at;
    while (end < spaced.size() && is_word_byte(spaced[end])) {
      ++end;
    }
    auto start = at;
    while (start < end && is_digit(spaced[start])) {
      ++start;  // a number may touch its unit
    }
    const bool may_follow = start > at || (at > 0 && is_blank_byte(spaced[at - 1]));
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
    while (next < text.size() && is_blank_byte(text[next])) {
      ++next;
    }
    if (is_digit(text[at]) && next > at + 1 && next < text.size() && is_digit(text[next])) {
      out += '+';
      out += text[next];
      at = next;
    }
  }
  return out;
}

}  // namespace

std::string without_time_units(std::string_view text) {
  return with_sums(without_units(text));
}

}  // namespace spranga::guard::config
