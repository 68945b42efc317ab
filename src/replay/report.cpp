#include "replay/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include <nlohmann/json.hpp>

#include "guard/logs/line_cutter.h"
#include "text/ascii.h"
#include "text/escape.h"
#include "words/phrase.h"

namespace spranga::replay {

namespace {

using words::say;
using words::Word;
using Json = nlohmann::ordered_json;

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

/// Whole seconds where they are.
Json json_time(ban::Instant at) {
  const auto micros = at.time_since_epoch().count();
  constexpr std::int64_t second = 1'000'000;
  if (micros % second == 0) {
    return micros / second;
  }
  return static_cast<double>(micros) / 1e6;
}

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Of a log there may be a million: each is written at once, none is kept as a tree.
void append_ban(std::string& out, const BookedBan& booked, bool with_logins) {
  const auto& ban = booked.ban;
  fmt::format_to(std::back_inserter(out),
                 "    {{\n      \"jail\": {},\n      \"address\": {},\n"
                 "      \"time\": {},\n      \"until\": {}",
                 json_text(ban.jail),
                 json_text(ban.target),
                 json_text(json_time(ban.since)),
                 ban.until ? json_text(json_time(*ban.until)) : "null");
  if (with_logins) {
    fmt::format_to(std::back_inserter(out), ",\n      \"logins\": {}", booked.logins);
  }
  out += "\n    }";
}

/// A member of the report: all bans, or those that hit somebody who logged in.
void append_bans(std::string& out, const char* name, const BookedBans& bans, bool innocents) {
  fmt::format_to(std::back_inserter(out), "  \"{}\": [", name);
  const auto empty = out.size();
  for (const auto& booked : bans) {
    if (!innocents || booked.logins > 0) {
      out += out.size() == empty ? "\n" : ",\n";
      append_ban(out, booked, innocents);
    }
  }
  out += out.size() == empty ? "],\n" : "\n  ],\n";
}

std::string length_of(const ban::Ban& ban) {
  if (!ban.until) {
    return say(Word::replay_row_forever);
  }
  const auto length = std::chrono::round<std::chrono::seconds>(*ban.until - ban.since);
  return say(Word::replay_row_for, {length_text(length)});
}

std::string head(const ReplayResult& result) {
  const auto jails = text::enumerate(result.jails);
  if (!result.first_date || !result.last_date) {
    return say(Word::replay_head_empty, {number(result.lines), jails}) + "\n";
  }
  return say(Word::replay_head,
             {number(result.lines),
              local_time(*result.first_date),
              local_time(*result.last_date),
              jails}) +
         "\n";
}

struct Widths {
  std::size_t jail{0};
  std::size_t address{0};
};

Widths widths_of(const BookedBans& bans) {
  Widths out;
  for (const auto& booked : bans) {
    out.jail = std::max(out.jail, booked.ban.jail.size());
    out.address = std::max(out.address, booked.ban.target.size());
  }
  constexpr std::size_t widest = 43;  // a network of IPv6
  out.address = std::min(out.address, widest);
  return out;
}

std::string padded(const std::string& text, std::size_t width) {
  return fmt::format("{:<{}}", text::escape(text), width);
}

std::string innocents_text(const BookedBans& bans) {
  const auto hit = std::ranges::count_if(bans, [](const auto& one) { return one.logins > 0; });
  if (hit == 0) {
    return bans.empty() ? "" : say(Word::replay_no_innocents) + "\n";
  }
  auto out = "\n" + say(Word::replay_innocents, {std::to_string(hit)}) + "\n";
  const auto widths = widths_of(bans);
  for (const auto& booked : bans) {
    if (booked.logins > 0) {
      out += "  " +
             say(Word::replay_innocent_row,
                 {local_time(booked.ban.since),
                  padded(booked.ban.jail, widths.jail),
                  padded(booked.ban.target, widths.address),
                  length_of(booked.ban),
                  number(booked.logins),
                  text::enumerate(booked.users)}) +
             "\n";
    }
  }
  return out;
}

std::string bans_text(const BookedBans& bans) {
  std::string out = "\n";
  const auto widths = widths_of(bans);
  for (std::size_t i = 0; i < std::min(bans.size(), most_rows); ++i) {
    const auto& booked = bans[i];
    const auto stopped = booked.stopped == 0
                             ? std::string()
                             : say(Word::replay_row_stopped, {number(booked.stopped)});
    out += "  " +
           say(Word::replay_ban_row,
               {local_time(booked.ban.since),
                padded(booked.ban.jail, widths.jail),
                padded(booked.ban.target, widths.address),
                length_of(booked.ban),
                stopped}) +
           "\n";
  }
  if (bans.size() > most_rows) {
    out += "  " + say(Word::replay_more_bans, {std::to_string(bans.size() - most_rows)}) + "\n";
  }
  return out;
}

void note_troubles(const ReplayResult& result, std::vector<std::string>& out) {
  for (const auto& jail : result.bad_jails) {
    out.push_back(say(Word::replay_bad_jail, {jail.name, jail.why}));
  }
  for (const auto& trouble : result.trouble) {
    out.push_back(trouble.unread ? text::escape(trouble.why)
                                 : say(Word::replay_file_damaged, {trouble.why}));
  }
  for (const auto& file : result.matched_by_none) {
    out.push_back(say(Word::replay_matched_by_none, {file}));
  }
  for (const auto& journal : result.exported) {
    out.push_back(say(Word::replay_exported, {journal.file, journal.form}));
  }
  for (const auto& jail : result.deaf_jails) {
    out.push_back(say(Word::replay_deaf_jail, {jail}));
  }
  for (const auto& place : result.quarantined) {
    out.push_back(say(Word::replay_quarantined, {place}));
  }
}

}  // namespace

std::string local_time(ban::Instant at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const auto raw = static_cast<std::time_t>(seconds);
  std::tm parts{};
  std::array<char, 64> text{};
  if (::localtime_r(&raw, &parts) == nullptr ||
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts) == 0) {
    return std::to_string(seconds);
  }
  return text.data();
}

