#include "replay/regex_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "guard/config/python_text.h"
#include "guard/match/credentials.h"
#include "replay/regex_rows.h"

namespace spranga::replay {

namespace {

using std::chrono::floor;
using std::chrono::seconds;

/// fail2ban's tree: a head where there is one, and a line for each row; nothing without rows.
std::string tree(const std::vector<std::string>& rows, std::string_view head = "") {
  if (rows.empty()) {
    return "";
  }
  std::string out = head.empty() ? "" : fmt::format("|- {}\n", head);
  for (const auto& row : rows) {
    out += "|  " + row + "\n";
  }
  return out + "`-\n";
}

/// "Fri Aug 14 11:59:59 2026"
std::string clock_text(ban::Instant at, const guard::Zone& zone) {
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto whole = floor<seconds>(at);
  const auto local = whole + seconds(zone.at(whole.time_since_epoch().count()).seconds);
  const auto day = floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(local - day);
  return fmt::format("{} {} {:02} {:02}:{:02}:{:02} {}",
                     days[std::chrono::weekday(day).c_encoding()],
                     months[static_cast<unsigned>(date.month()) - 1],
                     static_cast<unsigned>(date.day()),
                     time.hours().count(),
                     time.minutes().count(),
                     time.seconds().count(),
                     static_cast<int>(date.year()));
}

/// Hidden before it is quoted: the marks of a quotation are no part of a password.
guard::Failure without_credentials(guard::Failure groups) {
  for (auto& field : groups.fields) {
    if (auto* text = std::get_if<std::string>(&field.content)) {
      *text = guard::hide_credentials(*text);
    }
  }
  return groups;
}

class Summary {
public:
  Summary(const RegexTrial& trial, const ban::FilterSpec& filter, const SummarySettings& settings)
      : trial_(trial), filter_(filter), settings_(settings) {}

  std::string text() {
    out_ = "\nResults\n=======\n";
    prefix();
    failregexes();
    ignoreregexes();
    if (settings_.dates) {
      dates();
    }
    out_ += fmt::format("\nLines: {} lines, {} ignored, {} matched, {} missed\n",
                        trial_.tested(),
                        trial_.ignored().count,
                        trial_.matched().count,
                        trial_.missed().count);
    out_ += fmt::format("[processed in {:.2f} sec]\n\n", settings_.elapsed.count());
    if (settings_.print_all_matched) {
      lines("Matched", trial_.matched(), true);
    }
    if (!settings_.print_no_ignored) {
      lines("Ignored", trial_.ignored(), settings_.print_all_ignored);
    }
    if (!settings_.print_no_missed) {
      lines("Missed", trial_.missed(), settings_.print_all_missed);
    }
    return std::move(out_);
  }

private:
  void prefix() {
    const auto& prefix = trial_.pipeline().prefregex();
    if (!prefix) {
      return;
    }
    std::vector<std::string> rows = {prefix->expanded()};
    if (settings_.verbose) {
      const auto& groups = trial_.prefix_groups();
      for (std::size_t i = 0; i < groups.size(); ++i) {
        rows.push_back(
            "    " + (i < settings_.most_lines ? repr_of(without_credentials(groups[i])) : "..."));
      }
    }
    out_ += fmt::format("\nPrefregex: {} total\n", trial_.prefix_matches()) + tree(rows);
  }

  void failregexes() {
    std::vector<std::string> rows;
    std::size_t total = 0;
    for (std::size_t i = 0; i < filter_.failregex.size(); ++i) {
      const auto& hits = trial_.hits()[i];
      total += hits.size();
      if (!hits.empty() || settings_.verbose) {
        rows.push_back(
            fmt::format("{:2}) [{}] {}", i + 1, hits.size(), filter_.failregex[i].pattern));
      }
      if (settings_.verbose) {
        for (const auto& hit : hits) {
          rows.push_back(fmt::format("    {}  {}{}",
                                     hit.id.value_or("None"),
                                     clock_text(hit.at.value_or(settings_.now), settings_.local),
                                     hit.several ? " (multiple regex matched)" : ""));
        }
      }
    }
    expressions("Failregex", total, rows);
  }

  void ignoreregexes() {
    const auto& counts = trial_.pipeline().ignored_by();
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < filter_.ignoreregex.size(); ++i) {
      if (counts[i] > 0 || settings_.verbose) {
        rows.push_back(
            fmt::format("{:2}) [{}] {}", i + 1, counts[i], filter_.ignoreregex[i].pattern));
      }
    }
    expressions("Ignoreregex", std::accumulate(counts.begin(), counts.end(), std::size_t{0}), rows);
  }

  void expressions(std::string_view title,
                   std::size_t total,
                   const std::vector<std::string>& rows) {
    out_ += fmt::format("\n{}: {} total\n", title, total) +
            tree(rows, " #) [# of hits] regular expression");
  }

  void dates() {
    // fail2ban makes the default templates when a line needs them.
    const bool made = filter_.datepattern || trial_.tested() > 0;
    std::vector<std::string> rows;
    for (const auto& used :
         made ? trial_.reader().templates() : std::vector<guard::TemplateUse>{}) {
      if (used.hits == 0 && !settings_.verbose) {
        continue;
      }
      rows.push_back(fmt::format("[{}] {}", used.hits, used.name));
      if (settings_.verbose_date) {
        rows.push_back(fmt::format("    # weight: {:.3f} ({:.3f}), pattern: {}",
                                   used.weight,
                                   used.own_weight,
                                   used.pattern));
        rows.push_back(fmt::format("    # regex:   {}", used.regex));
      }
    }
    out_ += "\nDate template hits:\n" + tree(rows, "[# of hits] date format");
  }

  void lines(std::string_view fate, const KeptLines& kept, bool all) {
    if (kept.count == 0) {
      return;
    }
    const auto head = fmt::format("{} line(s):", fate);
    if (kept.count >= static_cast<std::int64_t>(settings_.most_lines) && !all) {
      std::string lower(fate);
      lower.front() = static_cast<char>(lower.front() - 'A' + 'a');
      out_ += fmt::format("{} too many to print.  Use --print-all-{} to print all {} lines\n",
                          head,
                          lower,
                          kept.count);
      return;
    }
    std::vector<std::string> rows;
    for (const auto& line : kept.lines) {
      rows.push_back(guard::hide_credentials(guard::config::rstrip(line)));
    }
    out_ += tree(rows, head);
  }

  const RegexTrial& trial_;
  const ban::FilterSpec& filter_;
  const SummarySettings& settings_;
  std::string out_;
};

}  // namespace

std::string summary_of(const RegexTrial& trial,
                       const ban::FilterSpec& filter,
                       const SummarySettings& settings) {
  return Summary(trial, filter, settings).text();
}

}  // namespace spranga::replay
