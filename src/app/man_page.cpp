#include "app/man_page.h"

#include <fmt/core.h>

#include <array>

#include "app/help.h"
#include "app/version.h"
#include "render/wrap.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

/// A word or line for roff: backslashes and hyphens are meant as typed.
std::string roff(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    out += byte == '\\' ? "\\e" : byte == '-' ? "\\-" : std::string(1, byte);
  }
  return out;
}

/// A paragraph for roff, in lines of a readable length, none of which begins a request.
std::string paragraph(std::string_view text) {
  constexpr std::size_t width = 72;
  std::string out;
  for (const auto& line : render::wrap(text, width)) {
    out += (line.starts_with('.') || line.starts_with('\'') ? "\\&" : "") + roff(line) + "\n";
  }
  return out;
}

std::string section(Word word) {
  return ".SH " + roff(say(word)) + "\n";
}

std::string tagged(const std::string& tag, const std::string& body) {
  return ".TP\n" + tag + "\n" + body;
}

std::string option_tag(const Option& option) {
  std::string out;
  if (!option.short_name.empty()) {
    out += "\\fB" + roff(option.short_name) + "\\fR, ";
  }
  out += "\\fB" + roff(option.name) + "\\fR";
  if (!option.implied.empty()) {
    return out + "[=\\fI" + roff(say(option.argument)) + "\\fR]";
  }
  return option.takes_value() ? out + " \\fI" + roff(say(option.argument)) + "\\fR" : out;
}

std::string options_section(const Verb& verb) {
  auto out = section(Word::man_options);
  auto group = Word::none;
  for (const auto& option : with_common(verb.options())) {
    if (option.group != group) {
      group = option.group;
      out += ".SS " + roff(say(group)) + "\n";
    }
    auto body = say(option.help);
    if (!option.default_text.empty()) {
      body += " " + say(Word::option_default, {std::string(option.default_text)});
    }
    out += tagged(option_tag(option), paragraph(body));
  }
  return out;
}

std::string exit_section() {
  constexpr std::array codes = {Word::exit_0, Word::exit_1, Word::exit_2, Word::exit_3};
  auto out = section(Word::man_exit_status);
  for (std::size_t code = 0; code < codes.size(); ++code) {
    out += tagged("\\fB" + std::to_string(code) + "\\fR", paragraph(say(codes.at(code))));
  }
  return out + ".PP\n" + paragraph(say(Word::exit_several));
}

std::string environment_section() {
  return section(Word::man_environment) +
         tagged("\\fBSPRANGA_PASSWORD\\fR", paragraph(say(Word::environment_password))) +
         tagged("\\fBNO_COLOR\\fR", paragraph(say(Word::environment_no_color))) +
         tagged("\\fBCOLUMNS\\fR", paragraph(say(Word::environment_columns))) +
         tagged("\\fBLC_ALL\\fR, \\fBLC_MESSAGES\\fR, \\fBLANG\\fR",
                paragraph(say(Word::environment_language)));
}

struct Example {
  Word what;
  std::string_view command;
};

std::string examples_section() {
  constexpr std::array examples = {
      Example{Word::example_domain, "spranga check example.org"},
      Example{Word::example_login, "spranga check example.org --user alice@example.org"},
      Example{Word::example_json, "spranga check mail.example.org --format json -o report.json"},
  };
  auto out = section(Word::man_examples);
  for (const auto& example : examples) {
    out += tagged(roff(say(example.what)), ".EX\n" + roff(example.command) + "\n.EE\n");
  }
  return out;
}

/// What only `check` has.
std::string check_sections() {
  return exit_section() + environment_section() + examples_section();
}

}  // namespace

std::string man_page(const Verb& verb) {
  const bool is_check = verb.arguments == Word::arguments_targets;
  std::string title(verb.name);
  for (auto& letter : title) {
    letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  auto out = fmt::format(".TH SPRANGA\\-{} 1 \"{}\" \"spranga {}\" \"{}\"\n",
                         title,
                         release_date(),
                         version(),
                         roff(say(Word::man_manual)));
  out += section(Word::man_name) + "spranga\\-" + roff(verb.name) + " \\- " + roff(say(verb.help)) +
         "\n";
  out += section(Word::man_synopsis) + "\\fBspranga " + roff(verb.name) + "\\fR";
  out += verb.options().empty() ? "" : " " + roff(say(Word::help_options));
  out += (verb.arguments == Word::none ? "" : " \\fI" + roff(say(verb.arguments)) + "\\fR") + "\n";
  if (const auto about = about_arguments(verb); about != Word::none) {
    out += section(Word::man_description);
    out += is_check ? paragraph(say(Word::check_description)) + ".PP\n" : "";
    out += paragraph(say(about));
  }
  return out + options_section(verb) + (is_check ? check_sections() : "");
}

}  // namespace spranga::app
