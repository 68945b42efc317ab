// The scan of a log's bytes against the plain way: jails with words, without, with sessions and
// with several lines read hostile bytes both ways, and see the same; as old logs, and as live ones
// whose start phase ends within them while the clock goes on.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/input.h"
#include "guard/dates/line_view.h"
#include "guard/match/matcher.h"
#include "text/word_scanner.h"

using spranga::fuzz::require;

namespace {

using namespace spranga;

std::vector<ban::JailSpec> jails_of(std::size_t kind) {
  std::vector<ban::JailSpec> jails(4);
  for (auto& jail : jails) {
    jail.name = "fuzz";
  }
  auto& words = jails[0].filter;
  if (kind % 2 == 0) {
    words.prefregex =
        ban::Expression{R"(^\s*\w+\[\d+\]: (?:warning|lost): <F-CONTENT>.+</F-CONTENT>$)", {}};
  }
  words.failregex = {{R"((?:bad|wrong) password (?=.*from )\S* from <HOST>)", {}},
                     {R"(^(?i:REJECT) of <SUBNET> n=<F-ATTEMPTS>\d+</F-ATTEMPTS>)", {}}};
  words.weakregex = {{R"(hello from <HOST>)", {}}};
  auto& sessions = jails[1].filter;
  sessions.prefregex =
      ban::Expression{R"(^\s*\w+\[<F-MLFID>\d+</F-MLFID>\]: <F-CONTENT>.+</F-CONTENT>$)", {}};
  sessions.failregex = {{R"(^<F-NOFAIL>connect</F-NOFAIL> from <HOST>)", {}},
                        {R"(^<F-MLFFORGET><F-MLFGAINED>Accepted</F-MLFGAINED></F-MLFFORGET>)", {}},
                        {R"(^login of <F-USER>\S+</F-USER> failed)", {}}};
  sessions.ignoreregex = {{R"(never)", {}}};
  jails[2].filter.failregex = {{R"(^\s*\w+ \d+ <HOST>$)", {}}};
  jails[2].filter.ignoreregex = {{R"(never)", {}}};
  jails[3].filter.failregex = {{R"(one <HOST>$<SKIPLINES>^two$)", {}}};
  jails[3].filter.maxlines = 3;
  if (kind % 3 == 0) {
    jails[0].logencoding = "latin-1";
    jails[2].logencoding = "koi8-r";
  }
  if (kind % 5 == 0) {
    jails[0].filter.datepattern = "%H:%M:%S";
    jails[1].filter.datepattern = "{NONE}";
  }
  if (kind % 11 < 3) {
    jails[0].filter.datepattern = "^%Y:%m:%d-%H:%M:%S\n^<W>{DATE}";
    jails[2].filter.datepattern = "^{DATE}";
    jails[3].filter.datepattern = "%d/%b[^/]*/%Y:%H:%M:%S %z";
  }
  return jails;
}

bool is_live(std::size_t kind) {
  return kind % 7 < 3;
}

guard::MatchOptions options_of(std::size_t kind, bool bare) {
  guard::MatchOptions options;
  options.mode = is_live(kind) ? guard::MatchMode::live : guard::MatchMode::replay;
  options.local = guard::Zone::fixed(7200);
  options.bare = bare;
  if (kind % 3 == 1) {
    options.today = ban::Instant(std::chrono::seconds(1'795'737'600));
  }
  return options;
}

using Sightings = std::vector<ban::Sighting>;

struct Both {
  std::unique_ptr<guard::Matcher> plain;
  std::unique_ptr<guard::Matcher> scanned;
  std::unique_ptr<guard::LineReader> reader;   // of the scanned way
  std::unique_ptr<guard::LineReader> skipper;  // of who passes over lines of the same date
  bool knows_words{false};
  Sightings seen;
};

/// Whether the line is one of those that begin with what a reader knows, and tell nothing.
bool tells_nothing(std::string_view raw, const guard::LineScan& scan) {
  return !raw.empty() && raw[0] != '\0' && scan.ascii && scan.words->all().empty();
}

/// Whether the line is one of those that a reader need not read.
bool is_quiet(const guard::LineReader& reader,
              std::string_view raw,
              ban::Instant now,
              const guard::LineScan& scan) {
  const auto start = reader.repeatable(now);
  return !start.empty() && start.back() != '\r' && raw.starts_with(start) &&
         tells_nothing(raw, scan);
}

void skip(guard::LineReader& reader,
          std::string_view raw,
          ban::Instant now,
          const guard::LineScan& scan,
          const guard::DatedLine& read) {
  auto minute = reader.same_minute(now, std::nullopt);
  if (is_quiet(reader, raw, now, scan)) {
    reader.repeat(1, now);
  } else if (tells_nothing(raw, scan) && minute.take(raw)) {
    require(reader.at_second(minute.latest()) == read.at);
    require(reader.repeat_in_minute(1, minute, raw, now, scan).at == read.at);
  } else if (scan.ascii && reader.refuses(raw) && reader.looks_dateless(guard::LineView(raw)) &&
             raw.size() <= guard::longest_line) {
    require(read.undated);
    reader.repeat_dateless(1, now);
  } else {
    const auto& dated = reader.read_scanned(raw, now, scan);
    require(dated.at == read.at && dated.before == read.before && dated.after == read.after);
    require(dated.number == read.number && dated.undated == read.undated);
  }
}

void compare(const Sightings& plain, const Sightings& scanned, bool bare) {
  require(plain.size() == scanned.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const auto& a = plain[i];
    const auto& b = scanned[i];
    require(a.id == b.id && a.at == b.at && a.line == b.line && a.nofail == b.nofail);
    require(a.regex_index == b.regex_index && a.weak == b.weak && a.attempts == b.attempts);
    require(bare || (a.fields == b.fields && a.matches == b.matches));
  }
}

std::vector<Both> both_ways(std::size_t kind,
                            bool bare,
                            ban::Instant now,
                            guard::WordTable& table) {
  std::vector<Both> jails;
  for (const auto& jail : jails_of(kind)) {
    auto& both = jails.emplace_back();
    both.plain = guard::Matcher::make(jail, options_of(kind, false), now).value();
    both.scanned = guard::Matcher::make(jail, options_of(kind, bare), now).value();
    both.reader = guard::LineReader::make(both.scanned->reader_settings(), now).value();
    both.skipper = guard::LineReader::make(both.scanned->reader_settings(), now).value();
    both.knows_words = both.scanned->number_words(table);
  }
  return jails;
}

/// With each engine that this processor has.
text::ScannedLines scan(const guard::WordTable& table, std::string_view text) {
  std::vector<text::WordScanner::Word> words;
  words.reserve(table.words().size());
  for (const auto& word : table.words()) {
    words.push_back({word, static_cast<std::uint32_t>(words.size())});
  }
  text::ScannedLines lines;
  text::WordScanner(words).scan(text, lines);
  for (const auto engine : {text::WordScanner::Engine::avx2, text::WordScanner::Engine::portable}) {
    if (text::WordScanner::can(engine)) {
      text::ScannedLines others;
      text::WordScanner(words, engine).scan(text, others);
      require(lines.ends == others.ends && lines.odd == others.odd);
      require(lines.found == others.found);
    }
  }
  return lines;
}

void end_start_phase(std::vector<Both>& jails) {
  for (auto& both : jails) {
    both.plain->end_start_phase();
    both.scanned->end_start_phase();
    both.reader->end_start_phase();
    both.skipper->end_start_phase();
  }
}

/// Whether a jail that wants every line does not want this one.
bool may_pass(const Both& both, const guard::DatedLine& line, const guard::LineScan& scan) {
  const auto telling = both.scanned->telling_words();
  return !both.knows_words && both.scanned->remembers() == 0 && scan.ascii &&
         line.words != nullptr && line.before.empty() && both.scanned->passes(line.after) &&
         std::ranges::none_of(telling, [&](auto word) { return scan.words->has(word); });
}

void feed(
    Both& both, std::string_view raw, ban::Instant now, const guard::LineScan& scan, bool bare) {
  Sightings plain;
  both.plain->feed(raw, now, plain);
  Sightings scanned;
  const auto& dated = both.reader->read_scanned(raw, now, scan);
  skip(*both.skipper, raw, now, scan, dated);
  require(both.skipper->statistics().dated == both.reader->statistics().dated);
  require(both.skipper->statistics().undated == both.reader->statistics().undated);
  const bool unconcerned =
      both.knows_words && dated.words != nullptr && !both.scanned->is_concerned(*scan.words);
  if (unconcerned || may_pass(both, dated, scan)) {
    both.scanned->miss(dated, now);
  } else {
    both.scanned->feed_line(dated, now, scanned);
  }
  compare(plain, scanned, bare);
  require(both.plain->statistics().missed == both.scanned->statistics().missed);
  require(both.plain->statistics().obsolete == both.scanned->statistics().obsolete);
  require(both.plain->statistics().limit_hits == both.scanned->statistics().limit_hits);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::size_t kind = data[0];
  const auto text = fuzz::as_text(data + 1, size - 1);
  ban::Instant now(std::chrono::seconds(1'124'013'600));
  const bool bare = kind % 2 == 1;
  guard::WordTable table;
  auto jails = both_ways(kind, bare, now, table);
  const auto lines = scan(table, text);

  guard::FoundWords found(table);
  std::size_t begin = 0;
  for (std::uint32_t line = 0; line < lines.ends.size(); ++line) {
    const auto raw = text.substr(begin, lines.ends[line] - begin);
    begin = lines.ends[line] + 1;
    found.clear();
    for (const auto& [of, word] : lines.found) {
      if (of == line) {
        found.add(word);
      }
    }
    if (is_live(kind) && line == lines.ends.size() / 2) {
      end_start_phase(jails);
    }
    now += std::chrono::seconds(is_live(kind) && line % 4 == 3 ? kind : 0);
    const bool ascii = std::find(lines.odd.begin(), lines.odd.end(), line) == lines.odd.end();
    for (auto& both : jails) {
      feed(both, raw, now, {&found, ascii, false}, bare);
    }
  }
  return 0;
}
