#include "app/regex_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>

#include "app/output.h"
#include "app/regex_explain.h"
#include "app/regex_head.h"
#include "base/clock.h"
#include "guard/config/compat.h"
#include "guard/config/python_text.h"
#include "guard/config/shell_words.h"
#include "guard/match/pipeline.h"
#include "net/system_resolver.h"
#include "words/phrase.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

ban::UseDns usedns_of(std::string_view text) {
  const std::map<std::string_view, ban::UseDns> known = {
      {"yes", ban::UseDns::yes}, {"warn", ban::UseDns::warn}, {"raw", ban::UseDns::raw}};
  const auto found = known.find(text);
  return found == known.end() ? ban::UseDns::no : found->second;
}

/// Asks DNS once for each name.
class Names {
public:
  std::vector<std::string> operator()(std::string_view name) {
    const auto [place, fresh] = known_.try_emplace(std::string(name));
    if (fresh && known_.size() <= most_names) {
      const auto found =
          resolver_->addresses(place->first, SystemClock().now() + std::chrono::seconds(5));
      if (found) {
        for (const auto& address : *found) {
          place->second.push_back(address.to_string());
        }
      }
    }
    return place->second;
  }

private:
  static constexpr std::size_t most_names = 10'000;

  std::unique_ptr<net::Resolver> resolver_{net::make_resolver()};
  std::map<std::string, std::vector<std::string>> known_;
};

}  // namespace

ban::Compat imitated(const std::string& folder) {
  guard::config::Problems problems;
  guard::config::Layers layers(folder, problems, true);
  return guard::config::configured_compat(layers, problems);
}

Failure refused(const std::string& why) {
  return fail(Errc::malformed, "ERROR: " + why);
}

Result<void> RegexRun::run() {
  read_options();
  tell("\nRunning tests\n=============\n");
  SPRANGA_CHECK(use_options());
  SPRANGA_CHECK(find_filter());
  SPRANGA_CHECK(use_ignoreregex());
  SPRANGA_TRY(const auto log, regex_log(arguments_[0], filter_.maxlines > 1));
  SPRANGA_CHECK(prepare(log));
  if (options_.explain) {
    tell(explain_scan(trial_->pipeline(), trial_->reader()));
  } else {
    tell_log(log);
    tell("");
  }
  const auto begun = SystemClock().now();
  SPRANGA_TRY(
      const bool unfinished,
      read_log(log,
               trial_->reader().newline(),
               journalmatch(),
               {[this](std::string_view raw) { trial_->feed(raw); },
                [this](std::string_view text, ban::Instant at) { trial_->feed_entry(text, at); }}));
  elapsed_ = SystemClock().now() - begun;
  if (options_.explain) {
    tell(explain_cost(trial_->pipeline(), trial_->reader().statistics().lines));
  } else if (!options_.for_rows()) {
    screen_.add(replay::summary_of(*trial_, filter_, summary_settings(log)));
  }
  screen_.flush();
  if (unfinished) {
    app::tell(say(Word::regex_unfinished, {log.path}));
  }
  tell_stopped();
  return {};
}

