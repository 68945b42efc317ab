// The options of `spranga check`: the rows of the capability, and those about output.
#include <array>

#include "app/check_command.h"
#include "render/render.h"

namespace spranga::app {

namespace {

using words::Word;

auto choose_colour(Colour& colour) {
  return [&colour](const std::string& value) {
    colour = value == "always"  ? Colour::always
             : value == "never" ? Colour::never
                                : Colour::automatic;
    return Result<void>();
  };
}

auto choose_level(finding::Status& level) {
  return [&level](const std::string& value) {
    using enum finding::Status;
    level = value == "fail"         ? fail
            : value == "warn"       ? warn
            : value == "not_tested" ? not_tested
            : value == "info"       ? info
                                    : pass;
    return Result<void>();
  };
}

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  for (const auto& format : render::formats()) {
    names.push_back(format.name);
  }
  return names;
}

std::vector<Option> output_options(CheckOutput& output) {
  constexpr auto group = Word::group_output;
  // clang-format off
  return {
      {"--format", "-f", Word::argument_format, "text", Word::option_format, group, format_names(), store(output.format)},
      {"--output", "-o", Word::argument_file, "", Word::option_output, group, {}, store(output.file)},
      {"--quiet", "-q", Word::none, "", Word::option_quiet, group, {}, raise(output.quiet)},
      {"--verbose", "-v", Word::none, "", Word::option_verbose, group, {}, raise(output.verbose)},
      {"--level", "-l", Word::argument_level, "pass", Word::option_level, group, {"fail", "warn", "not_tested", "info", "pass"}, choose_level(output.level)},
      {"--colour", "", Word::argument_when, "auto", Word::option_colour, group, {"auto", "always", "never"}, choose_colour(output.colour)},
      {"--explain", "", Word::argument_id, "", Word::option_explain, group, {}, store(output.explain)},
  };
  // clang-format on
}

}  // namespace

std::vector<Option> bind_check_options(check::CheckOptions& options, CheckOutput& output) {
  std::vector<Option> bound;
  for (const auto& row : check::option_rows()) {
    bound.push_back(
        {row.name,
         row.short_name,
         row.argument,
         row.default_text,
         row.help,
         row.group,
         {},
         [&options, apply = row.apply](const std::string& value) { return apply(options, value); },
         row.implied});
  }
  for (auto& option : output_options(output)) {
    bound.push_back(std::move(option));
  }
  return bound;
}

std::vector<Option> check_command_options() {
  check::CheckOptions nobody_reads;
  CheckOutput these;
  auto options = bind_check_options(nobody_reads, these);
  for (auto& option : options) {
    option.apply = [](const std::string&) { return Result<void>(); };
  }
  return options;
}

}  // namespace spranga::app
