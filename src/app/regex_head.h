// What fail2ban-regex prints before it reads: what it uses. Lines without their end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/regex_log.h"
#include "guard/config/configuration.h"
#include "guard/match/line_reader.h"

namespace spranga::app {

[[nodiscard]] std::string maxlines_line(int maxlines);

/// `templates` are those of the pattern.
[[nodiscard]] std::string datepattern_line(std::string_view pattern,
                                           const std::vector<guard::TemplateUse>& templates);

/// The filter's name, and its parameters where it has some.
[[nodiscard]] std::vector<std::string> filter_lines(const guard::config::FilterFile& file,
                                                    ban::Compat compat);

[[nodiscard]] std::string real_options_line(const guard::config::LoadedFilter& filter);

/// `what` is "failregex" or "ignoreregex".
[[nodiscard]] std::string expression_line(std::string_view what, std::string_view expression);

[[nodiscard]] std::vector<std::string> log_lines(const RegexLog& log, std::string_view encoding);

}  // namespace spranga::app
