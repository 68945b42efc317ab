#include "app/help.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/output.h"
#include "app/terminal.h"
#include "render/wrap.h"

namespace spranga::app {

namespace {

using render::hang;
using render::pad;
using words::say;
using words::Word;

constexpr std::size_t option_column = 30;  // where the words about an option begin

std::size_t help_width() {
  return static_cast<std::size_t>(std::clamp(terminal_width(), 60, 100));
}

std::string option_help(const Option& option) {
  auto words_about = say(option.help);
  if (!option.default_text.empty()) {
    words_about += " " + say(Word::option_default, {std::string(option.default_text)});
  }
  const auto left = "  " + option_usage(option) + "  ";
  if (render::columns(left) > option_column) {
    return left + "\n" + hang(std::string(option_column, ' '), words_about, help_width());
  }
  return hang(pad(left, option_column), words_about, help_width());
}

std::string options_help(const std::vector<Option>& options) {
  std::string out;
  auto group = Word::none;
  for (const auto& option : options) {
    if (option.group != group) {
      group = option.group;
      out += "\n" + hang("", say(group) + ":", help_width());
    }
    out += option_help(option);
  }
  return out;
}

}  // namespace

std::string overview(Listing up_to) {
  auto out = hang("", say(Word::overview_what), help_width());
  out += say(Word::overview_first) + "\n  spranga check mail.example.org\n";
  out += say(Word::overview_no_server) + "\n  spranga tour\n";
  out += say(Word::overview_verbs) + "\n";
  for (const auto& verb : verbs()) {
    if (verb.listing <= up_to) {
      out += hang(pad("  " + std::string(verb.name), 14), say(verb.help), help_width());
    }
  }
  return out + say(Word::overview_more) + "\n";
}

std::string option_usage(const Option& option) {
  auto out = option.short_name.empty() ? "    " : std::string(option.short_name) + ", ";
  out += option.name;
  if (!option.implied.empty()) {
    return out + "[=" + say(option.argument) + "]";
  }
  return option.takes_value() ? out + " " + say(option.argument) : out;
}

std::string usage_of(const Verb& verb) {
  auto out = std::string(verb.name);
  out += verb.options().empty() ? "" : " " + say(Word::help_options);
  return out + (verb.arguments == Word::none ? "" : " " + say(verb.arguments));
}

Word about_arguments(const Verb& verb) {
  constexpr std::array all = {std::pair(Word::arguments_targets, Word::check_target),
                              std::pair(Word::arguments_regex, Word::regex_arguments),
                              std::pair(Word::arguments_files, Word::replay_files),
                              std::pair(Word::arguments_address_files, Word::replay_files)};
  const auto* const found = std::ranges::find(all, verb.arguments, &std::pair<Word, Word>::first);
  return found == all.end() ? Word::none : found->second;
}

std::string help_of(const Verb& verb) {
  auto out = say(Word::help_usage, {usage_of(verb)}) + "\n\n";
  out += hang("", say(verb.help), help_width());
  if (const auto about = about_arguments(verb); about != Word::none) {
    out += "\n" + hang("", say(about), help_width());
  }
  return out + options_help(with_common(verb.options()));
}

int help_command(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    return print(overview(Listing::help));
  }
  const auto* verb = find_verb(arguments.front());
  if (verb == nullptr) {
    return usage_error(say(Word::app_unknown_verb, {arguments.front()}), "spranga help");
  }
  return print(help_of(*verb));
}

}  // namespace spranga::app
