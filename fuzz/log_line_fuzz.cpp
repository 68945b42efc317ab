// The way from a line to sightings: hostile bytes and expressions, with sessions, several lines and
// every encoding. What comes out is valid UTF-8, and the same line gives the same again.
#include <array>
#include <string>
#include <vector>

#include "fuzz/input.h"
#include "guard/match/matcher.h"
#include "text/utf8.h"

using spranga::fuzz::require;

namespace {

using namespace spranga;

constexpr std::array encodings = {"utf-8", "latin-1", "ascii", "utf-16-le", "koi8-r"};

ban::JailSpec jail_of(std::size_t kind) {
  ban::JailSpec jail;
  jail.name = "fuzz";
  jail.logencoding = encodings[kind % encodings.size()];
  auto& filter = jail.filter;
  filter.maxlines = kind % 3 == 0 ? 3 : 1;
  if (kind % 2 == 0) {
    filter.prefregex = ban::Expression{
        R"(^(?:\S+ )?d\[<F-MLFID>\d+</F-MLFID>\]: <F-CONTENT>.+</F-CONTENT>$)", {"fuzz.conf", 1}};
  }
  filter.failregex = {
      {R"(^<F-NOFAIL>connect</F-NOFAIL> from <HOST>)", {"fuzz.conf", 2}},
      {R"(^<F-MLFFORGET><F-MLFGAINED>ok</F-MLFGAINED></F-MLFFORGET> <F-USER>\S+</F-USER> <HOST>)",
       {"fuzz.conf", 3}},
      {R"(^(?:a+)+b? <SUBNET>$)", {"fuzz.conf", 4}},
      {R"(fail(?:ed)?(?: for <F-USER>\S*</F-USER>)? from <HOST>(?:<F-ALT_USER>\w+</F-ALT_USER>)?)",
       {"fuzz.conf", 5}},
      {R"(^id=<F-ID>\S+</F-ID> n=<F-TUPLE_ID>\w+</F-TUPLE_ID>)", {"fuzz.conf", 6}},
      {R"(^one <HOST>$<SKIPLINES>^two$)", {"fuzz.conf", 7}},
  };
  filter.weakregex = {{R"(weak <F-ATTEMPTS>\d+</F-ATTEMPTS> <HOST>)", {"fuzz.conf", 8}}};
  filter.ignoreregex = {{R"(never)", {"fuzz.conf", 9}}};
  return jail;
}

void feed_all(guard::Matcher& matcher,
              std::string_view text,
              ban::Instant now,
              std::vector<ban::Sighting>& out) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    matcher.feed(text.substr(0, end), now, out);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const auto text = fuzz::as_text(data + 1, size - 1);
  const ban::Instant now(std::chrono::seconds(1'124'013'600));
  const auto jail = jail_of(data[0]);
  std::array<std::vector<ban::Sighting>, 2> seen;
  for (auto& sightings : seen) {
    guard::MatchOptions options;
    options.mode = (data[0] & 0x40) != 0 ? guard::MatchMode::live : guard::MatchMode::replay;
    options.local = guard::Zone::fixed(7200);
    auto matcher = guard::Matcher::make(jail, options, now).value();
    feed_all(*matcher, text, now, sightings);
  }
  require(seen[0].size() == seen[1].size());
  for (std::size_t i = 0; i < seen[0].size(); ++i) {
    const auto& sighting = seen[0][i];
    require(sighting.id == seen[1][i].id && sighting.at == seen[1][i].at);
    require(text::is_valid_utf8(sighting.id));
    require(sighting.attempts >= 1 && sighting.attempts <= 100 && sighting.expression != nullptr);
    for (const auto& match : sighting.matches) {
      require(text::is_valid_utf8(match));
    }
  }
  return 0;
}