std::string length_text(std::chrono::seconds length) {
  using namespace std::chrono_literals;

  struct Unit {
    std::chrono::seconds length;
    Word word;
  };

  constexpr std::array units = {Unit{24h, Word::length_days},
                                Unit{1h, Word::length_hours},
                                Unit{1min, Word::length_minutes},
                                Unit{1s, Word::report_seconds}};
  std::string out;
  int parts = 0;
  for (const auto& unit : units) {
    const auto count = length / unit.length;
    if (count > 0 && parts < 2) {
      out += (out.empty() ? "" : " ") + say(unit.word, {std::to_string(count)});
      ++parts;
    }
    length -= count * unit.length;
  }
  return out.empty() ? say(Word::report_seconds, {"0"}) : out;
}

std::string text_report(const ReplayResult& result, bool innocents) {
  auto out = head(result);
  if (result.bans.empty()) {
    return out + say(Word::replay_nobody, {number(result.sightings)}) + "\n";
  }
  std::uint64_t stopped = 0;
  for (const auto& booked : result.bans) {
    stopped += booked.stopped;
  }
  out += say(Word::replay_bans,
             {std::to_string(result.bans.size()),
              std::to_string(result.targets),
              number(result.sightings)}) +
         "\n";
  out += say(Word::replay_stopped, {number(stopped)}) + "\n";
  if (innocents) {
    out += innocents_text(result.bans);
  }
  return out + bans_text(result.bans);
}

std::string json_report(const ReplayResult& result, bool innocents, const ReplayTimes& times) {
  constexpr std::size_t about_a_ban = 130;
  constexpr std::size_t about_the_rest = 200;
  std::string out;
  out.reserve(about_a_ban * result.bans.size() + about_the_rest);
  fmt::format_to(std::back_inserter(out),
                 "{{\n  \"lines\": {},\n  \"sightings\": {},\n",
                 result.lines,
                 result.sightings);
  append_bans(out, "bans", result.bans, false);
  if (innocents) {
    append_bans(out, "innocents", result.bans, true);
  }
  fmt::format_to(std::back_inserter(out),
                 "  \"elapsed_s\": {},\n  \"cpu_s\": {}\n}}\n",
                 json_text(times.elapsed_s),
                 json_text(times.cpu_s));
  return out;
}

std::vector<std::string> notes_of(const ReplayResult& result) {
  std::vector<std::string> out;
  note_troubles(result, out);
  if (result.ignorecommand_not_run) {
    out.push_back(say(Word::replay_command_not_run));
  }
  if (!result.names_not_asked.empty()) {
    out.push_back(say(Word::replay_dns_not_asked, {text::enumerate(result.names_not_asked)}));
  }
  if (result.hosts_not_asked > 0) {
    out.push_back(say(Word::replay_hosts_not_asked, {number(result.hosts_not_asked)}));
  }
  if (result.cut_lines > 0) {
    out.push_back(say(Word::replay_cut_lines,
                      {number(result.cut_lines), std::to_string(guard::longest_log_line >> 20U)}));
  }
  if (result.lines > 0 && !result.last_date && !result.jails.empty() && result.exported.empty()) {
    out.push_back(say(Word::replay_no_dates));
  }
  return out;
}

bool is_incomplete(const ReplayResult& result) {
  return !result.bad_jails.empty() || !result.trouble.empty() || !result.exported.empty();
}

}  // namespace spranga::replay
