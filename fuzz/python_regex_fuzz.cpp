// Expressions: whatever the pattern (the first line), it compiles or the error says something; what
// it finds in the other lines are pieces of them, with and without JIT the same.
#include <algorithm>

#include "fuzz/input.h"
#include "guard/regex/regex.h"
#include "text/utf8.h"

using spranga::fuzz::require;
using spranga::guard::Match;
using spranga::guard::MatchStatus;
using spranga::guard::Regex;

namespace {

void check_groups(const Regex& regex, const Match& match, std::string_view text) {
  for (int number = 0; number <= regex.group_count(); ++number) {
    if (match.has(number)) {
      require(match.begin(number) <= match.end(number) && match.end(number) <= text.size());
      require(spranga::text::is_valid_utf8(*match.group(number)));
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = spranga::text::to_valid_utf8(spranga::fuzz::as_text(data, size));
  const std::string_view all = input;
  const auto end = std::min(all.find('\n'), all.size());
  const auto text = all.substr(std::min(end + 1, all.size()));
  const auto regex = Regex::compile(all.substr(0, end));
  if (!regex) {
    require(!regex.error().detail.empty());
    return 0;
  }
  Match match({.steps = 2000, .heap_kib = 1024});
  const auto status = regex->search(text, match);
  if (status != MatchStatus::matched) {
    require(!match.has(0));
    return 0;
  }
  check_groups(*regex, match, text);
  const auto slow = Regex::compile(all.substr(0, end), {.jit = false});
  require(slow.has_value());
  Match other({.steps = 1'000'000, .heap_kib = 64 * 1024});
  if (slow->search(text, other) == MatchStatus::matched) {
    require(other.begin() == match.begin() && other.end() == match.end());
  }
  return 0;
}
