#include "guard/logs/journal_cursor.h"

#include <charconv>

namespace spranga::guard {

namespace {

std::optional<std::uint64_t> hex_in(std::string_view text) {
  constexpr int base = 16;
  std::uint64_t out = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out, base);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return whole ? std::optional(out) : std::nullopt;
}

}  // namespace

std::optional<JournalCursor> JournalCursor::parse(std::string_view text) {
  JournalCursor out;
  constexpr unsigned all = 6;
  unsigned found = 0;
  const auto number = [&found](std::string_view value, std::uint64_t& to) {
    const auto parsed = hex_in(value);
    to = parsed.value_or(0);
    found += parsed ? 1 : 0;
  };
  const auto name = [&found](std::string_view value, std::string_view& to) {
    to = value;
    found += value.empty() ? 0 : 1;
  };
  while (!text.empty()) {
    const auto item = text.substr(0, text.find(';'));
    text.remove_prefix(item.size() == text.size() ? item.size() : item.size() + 1);
    if (item.size() < 2 || item[1] != '=') {
      return std::nullopt;
    }
    const auto value = item.substr(2);
    switch (item[0]) {
      case 's':
        name(value, out.sequence);
        break;
      case 'i':
        number(value, out.number);
        break;
      case 'b':
        name(value, out.boot);
        break;
      case 'm':
        number(value, out.monotonic_us);
        break;
      case 't':
        number(value, out.realtime_us);
        break;
      case 'x':
        number(value, out.hash);
        break;
      default:
        break;  // of a newer libsystemd
    }
  }
  return found == all ? std::optional(out) : std::nullopt;
}

std::strong_ordering in_order(const JournalCursor& one, const JournalCursor& other) {
  if (one.sequence == other.sequence && one.number != other.number) {
    return one.number <=> other.number;
  }
  if (one.boot == other.boot && one.monotonic_us != other.monotonic_us) {
    return one.monotonic_us <=> other.monotonic_us;
  }
  if (one.realtime_us != other.realtime_us) {
    return one.realtime_us <=> other.realtime_us;
  }
  return one.hash <=> other.hash;
}

}  // namespace spranga::guard
