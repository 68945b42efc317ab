// Where `spranga regex` finds its filter: a jail, a filter's name or file, or an expression; and
// what is said where it is wrong.
#include <fmt/format.h>

#include <optional>

#include "app/output.h"
#include "app/problem_text.h"
#include "app/regex_head.h"
#include "app/regex_run.h"
#include "guard/match/pipeline.h"
#include "text/escape.h"

namespace spranga::app {

namespace {

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

}  // namespace

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

}  // namespace spranga::app