void RegexRun::read_options() {
  if (options_.now) {
    now_ = ban::Instant(std::chrono::microseconds(std::llround(*options_.now * 1e6)));
  } else {
    now_ = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  if (options_.json) {
    rows_ = replay::json_rows;
  } else if (!options_.out.empty()) {
    rows_ = replay::row_format(options_.out);
  }
  if (options_.config.empty()) {
    options_.config = guard::config::default_folder().string();
  }
  if (options_.datepattern && options_.datepattern->empty()) {
    options_.datepattern.reset();
  }
  compat_ = imitated(options_.config);
}

/// What the options say, in the order in which fail2ban-regex takes it.
Result<void> RegexRun::use_options() {
  if (options_.maxlines < 0) {
    return refused("maxlines must be integer greater than zero");
  }
  if (options_.maxlines > 0) {
    tell(maxlines_line(options_.maxlines));
  }
  if (options_.journalmatch) {
    const auto words = guard::config::split_shell_words(*options_.journalmatch);
    if (!words) {
      return refused(words.error().detail);
    }
  }
  if (options_.timezone) {
    guard::ReaderSettings zone_alone;
    zone_alone.logtimezone = options_.timezone;
    if (!guard::LineReader::make(zone_alone, now_)) {
      return refused("Unknown or unsupported time zone: " +
                     guard::config::repr(*options_.timezone));
    }
  }
  return options_.datepattern ? use_datepattern(*options_.datepattern) : Result<void>();
}

Result<void> RegexRun::use_datepattern(const std::string& pattern) {
  guard::ReaderSettings dates_alone;
  dates_alone.datepattern = pattern;
  const auto reader = guard::LineReader::make(dates_alone, now_);
  if (!reader) {
    return refused(reader.error().detail);
  }
  tell(datepattern_line(pattern, (*reader)->templates()));
  return {};
}

Result<void> RegexRun::prepare(const RegexLog& log) {
  auto made = replay::RegexTrial::make(
      filter_, trial_settings(log), now_, [this](const replay::LineHits& hits) {
        if (!rows_ || options_.explain) {
          return;
        }
        if (options_.json) {
          screen_.add_json(rows_(hits));
        } else {
          screen_.add(rows_(hits));
        }
      });
  if (!made) {
    return refuse_expression(made.error());
  }
  trial_ = *std::move(made);
  return {};
}

replay::TrialSettings RegexRun::trial_settings(const RegexLog& log) {
  replay::TrialSettings settings;
  settings.reader.encoding = log.kind == LogKind::file ? options_.encoding : "utf-8";
  settings.reader.datepattern = filter_.datepattern;
  settings.reader.logtimezone = options_.timezone;
  settings.usedns = usedns_of(options_.usedns);
  settings.raw_hosts = options_.raw;
  settings.one_client_sessions = one_client_sessions_;
  settings.check_all = options_.check_all && !options_.explain;
  settings.timed = options_.explain;
  settings.for_rows = options_.for_rows();
  settings.show_nofail = options_.json;
  settings.all_rows = options_.all_rows;
  settings.print_all_matched = options_.print_all_matched;
  settings.print_all_missed = options_.print_all_missed;
  settings.print_all_ignored = options_.print_all_ignored;
  settings.print_no_missed = options_.print_no_missed;
  settings.print_no_ignored = options_.print_no_ignored;
  settings.keep_groups = is_verbose();
  settings.most_lines = most_lines();
  settings.resolve = [names = std::make_shared<Names>()](std::string_view name) {
    return (*names)(name);
  };
  return settings;
}

replay::SummarySettings RegexRun::summary_settings(const RegexLog& log) const {
  replay::SummarySettings settings;
  settings.verbose = is_verbose();
  settings.verbose_date = options_.verbose_date;
  settings.dates = log.kind != LogKind::journal || filter_.datepattern;
  settings.print_all_matched = options_.print_all_matched;
  settings.print_all_missed = options_.print_all_missed;
  settings.print_all_ignored = options_.print_all_ignored;
  settings.print_no_missed = options_.print_no_missed;
  settings.print_no_ignored = options_.print_no_ignored;
  settings.most_lines = most_lines();
  settings.now = now_;
  settings.elapsed = elapsed_;
  return settings;
}

void RegexRun::tell_log(const RegexLog& log) {
  tell(log_lines(log, options_.encoding));
  if (log.kind == LogKind::journal) {
    if (const auto match = journalmatch(); !match.empty()) {
      const auto words = guard::config::split_shell_words(match.back());
      tell(fmt::format("Use    journal match : {}",
                       fmt::join(words ? *words : std::vector<std::string>{match.back()}, " ")));
    }
  }
}

/// Of several lines in the filter the last one is used, as in fail2ban-regex.
std::vector<std::string> RegexRun::journalmatch() const {
  if (options_.journalmatch) {
    return {*options_.journalmatch};
  }
  return filter_.journalmatch.empty() ? std::vector<std::string>{}
                                      : std::vector<std::string>{filter_.journalmatch.back()};
}

/// Standard error: expressions that were stopped at their step limit.
void RegexRun::tell_stopped() const {
  for (const auto* expression : trial_->pipeline().expressions()) {
    if (expression->limit_hits() > 0) {
      const auto& origin = expression->source().origin;
      const auto place =
          origin.file.empty() ? arguments_[1] : fmt::format("{}:{}", origin.file, origin.line);
      app::tell(
          say(Word::regex_stopped,
              {place, std::to_string(expression->limit_hits()), expression->source().pattern}));
    }
  }
}

}  // namespace spranga::app
