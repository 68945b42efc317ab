// `spranga regex`: reads the command line, finds the filter and the log, and prints what the trial
// tells, in fail2ban-regex's words where it prints any.
#include "app/regex_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <map>
#include <memory>

#include "app/output.h"
#include "app/regex_log.h"
#include "app/regex_options.h"
#include "app/version.h"
#include "base/clock.h"
#include "guard/config/configuration.h"
#include "guard/config/python_text.h"
#include "net/system_resolver.h"
#include "replay/regex_rows.h"
#include "replay/regex_summary.h"
#include "replay/regex_trial.h"
#include "text/escape.h"
#include "words/phrase.h"

namespace spranga::app {

namespace {

using guard::config::repr;
using words::say;
using words::Word;

constexpr int exit_failed = 255;
constexpr std::size_t enough_to_print = 64U << 10U;

/// Standard output; on a terminal bytes that would steer it are made visible.
class Screen {
public:
  void add(std::string_view text) {
    if (!terminal_) {
      text_ += text;
    } else {
      escape(text);
    }
    if (text_.size() > enough_to_print) {
      flush();
    }
  }

  void flush() {
    broken_ = print(text_) != 0 || broken_;
    text_.clear();
  }

  /// Nobody reads any more.
  [[nodiscard]] bool broken() const { return broken_; }

private:
  void escape(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find_first_of("\n\t"), text.size());
      text_ += text::escape(text.substr(0, end));
      text_ += text.substr(end, 1);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  bool terminal_{::isatty(STDOUT_FILENO) == 1};
  bool broken_{false};
  std::string text_;
};

/// At most `most` characters, as fail2ban shortens them.
std::string shortened(std::string_view text, std::size_t most = 53) {
  return guard::config::length(text) <= most
             ? std::string(text)
             : std::string(guard::config::head(text, most - 3)) + "...";
}

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

/// One run of the command.
class RegexRun {
public:
  RegexRun(RegexOptions options, std::vector<std::string> arguments)
      : options_(std::move(options)), arguments_(std::move(arguments)) {}

  /// An error is a line for standard output, as fail2ban-regex prints it.
  Result<void> run();

  Screen& screen() { return screen_; }

private:
  void tell(const std::string& line) {
    if (!options_.for_rows()) {
      screen_.add(line + "\n");
    }
  }

  void read_options();
  Result<void> find_filter();
  void tell_filter(const guard::config::LoadedFilter& loaded);
  void take_line(std::string_view text, std::vector<ban::Expression>& into, const char* what);
  Result<void> prepare(const RegexLog& log);
  void tell_log(const RegexLog& log);
  void tell_dates();
  void tell_stopped() const;
  [[nodiscard]] std::vector<std::string> journalmatch() const;
  [[nodiscard]] replay::TrialSettings trial_settings(const RegexLog& log);
  [[nodiscard]] replay::SummarySettings summary_settings(const RegexLog& log) const;

