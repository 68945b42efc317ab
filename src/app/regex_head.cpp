#include "app/regex_head.h"

#include <fmt/format.h>

#include <utility>

#include "guard/config/python_text.h"

namespace spranga::app {

namespace {

using guard::config::repr;

/// At most so many characters, as fail2ban shortens them.
std::string shortened(std::string_view text) {
  constexpr std::size_t most = 53;
  return guard::config::length(text) <= most
             ? std::string(text)
             : std::string(guard::config::head(text, most - 3)) + "...";
}

/// A dict; the values are shown already.
std::string dict_of(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string text;
  for (const auto& [name, value] : items) {
    text += (text.empty() ? "" : ", ") + repr(name) + ": " + value;
  }
  return "{" + text + "}";
}

std::vector<std::string> text_lines(const RegexLog& log) {
  constexpr std::size_t most_shown = 5;
  if (log.single) {
    return {"Use      single line : " + shortened(log.lines.front())};
  }
  std::vector<std::string> out = {
      fmt::format("Use      multi line : {} line(s)", log.lines.size())};
  for (std::size_t i = 0; i < log.lines.size(); ++i) {
    if (i == most_shown) {
      out.emplace_back("| ...");
      break;
    }
    out.push_back(fmt::format("| {:>2}: {}", i + 1, shortened(log.lines[i])));
  }
  out.emplace_back("`-");
  return out;
}

}  // namespace

std::string maxlines_line(int maxlines) {
  return fmt::format("Use         maxlines : {}", maxlines);
}

std::string datepattern_line(std::string_view pattern,
                             const std::vector<guard::TemplateUse>& templates) {
  const auto name =
      templates.empty() || templates.size() > 2 ? "Default Detectors" : templates.front().name;
  return fmt::format("Use      datepattern : {} : {}", pattern, name);
}

std::vector<std::string> filter_lines(const guard::config::FilterFile& file, ban::Compat compat) {
  const auto* const kind = compat == ban::Compat::v1_0 ? "  failregex" : "     filter";
  std::vector<std::string> out;
  if (file.folder.empty()) {
    out.push_back(fmt::format("Use {} file : {}", kind, file.given));
  } else {
    out.push_back(fmt::format("Use {}{} file : {}, basedir: {}",
                              kind,
                              compat == ban::Compat::v1_0 ? " filter" : "",
                              file.name,
                              file.folder.string()));
  }
  if (!file.parameters.empty()) {
    auto shown = file.parameters;
    for (auto& [name, value] : shown) {
      value = repr(value);
    }
    out.push_back("Use   filter options : " + dict_of(shown));
  }
  return out;
}

std::string real_options_line(const guard::config::LoadedFilter& filter) {
  return "Real  filter options : " + dict_of(filter.real_options);
}

std::string expression_line(std::string_view what, std::string_view expression) {
  return fmt::format("Use {:>11} line : {}", what, shortened(expression));
}

std::vector<std::string> log_lines(const RegexLog& log, std::string_view encoding) {
  if (log.kind == LogKind::text) {
    return text_lines(log);
  }
  return {log.kind == LogKind::file ? "Use         log file : " + log.path
                                    : std::string("Use         systemd journal"),
          fmt::format("Use         encoding : {}", encoding)};
}

}  // namespace spranga::app
