#include "guard/dates/pattern_fields.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "text/escape.h"

namespace spranga::guard {

namespace {

struct Field {
  std::string_view letters;  // after the %
  std::string_view regex;    // "" = %ExY's, which depends on the year
  std::string_view name;
};

// Longest letters first.
constexpr std::array fields = {
    Field{"ExZ", "(?P<Z>[A-Z](?:[A-Z]{2,4})?)", "ExZone name"},
    Field{"Exz",
          "(?P<z>(?:[A-Z](?:[A-Z]{2,4})?)?[+-][01]\\d(?::?\\d{2})?|[A-Z](?:[A-Z]{2,4})?)",
          "ExZone offset"},
    Field{"Exd", "(?P<d>[1-2]\\d|0[1-9]|3[0-1])", "ExDay"},
    Field{"Exm", "(?P<m>0[1-9]|1[0-2])", "ExMonth"},
    Field{"ExH", "(?P<H>[0-1]\\d|2[0-3])", "Ex24hour"},
    Field{"Exk", " ?(?P<H>[0-1]?\\d|2[0-3])", "%Exk"},
    Field{"Exl", " ?(?P<I>1[0-2]|\\d)", "%Exl"},
    Field{"ExM", "(?P<M>[0-5]\\d)", "ExMinute"},
    Field{"ExS", "(?P<S>[0-5]\\d|6[0-1])", "ExSecond"},
    Field{"ExY", "", "ExYear"},
    Field{"Exy", "(?P<y>\\d{2})", "ExYear2"},
    Field{"%", "%", "%"},
    Field{"a", "(?P<a>mon|tue|wed|thu|fri|sat|sun)", "DAY"},
    Field{"A", "(?P<A>wednesday|thursday|saturday|tuesday|monday|friday|sunday)", "DAYNAME"},
    Field{"b", "(?P<b>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", "MON"},
    Field{"B",
          "(?P<B>september|february|november|december|january|october|august|march|april|june|july|"
          "may)",
          "MONTH"},
    Field{"c",
          "(?P<a>mon|tue|wed|thu|fri|sat|sun)\\s+(?P<b>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|"
          "dec)\\s+(?P<d>3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9])\\s+(?P<H>2[0-3]|[0-1]\\d|\\d):"
          "(?P<M>[0-5]\\d|\\d):(?P<S>6[0-1]|[0-5]\\d|\\d)\\s+(?P<Y>\\d\\d\\d\\d)",
          "%c"},
    Field{"d", "(?P<d>[1-2]\\d|[0 ]?[1-9]|3[0-1])", "Day"},
    Field{"f", "(?P<f>[0-9]{1,6})", "Microseconds"},
    Field{"G", "(?P<G>\\d\\d\\d\\d)", "%G"},
    Field{"H", "(?P<H>[0-1]?\\d|2[0-3])", "24hour"},
    Field{"I", "(?P<I>1[0-2]|0[1-9]|[1-9])", "12hour"},
    Field{"j",
          "(?P<j>36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9])",
          "Yearday"},
    Field{"k", " ?(?P<H>[0-2]?\\d)", "%k"},
    Field{"l", " ?(?P<I>1?\\d)", "%l"},
    Field{"m", "(?P<m>0?[1-9]|1[0-2])", "Month"},
    Field{"M", "(?P<M>[0-5]?\\d)", "Minute"},
    Field{"p", "(?P<p>am|pm)", "AMPM"},
    Field{"S", "(?P<S>[0-5]?\\d|6[0-1])", "Second"},
    Field{"u", "(?P<u>[1-7])", "%u"},
    Field{"U", "(?P<U>5[0-3]|[0-4]\\d|\\d)", "Yearweek"},
    Field{"V", "(?P<V>5[0-3]|0[1-9]|[1-4]\\d|\\d)", "%V"},
    Field{"w", "(?P<w>[0-6])", "Weekday"},
    Field{"W", "(?P<W>5[0-3]|[0-4]\\d|\\d)", "Yearweek"},
    Field{"x",
          "(?P<m>1[0-2]|0[1-9]|[1-9])/(?P<d>3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9])/(?P<y>\\d\\d)",
          "%x"},
    Field{"X", "(?P<H>2[0-3]|[0-1]\\d|\\d):(?P<M>[0-5]\\d|\\d):(?P<S>6[0-1]|[0-5]\\d|\\d)", "%X"},
    Field{"y", "(?P<y>\\d\\d)", "Year2"},
    Field{"Y", "(?P<Y>\\d{4})", "Year"},
    Field{"z", "(?P<z>Z|UTC|GMT|[+-][01]\\d(?::?\\d{2})?)", "Zone offset"},
    Field{"Z", "(?P<Z>Z|[A-Z]{3,5})", "Zone name"}};

/// "20[012]" of {"200", "201", "202"}; "(?:209|210)" where there is no common beginning.
std::string alternatives(const std::set<std::string>& of) {
  const auto& first = *of.begin();
  const auto common = first.substr(0, first.size() - 1);
  if (of.size() == 1) {
    return first;
  }
  std::string last_digits;
  for (const auto& one : of) {
    if (!one.starts_with(common)) {
      return fmt::format("(?:{})", fmt::join(of, "|"));
    }
    last_digits += one.back();
  }
  return fmt::format("{}[{}]", common, last_digits);
}

}  // namespace

std::string decades_until(std::int64_t this_year) {
  constexpr std::int64_t first_year = 2000;
  constexpr std::int64_t step = 3;
  std::set<std::string> decades;
  const auto add = [&](std::int64_t year) { decades.insert(fmt::format("{:03}", year / 10)); };
  add(this_year - 1);
  add(this_year + step);
  for (auto year = first_year; year <= this_year; year += step) {
    add(year);
  }
  return alternatives(decades);
}

Result<ExpandedPattern> expand_fields(std::string_view pattern, std::int64_t this_year) {
  ExpandedPattern out;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] != '%') {
      out.regex += pattern[at];
      out.name += pattern[at];
      ++at;
      continue;
    }
    const auto rest = pattern.substr(at + 1);
    const auto* field = std::ranges::find_if(
        fields, [&](const Field& known) { return rest.starts_with(known.letters); });
    if (field == fields.end()) {
      return fail(Errc::malformed,
                  fmt::format("\"{}\" is no date field; a percent sign is written %%",
                              text::escape_clipped(pattern.substr(at), 4)));
    }
    out.regex += field->regex.empty() ? fmt::format("(?P<Y>{}\\d)", decades_until(this_year))
                                      : std::string(field->regex);
    out.name += field->name;
    at += 1 + field->letters.size();
  }
  return out;
}

bool has_names(std::string_view pattern) {
  for (std::size_t at = 0; at + 1 < pattern.size(); ++at) {
    const bool field = pattern[at] == '%' && (at == 0 || pattern[at - 1] != '%');
    if (field && std::string_view("aAbBpc").find(pattern[at + 1]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace spranga::guard
