// Dates: any pattern (the first line; "" = the default templates), any lines: places inside the
// line, the same again from a second detector, an error that says something.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "fuzz/input.h"
#include "guard/dates/date_detector.h"
#include "guard/regex/regex.h"
#include "text/utf8.h"

using spranga::ban::Instant;
using spranga::fuzz::require;
using spranga::guard::DateDetector;
using spranga::guard::DateSettings;
using spranga::guard::Match;
using spranga::guard::MatchStatus;
using spranga::guard::Regex;

namespace {

/// Whether any of its templates matches the line, as their expressions say; of the same ones as the
/// last time, where they are.
bool any_matches(const DateDetector& dates, std::string_view line) {
  static std::map<std::string, std::optional<Regex>, std::less<>> known;
  constexpr std::size_t most = 200;
  if (known.size() > most) {
    known.clear();
  }
  const auto uses = dates.templates();
  return std::ranges::any_of(uses, [&](const auto& use) {
    auto there = known.find(use.regex);
    if (there == known.end()) {
      auto compiled = Regex::compile(use.regex);
      there = known.emplace(use.regex, std::nullopt).first;
      if (compiled) {
        there->second = *std::move(compiled);
      }
    }
    Match match;
    return there->second && there->second->search(line, match) == MatchStatus::matched;
  });
}

void check_line(DateDetector& one, DateDetector& other, std::string_view line, Instant now) {
  const auto found = one.find(line, now);
  const auto again = other.find(line, now);
  require(found.has_value() == again.has_value());
  if (!found) {
    require(!any_matches(one, line));
    return;
  }
  require(found->begin == again->begin && found->end == again->end && found->time == again->time);
  require(found->begin <= found->end && found->end <= line.size());
  require(spranga::text::is_valid_utf8(line.substr(0, found->begin)));
  require(spranga::text::is_valid_utf8(line.substr(found->end)));
  require(!found->empty() || !found->time);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = spranga::text::to_valid_utf8(spranga::fuzz::as_text(data, size));
  std::string_view rest = text;
  const auto take_line = [&] {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
  };
  const Instant now(std::chrono::seconds(1'124'013'600));
  DateSettings settings;
  settings.local = spranga::guard::Zone::fixed(7200);
  if (const auto pattern = take_line(); !pattern.empty()) {
    settings.datepattern = pattern;
  }
  // Keeps the default templates compiled from run to run.
  static auto kept = DateDetector::create({{}, {}, settings.local}, now);
  static_cast<void>(kept->find("1:1:1 12345678 @a", now));
  auto one = DateDetector::create(settings, now);
  auto other = DateDetector::create(settings, now);
  require(one.has_value() == other.has_value());
  if (!one) {
    require(!one.error().detail.empty());
    return 0;
  }
  while (!rest.empty()) {
    check_line(*one, *other, take_line(), now);
  }
  return 0;
}