  RegexOptions options_;
  std::vector<std::string> arguments_;
  ban::Instant now_{};
  ban::FilterSpec filter_;
  bool one_client_sessions_{false};
  std::unique_ptr<replay::RegexTrial> trial_;
  std::shared_ptr<Names> names_;
  replay::RowFormat rows_;
  std::chrono::duration<double> elapsed_{0};
  Screen screen_;
};

Result<void> RegexRun::run() {
  read_options();
  tell("\nRunning tests\n=============\n");
  if (options_.maxlines > 0) {
    tell(fmt::format("Use         maxlines : {}", options_.maxlines));
  }
  SPRANGA_CHECK(find_filter());
  if (arguments_.size() == 3) {
    take_line(arguments_[2], filter_.ignoreregex, "ignoreregex");
  }
  SPRANGA_TRY(const auto log, regex_log(arguments_[0], filter_.maxlines > 1));
  SPRANGA_CHECK(prepare(log));
  tell_dates();
  tell_log(log);
  tell("");
  const auto begun = SystemClock().now();
  SPRANGA_TRY(
      const bool unfinished,
      read_log(log,
               trial_->reader().newline(),
               journalmatch(),
               {[this](std::string_view raw) { trial_->feed(raw); },
                [this](std::string_view text, ban::Instant at) { trial_->feed_entry(text, at); }}));
  elapsed_ = SystemClock().now() - begun;
  if (!options_.for_rows()) {
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
}

/// Whether the jail of the filter's name keeps the sessions of two clients apart, as our own do.
/// What is wrong with the jail is not this command's business: then it is read as fail2ban's.
bool has_one_client_sessions(const guard::config::LoadedFilter& loaded) {
  if (loaded.folder.empty()) {
    return false;
  }
  guard::config::LoadOptions wanted;
  wanted.jails = {loaded.filter.name};
  const auto config = guard::config::load(loaded.folder, wanted);
  return config && !config->jails.empty() &&
         config->jails.front().counting == ban::Counting::window;
}

Result<void> RegexRun::find_filter() {
  const auto& given = arguments_[1];
  const bool journal = arguments_[0].starts_with("systemd-journal");
  auto loaded = guard::config::load_filter(
      options_.config, given, {.compat = {}, .backend = journal ? "systemd" : "auto"});
  if (loaded) {
    one_client_sessions_ = has_one_client_sessions(*loaded);
    filter_ = std::move(loaded->filter);
    tell_filter(*loaded);
  } else if (loaded.error().code == Errc::not_found) {
    take_line(given, filter_.failregex, "failregex");
  } else {
    return fail(loaded.error().code,
                loaded.error().detail + "\nERROR: failed to load filter " + given);
  }
  if (options_.maxlines > 0) {
    filter_.maxlines = options_.maxlines;
  }
  if (options_.datepattern) {
    filter_.datepattern = options_.datepattern;
  }
  return {};
}

void RegexRun::tell_filter(const guard::config::LoadedFilter& loaded) {
  if (loaded.folder.empty()) {
    tell(fmt::format("Use   failregex file : {}", loaded.file));
  } else {
    tell(fmt::format(
        "Use   failregex filter file : {}, basedir: {}", loaded.file, loaded.folder.string()));
  }
  if (!loaded.parameters.empty()) {
    std::string text;
    for (const auto& [name, value] : loaded.parameters) {
      text += (text.empty() ? "" : ", ") + repr(name) + ": " + repr(value);
    }
    tell("Use   filter options : {" + text + "}");
  }
  if (options_.maxlines == 0 && filter_.maxlines_given) {
    tell(fmt::format("Use         maxlines : {}", filter_.maxlines));
  }
}

void RegexRun::take_line(std::string_view text,
                         std::vector<ban::Expression>& into,
                         const char* what) {
  tell(fmt::format("Use {:>11} line : {}", what, shortened(text)));
  into.push_back({std::string(text), {}});
}

Result<void> RegexRun::prepare(const RegexLog& log) {
  auto made = replay::RegexTrial::make(
      filter_, trial_settings(log), now_, [this](const replay::LineHits& hits) {
        if (rows_) {
          screen_.add(rows_(hits));
        }
      });
  if (!made) {
    return fail(made.error().code, "ERROR: " + made.error().detail);
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
  settings.check_all = options_.check_all;
  settings.for_rows = options_.for_rows();
  settings.show_nofail = options_.json;
  settings.all_rows = options_.all_rows;
  settings.print_all_matched = options_.print_all_matched;
  settings.print_all_missed = options_.print_all_missed;
  settings.print_all_ignored = options_.print_all_ignored;
  settings.print_no_missed = options_.print_no_missed;
  settings.print_no_ignored = options_.print_no_ignored;
  settings.keep_groups = options_.verbose > 0;
  settings.most_lines = options_.maxlines > 0 ? static_cast<std::size_t>(options_.maxlines) : 20;
  names_ = std::make_shared<Names>();
  settings.resolve = [names = names_](std::string_view name) { return (*names)(name); };
  return settings;
}

replay::SummarySettings RegexRun::summary_settings(const RegexLog& log) const {
  replay::SummarySettings settings;
  settings.verbose = options_.verbose > 0;
  settings.verbose_date = options_.verbose_date;
  settings.dates = log.kind != LogKind::journal;
  settings.print_all_matched = options_.print_all_matched;
  settings.print_all_missed = options_.print_all_missed;
  settings.print_all_ignored = options_.print_all_ignored;
  settings.print_no_missed = options_.print_no_missed;
  settings.print_no_ignored = options_.print_no_ignored;
  settings.most_lines = options_.maxlines > 0 ? static_cast<std::size_t>(options_.maxlines) : 20;
  settings.now = now_;
  settings.elapsed = elapsed_;
  return settings;
}

void RegexRun::tell_dates() {
  if (!filter_.datepattern) {
    return;
  }
  const auto templates = trial_->reader().templates();
  const std::string name = templates.empty() || templates.size() > 2
                               ? "Default Detectors"
                               : std::string(templates.front().name);
  tell(fmt::format("Use      datepattern : {} : {}", *filter_.datepattern, name));
}

void RegexRun::tell_log(const RegexLog& log) {
  if (log.kind == LogKind::text && log.lines.size() == 1) {
    tell("Use      single line : " + shortened(log.lines.front()));
    return;
  }
  if (log.kind == LogKind::text) {
    tell(fmt::format("Use      multi line : {} line(s)", log.lines.size()));
    for (std::size_t i = 0; i < log.lines.size(); ++i) {
      if (i >= 5) {
        tell("| ...");
        break;
      }
      tell(fmt::format("| {:>2}: {}", i + 1, shortened(log.lines[i])));
    }
    tell("`-");
    return;
  }
  tell(log.kind == LogKind::file ? "Use         log file : " + log.path
                                 : std::string("Use         systemd journal"));
  tell("Use         encoding : " + options_.encoding);
  if (log.kind == LogKind::journal && !journalmatch().empty()) {
    tell(fmt::format("Use    journal match : {}", journalmatch().front()));
  }
}

std::vector<std::string> RegexRun::journalmatch() const {
  return options_.journalmatch ? std::vector<std::string>{*options_.journalmatch}
                               : filter_.journalmatch;
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

int wrong_usage(const std::string& message) {
  static_cast<void>(usage_error(message, "spranga help regex"));
  return exit_failed;
}

std::string exclusion(const RegexOptions& options) {
  if (options.print_no_missed && options.print_all_missed) {
    return say(Word::regex_exclude, {"--print-no-missed", "--print-all-missed"});
  }
  if (options.print_no_ignored && options.print_all_ignored) {
    return say(Word::regex_exclude, {"--print-no-ignored", "--print-all-ignored"});
  }
  return options.json && !options.out.empty() ? say(Word::regex_exclude, {"--json", "--out"}) : "";
}

}  // namespace

int regex_command(std::span<const std::string> arguments) {
  RegexOptions options;
  auto rest = read_regex_arguments(options, arguments);
  if (!rest) {
    return wrong_usage(rest.error().detail);
  }
  if (options.show_version) {
    return version_command({});
  }
  if (const auto excluded = exclusion(options); !excluded.empty()) {
    return wrong_usage(excluded);
  }
  if (rest->size() < 2 || rest->size() > 3) {
    return wrong_usage(say(Word::regex_two_arguments));
  }
  RegexRun run(std::move(options), *std::move(rest));
  const auto done = run.run();
  if (!done) {
    run.screen().add(done.error().detail + "\n");
    run.screen().flush();
    return exit_failed;
  }
  return run.screen().broken() ? exit_failed : 0;
}

}  // namespace spranga::app
