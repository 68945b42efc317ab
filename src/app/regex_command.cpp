// `spranga regex`: reads the command line, finds the filter and the log, and prints what the trial
// tells, in fail2ban-regex's words where it prints any.
#include "app/regex_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <optional>

#include "app/output.h"
#include "app/problem_text.h"
#include "app/regex_head.h"
#include "app/regex_log.h"
#include "app/regex_options.h"
#include "app/regex_screen.h"
#include "base/clock.h"
#include "guard/config/compat.h"
#include "guard/config/configuration.h"
#include "guard/config/jail_reader.h"
#include "guard/config/python_text.h"
#include "guard/config/shell_words.h"
#include "guard/match/pipeline.h"
#include "net/system_resolver.h"
#include "replay/regex_rows.h"
#include "replay/regex_summary.h"
#include "replay/regex_trial.h"
#include "text/escape.h"
#include "words/phrase.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

constexpr int exit_failed = 255;
constexpr int exit_wrong_option = 2;

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

/// Which fail2ban the configuration asks for.
ban::Compat imitated(const std::string& folder) {
  guard::config::Problems problems;
  guard::config::Layers layers(folder, problems, true);
  return guard::config::configured_compat(layers, problems);
}

/// What is wrong with an expression, without the file and line before it; nothing where it is about
/// another one.
std::optional<std::string> without_place(const std::string& message,
                                         const ban::Expression& expression) {
  const auto& origin = expression.origin;
  const auto place = fmt::format("{}:{}: ", origin.file, origin.line);
  return origin.file.empty() || !message.starts_with(place)
             ? std::nullopt
             : std::optional(message.substr(place.size()));
}

/// A line for standard output, as fail2ban-regex has it.
Failure refused(const std::string& why) {
  return fail(Errc::malformed, "ERROR: " + why);
}

/// One run of the command.
class RegexRun {
public:
  RegexRun(RegexOptions options, std::vector<std::string> arguments)
      : options_(std::move(options)), arguments_(std::move(arguments)) {}

  /// An error is lines for standard output, as fail2ban-regex prints them.
  Result<void> run();

  Screen& screen() { return screen_; }

private:
  void tell(const std::string& line) {
    if (!options_.for_rows()) {
      screen_.add(line + "\n");
    }
  }

  void tell(const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
      tell(line);
    }
  }

  void read_options();
  Result<void> use_options();
  Result<void> use_datepattern(const std::string& pattern);
  Result<void> find_filter();
  Result<bool> use_jail(const std::string& name);
  Result<void> use_filter(const guard::config::FilterFile& file,
                          const guard::config::FilterOptions& how);
  Result<void> use_settings_of(const std::string& name);
  void take_line(std::string_view text, std::vector<ban::Expression>& into, const char* what);
  Result<void> use_ignoreregex();
  Result<void> prepare(const RegexLog& log);
  [[nodiscard]] Failure refuse_expression(const Error& error) const;
  void tell_log(const RegexLog& log);
  void tell_stopped() const;

  [[nodiscard]] bool is_verbose() const { return options_.verbose != 0; }

  [[nodiscard]] std::size_t most_lines() const {
    return options_.maxlines > 0 ? static_cast<std::size_t>(options_.maxlines) : 20;
  }

  [[nodiscard]] std::vector<std::string> journalmatch() const;
  [[nodiscard]] replay::TrialSettings trial_settings(const RegexLog& log);
  [[nodiscard]] replay::SummarySettings summary_settings(const RegexLog& log) const;

  RegexOptions options_;
  std::vector<std::string> arguments_;
  ban::Instant now_{};
  ban::Compat compat_{ban::Compat::v1_0};
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
  SPRANGA_CHECK(use_options());
  SPRANGA_CHECK(find_filter());
  SPRANGA_CHECK(use_ignoreregex());
  SPRANGA_TRY(const auto log, regex_log(arguments_[0], filter_.maxlines > 1));
  SPRANGA_CHECK(prepare(log));
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

/// Whether the jail of the filter's name keeps the sessions of two clients apart, as our own do.
/// What is wrong with the jail is not this command's business: then it is read as fail2ban's.
bool has_one_client_sessions(const guard::config::LoadedFilter& loaded) {
  if (loaded.file.folder.empty()) {
    return false;
  }
  guard::config::LoadOptions wanted;
  wanted.jails = {loaded.filter.name};
  const auto config = guard::config::load(loaded.file.folder, wanted);
  return config && !config->jails.empty() &&
         config->jails.front().counting == ban::Counting::window;
}

Result<void> RegexRun::find_filter() {
  const auto& given = arguments_[1];
  const bool journal = arguments_[0].starts_with("systemd-journal");
  const guard::config::FilterOptions how{.backend = journal ? "systemd" : "auto"};
  SPRANGA_TRY(const bool is_jail,
              compat_ == ban::Compat::v1_0 ? Result<bool>(false) : use_jail(given));
  const auto file = guard::config::find_filter(options_.config, given);
  if (is_jail) {
    // fail2ban 1.1 looks for a jail of that name first
  } else if (file) {
    SPRANGA_CHECK(use_filter(*file, how));
  } else if (file.error().code == Errc::not_found) {
    take_line(given, filter_.failregex, "failregex");
  } else {
    return refused("Wrong filter name or options: " + file.error().detail +
                   "\n       while parsing: " + given);
  }
  if (options_.maxlines > 0) {
    filter_.maxlines = options_.maxlines;
  }
  if (options_.datepattern) {
    filter_.datepattern = options_.datepattern;
  }
  return {};
}

