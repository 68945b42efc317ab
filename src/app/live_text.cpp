#include "app/live_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include <nlohmann/json.hpp>

#include "words/phrase.h"

namespace spranga::app {

namespace {

using nlohmann::ordered_json;
using words::say;
using words::Word;

std::string text_of(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string local_time(std::int64_t seconds) {
  const auto at = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::localtime_r(&at, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                     parts.tm_year + 1900,
                     parts.tm_mon + 1,
                     parts.tm_mday,
                     parts.tm_hour,
                     parts.tm_min,
                     parts.tm_sec);
}

std::string until_text(const ordered_json& until) {
  return until.is_null() ? say(Word::replay_row_forever) : local_time(until.get<std::int64_t>());
}

std::string joined(const ordered_json& list) {
  std::string out;
  for (const auto& item : list) {
    out += (out.empty() ? "" : ", ") + text_of(item);
  }
  return out;
}

/// Columns as wide as their widest cell; the last one as it is.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i + 1 < row.size() ? fmt::format("{:<{}}  ", row[i], widths[i]) : row[i];
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string of_total(const ordered_json& jail, const char* now, const char* total) {
  return text_of(jail[now]) + " / " + text_of(jail[total]);
}

std::string ban_line(const ordered_json& ban) {
  const auto ended =
      ban["ended"].is_null()
          ? ""
          : ", " + say(Word::live_lifted, {local_time(ban["ended"].get<std::int64_t>())});
  return "  " +
         say(Word::live_why_ban,
             {local_time(ban["since"].get<std::int64_t>()),
              text_of(ban["jail"]),
              text_of(ban["target"]),
              until_text(ban["until"]),
              text_of(ban["count"])}) +
         ended + "\n";
}

std::string standing_line(const ordered_json& jail) {
  if (jail.contains("banned")) {
    const auto& ban = jail["banned"];
    return "  " +
           say(Word::live_why_banned,
               {text_of(jail["jail"]),
                text_of(ban["target"]),
                local_time(ban["since"].get<std::int64_t>()),
                until_text(ban["until"])}) +
           "\n";
  }
  if (jail["count"].get<int>() > 0) {
    return "  " +
           say(Word::live_why_counts,
               {text_of(jail["jail"]), text_of(jail["count"]), text_of(jail["maxretry"])}) +
           "\n";
  }
  return "";
}

}  // namespace

std::string jails_text(const ordered_json& jails) {
  std::vector<std::vector<std::string>> rows{{say(Word::argument_jail),
                                              say(Word::live_head_failed),
                                              say(Word::live_head_banned),
                                              say(Word::live_head_reads),
                                              say(Word::live_head_actions)}};
  for (const auto& jail : jails) {
    rows.push_back({text_of(jail["name"]),
                    of_total(jail, "failed", "failed_total"),
                    of_total(jail, "banned", "banned_total"),
                    jail["reads"].empty() ? say(Word::live_reads_nothing) : joined(jail["reads"]),
                    joined(jail["actions"])});
  }
  return table(rows);
}

/// One of status' "not_well"; what this program does not know is shown as it is.
static std::string trouble_text(const ordered_json& trouble) {
  struct Row {
    std::string_view what;
    Word word;
  };

  constexpr Row rows[] = {
      {"jail_left_out", Word::trouble_jail_left_out},
      {"configuration", Word::trouble_configuration},
      {"ledger", Word::trouble_ledger},
      {"ledger_dropped", Word::trouble_ledger_dropped},
      {"journal_suppressed", Word::trouble_journal_suppressed},
      {"log_behind", Word::trouble_log_behind},
      {"log_lost", Word::trouble_log_lost},
      {"firewall", Word::trouble_firewall},
      {"firewall_lacks", Word::trouble_firewall_lacks},
      {"action", Word::trouble_action},
      {"mail", Word::trouble_mail},
      {"lines_dropped", Word::trouble_lines_dropped},
      {"names_dropped", Word::trouble_names_dropped},
      {"log", Word::trouble_log},
      {"reads_nothing", Word::trouble_reads_nothing},
      {"jit_off", Word::trouble_jit_off},
      {"quarantined", Word::trouble_quarantined},
      {"set_nearly_full", Word::trouble_set_nearly_full},
  };
  const auto what = text_of(trouble["what"]);
  const auto text = text_of(trouble["text"]);
  const auto* const row = std::ranges::find(rows, what, &Row::what);
  return row == std::end(rows) ? what + ": " + text : say(row->word, {text});
}

std::string status_text(const ordered_json& status) {
  std::string out = say(Word::live_status_head,
                        {text_of(status["folder"]),
                         text_of(status["version"]),
                         local_time(status["since"].get<std::int64_t>()),
                         text_of(status["pid"]),
                         text_of(status["lines"])}) +
                    "\n";
  if (status["dry_run"].get<bool>()) {
    out += say(Word::live_dry_run) + "\n";
  }
  out += "\n" + jails_text(status["jails"]) + "\n";
  if (status["not_well"].empty()) {
    return out + say(Word::live_all_is_well) + "\n";
  }
  out += say(Word::live_not_well) + "\n";
  for (const auto& trouble : status["not_well"]) {
    out += "  " + trouble_text(trouble) + "\n";
  }
  return out;
}

std::string top_text(const ordered_json& top) {
  if (top.empty()) {
    return say(Word::live_top_nobody) + "\n";
  }
  std::vector<std::vector<std::string>> rows{{say(Word::live_head_target),
                                              say(Word::live_head_failures),
                                              say(Word::live_head_bans),
                                              say(Word::live_head_last)}};
  for (const auto& one : top) {
    rows.push_back({text_of(one["target"]),
                    text_of(one["failures"]),
                    text_of(one["bans"]),
                    local_time(one["last"].get<std::int64_t>())});
  }
  return table(rows);
}

std::string sighting_text(const ordered_json& seen) {
  auto out = "  " + say(Word::live_why_seen,
                        {local_time(seen["at"].get<std::int64_t>()),
                         text_of(seen["jail"]),
                         text_of(seen["rule"])});
  if (seen["weak"].get<bool>()) {
    out += say(Word::why_weak);
  }
  if (const auto times = seen.value("times", 1); times > 1) {
    out += say(Word::live_why_times, {std::to_string(times)});
  }
  out.append("\n      ").append(text_of(seen["line"])).append("\n");
  return out;
}

std::string why_text(const ordered_json& why) {
  std::string out;
  for (const auto& seen : why["sightings"]) {
    out.insert(0, sighting_text(seen));
  }
  std::string bans;
  for (const auto& ban : why["bans"]) {
    bans.insert(0, ban_line(ban));
  }
  std::string standing;
  for (const auto& jail : why["jails"]) {
    standing += standing_line(jail);
  }
  const auto address = text_of(why["address"]);
  if (!out.empty()) {
    out = say(Word::live_why_sightings, {address}) + "\n" + out;
  }
  if (!bans.empty()) {
    out += say(Word::live_why_bans) + "\n" + bans;
  }
  out += standing.empty() ? say(Word::live_why_nowhere, {address}) + "\n"
                          : say(Word::live_why_now) + "\n" + standing;
  if (const auto never = text_of(why["never"]); !never.empty()) {
    out += say(Word::live_why_never, {address, never}) + "\n";
  }
  return out;
}

}  // namespace spranga::app
