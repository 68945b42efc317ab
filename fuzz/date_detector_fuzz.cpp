// Dates: any pattern (the first line; "" = the default templates), any lines: places inside the
// line, the same again from a second detector, an error that says something.
#include <algorithm>

#include "fuzz/input.h"
#include "guard/dates/date_detector.h"
#include "text/utf8.h"

using spranga::ban::Instant;
using spranga::fuzz::require;
using spranga::guard::DateDetector;
using spranga::guard::DateSettings;

namespace {

void check_line(DateDetector& one, DateDetector& other, std::string_view line, Instant now) {
  const auto found = one.find(line, now);
  const auto again = other.find(line, now);
  require(found.has_value() == again.has_value());
  if (!found) {
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