/// The filter of a jail, as the jail has it; false where there is no such jail. With parameters the
/// name is a filter's.
Result<bool> RegexRun::use_jail(const std::string& name) {
  guard::config::LoadOptions wanted;
  wanted.compat = compat_;
  wanted.jails = {name};
  const auto config = guard::config::load(options_.config, wanted);
  if (!config || config->jails.empty()) {
    return false;
  }
  const auto& jail = config->jails.front();
  tell("Use             jail : " + name);
  one_client_sessions_ = jail.counting == ban::Counting::window;
  filter_ = jail.filter;
  SPRANGA_CHECK(use_settings_of(name));
  return true;
}

/// What is wrong with it stands on standard output in fail2ban's words, and in ours on standard
/// error.
Result<void> RegexRun::use_filter(const guard::config::FilterFile& file,
                                  const guard::config::FilterOptions& how) {
  tell(filter_lines(file, compat_));
  std::vector<guard::config::Problem> problems;
  auto loaded = guard::config::load_filter(file, options_.config, how, problems);
  if (!loaded) {
    for (const auto& problem : problems) {
      app::tell(text::escape(problem_text(problem)));
    }
    const auto& error = loaded.error();
    return fail(error.code,
                (error.code == Errc::io ? "" : "Wrong config file: " + error.detail + "\n") +
                    "ERROR: failed to load filter " + arguments_[1]);
  }
  one_client_sessions_ = has_one_client_sessions(*loaded);
  if (options_.verbose > 1) {
    tell(real_options_line(*loaded));
  }
  filter_ = loaded->filter;
  return use_settings_of(loaded->file.reference);
}

Result<void> RegexRun::use_settings_of(const std::string& name) {
  if (options_.maxlines == 0 && filter_.maxlines_given) {
    if (filter_.maxlines < 1) {
      return refused(
          fmt::format("Invalid value for maxlines ({}) read from {}: maxlines must be "
                      "integer greater than zero",
                      filter_.maxlines,
                      name));
    }
    tell(maxlines_line(filter_.maxlines));
  }
  return filter_.datepattern && !options_.datepattern ? use_datepattern(*filter_.datepattern)
                                                      : Result<void>();
}

void RegexRun::take_line(std::string_view text,
                         std::vector<ban::Expression>& into,
                         const char* what) {
  tell(expression_line(what, text));
  into.push_back({std::string(text), {}});
}

/// What is wrong with the filter's expressions comes first.
Result<void> RegexRun::use_ignoreregex() {
  if (arguments_.size() < 3) {
    return {};
  }
  if (const auto without = guard::Pipeline::make(filter_, {}); !without) {
    return refuse_expression(without.error());
  }
  take_line(arguments_[2], filter_.ignoreregex, "ignoreregex");
  return {};
}

/// Standard output has it as fail2ban says it, standard error with file and line.
Failure RegexRun::refuse_expression(const Error& error) const {
  for (const auto* list : {&filter_.failregex, &filter_.ignoreregex, &filter_.weakregex}) {
    for (const auto& expression : *list) {
      if (auto words = without_place(error.detail, expression)) {
        app::tell(text::escape(error.detail));
        return refused(*words);
      }
    }
  }
  if (filter_.prefregex) {
    if (auto words = without_place(error.detail, *filter_.prefregex)) {
      app::tell(text::escape(error.detail));
      return refused(*words);
    }
  }
  return refused(error.detail);
}

Result<void> RegexRun::prepare(const RegexLog& log) {
  auto made = replay::RegexTrial::make(
      filter_, trial_settings(log), now_, [this](const replay::LineHits& hits) {
        if (rows_) {
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
  settings.check_all = options_.check_all;
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
  names_ = std::make_shared<Names>();
  settings.resolve = [names = names_](std::string_view name) { return (*names)(name); };
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

/// As Python's optparse ends where an option is wrong; fail2ban-regex itself ends with 255.
int wrong_usage(const std::string& message, int code) {
  static_cast<void>(usage_error(message, "spranga help regex"));
  return code;
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
    return wrong_usage(rest.error().detail, exit_wrong_option);
  }
  if (options.show_version) {
    const auto folder =
        options.config.empty() ? guard::config::default_folder().string() : options.config;
    return print(guard::config::version_of(imitated(folder)) + "\n");
  }
  if (const auto excluded = exclusion(options); !excluded.empty()) {
    return wrong_usage(excluded, exit_failed);
  }
  if (rest->size() < 2 || rest->size() > 3) {
    return wrong_usage(say(Word::regex_two_arguments), exit_failed);
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
