// What a live jail tells of lines that are odd: a date that is off or missing, bytes that
// logencoding does not know. Once a day each, in fail2ban's words.
#include <fmt/format.h>

#include <utility>

#include "guard/live/length_text.h"
#include "guard/live/live_jail.h"
#include "guard/match/credentials.h"
#include "ledger/matches.h"
#include "text/python_repr.h"

namespace spranga::guard {

namespace {

using std::chrono::seconds;

/// How often the same oddity of a log is told.
constexpr std::chrono::hours a_day{24};

/// Of a line in the log, for a person to find it again.
constexpr std::size_t longest_shown = 4096;

/// As fail2ban guesses: what is less than an hour late may have been under way.
std::string_view reason_of_odd_date(seconds off) {
  constexpr seconds longest_way{3300};
  return off < seconds(0) && off >= -longest_way ? "latency" : "timezone";
}

}  // namespace

void LiveJail::tell_odd_date(seconds off, std::string_view line, ban::Instant now) {
  if (now < next_odd_date_) {
    return;
  }
  next_odd_date_ = now + a_day;
  const auto hidden = hide_credentials(line);
  say(Level::warning,
      "filter",
      {"Detected a log entry ",
       length_text(std::chrono::abs(off)),
       off < seconds(0) ? " before" : " after",
       " the current time in operation mode. This looks like a ",
       reason_of_odd_date(off),
       " problem. Treating such entries as if they just happened."});
  say(Level::warning,
      "filter",
      {"Please check a jail for a timing issue. Line with odd timestamp: ",
       ledger::cut(hidden, longest_shown)});
}

void LiveJail::tell_no_date(std::string_view last_date, std::string_view line, ban::Instant now) {
  if (now < next_no_date_) {
    return;
  }
  next_no_date_ = now + a_day;
  const auto hidden = hide_credentials(line);
  say(Level::warning,
      "filter",
      {"Found a match but no valid date/time found for ", text::python_repr(last_date), "."});
  say(Level::warning,
      "filter",
      {"Match without a timestamp: ", ledger::cut(hidden, longest_shown)});
  say(Level::warning,
      "filter",
      {"Please try setting a custom date pattern (see man page jail.conf(5))."});
}

void LiveJail::tell_undecodable(const std::string& file, std::string_view raw, ban::Instant now) {
  constexpr std::size_t most_files = 1000;
  auto& told = world_.told_undecodable;
  if (const auto known = told.find(file); known != told.end() && now < known->second) {
    return;
  }
  if (told.size() >= most_files) {
    std::erase_if(told, [now](const auto& one) { return one.second <= now; });
    if (told.size() >= most_files) {
      return;
    }
  }
  told[file] = now + a_day;
  const auto& encoding = spec_.logencoding;
  auto shown = hide_credentials(raw).substr(0, longest_shown);
  if (raw.find('\n') == std::string_view::npos) {
    shown += '\n';  // as it stands in the file
  }
  world_.log.write(Level::warning,
                   "filter",
                   fmt::format("Error decoding line from '{}' with '{}'.",
                               file,
                               encoding == "auto" ? "UTF-8" : encoding));
  world_.log.write(Level::warning,
                   "filter",
                   "Consider setting logencoding to appropriate encoding for this jail. "
                   "Continuing to process line ignoring invalid characters: " +
                       text::python_bytes_repr(shown));
}

}  // namespace spranga::guard
