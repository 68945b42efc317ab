#include "app/completion.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "app/verb.h"
#include "finding/catalogue.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

std::vector<std::string> visible_verbs() {
  std::vector<std::string> names;
  for (const auto& verb : verbs()) {
    if (verb.listing != Listing::hidden) {
      names.emplace_back(verb.name);
    }
  }
  return names;
}

/// Words that may follow a verb, where they are known.
std::string arguments_of(const Verb& verb) {
  if (verb.arguments == Word::arguments_shell) {
    return "bash zsh fish";
  }
  if (verb.arguments == Word::arguments_verb) {
    return fmt::format("{}", fmt::join(visible_verbs(), " "));
  }
  std::string ids;
  for (const auto& check : finding::catalogue()) {
    ids += (ids.empty() ? "" : " ") + std::string(check.id);
  }
  return verb.arguments == Word::argument_id ? ids : "";
}

/// For single quotes of a POSIX shell.
std::string zsh_quoted(std::string_view text) {
  std::string out = "'";
  for (const char byte : text) {
    out += byte == '\'' ? "'\\''" : std::string(1, byte);
  }
  return out + "'";
}

// bash

std::string bash_pattern(const Option& option) {
  return option.short_name.empty() ? std::string(option.name)
                                   : fmt::format("{}|{}", option.short_name, option.name);
}

void append(std::string& list, std::string_view separator, std::string_view item) {
  list += list.empty() ? "" : separator;
  list += item;
}

/// What stands behind an option that takes a value.
std::string bash_values(const std::vector<Option>& options) {
  std::string out;
  std::string files;
  std::string free_text;
  for (const auto& option : options) {
    if (!option.choices.empty()) {
      out += fmt::format("        {}) offer=-W words='{}' ;;\n",
                         bash_pattern(option),
                         fmt::join(option.choices, " "));
    } else if (option.takes_value()) {
      append(option.argument == Word::argument_file ? files : free_text, "|", bash_pattern(option));
    }
  }
  out += files.empty() ? "" : fmt::format("        {}) offer=-f ;;\n", files);
  return out + (free_text.empty() ? "" : fmt::format("        {}) ;;\n", free_text));
}

std::string bash_verb(const Verb& verb) {
  const auto options = with_common(verb.options());
  std::string names;
  for (const auto& option : options) {
    append(names, " ", option.name);
  }
  return fmt::format(
      "    {}) case $before in\n{}"
      "        *) words='{}'; [[ $word == -* ]] && words='{}' ;;\n      esac ;;\n",
      verb.name,
      bash_values(options),
      arguments_of(verb),
      names);
}

std::string bash_script() {
  auto out = fmt::format(
      "# bash completion of spranga; made by: spranga completion bash\n"
      "_spranga() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  local offer=-W words=\n"
      "  ((COMP_CWORD > 1)) || words='{} --help --version --lang'\n"
      "  ((COMP_CWORD == 1)) || case ${{COMP_WORDS[1]}} in\n",
      fmt::join(visible_verbs(), " "));
  for (const auto& verb : verbs()) {
    out += verb.listing == Listing::hidden ? "" : bash_verb(verb);
  }
  return out +
         "  esac\n"
         "  if [[ $offer == -f ]]; then\n"
         "    compopt -o filenames 2>/dev/null\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
         "  else\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
         "  fi\n"
         "}\n"
         "complete -F _spranga spranga\n";
}

// zsh

std::string zsh_option(const Option& option) {
  std::string help = say(option.help);
  std::erase_if(help, [](char byte) { return byte == '[' || byte == ']' || byte == ':'; });
  std::string value;
  if (!option.choices.empty()) {
    value = fmt::format(":{}:({})", say(option.argument), fmt::join(option.choices, " "));
  } else if (option.takes_value()) {
    const auto* action = option.argument == Word::argument_file ? "_files" : " ";
    value = fmt::format(":{}:{}", say(option.argument), action);
  }
  const auto one = [&](std::string_view name) {
    return "      " + zsh_quoted(fmt::format("{}[{}]{}", name, help, value)) + " \\\n";
  };
  return (option.short_name.empty() ? "" : one(option.short_name)) + one(option.name);
}

std::string zsh_script() {
  std::string out =
      "#compdef spranga\n"
      "# zsh completion of spranga; made by: spranga completion zsh\n"
      "_spranga() {\n"
      "  local -a verbs\n"
      "  verbs=(\n";
  for (const auto& verb : verbs()) {
    out += verb.listing == Listing::hidden
               ? ""
               : "    " + zsh_quoted(fmt::format("{}:{}", verb.name, say(verb.help))) + "\n";
  }
  out +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\n  fi\n"
      "  local verb=$words[2]\n  shift words\n  (( CURRENT-- ))\n"
      "  case $verb in\n";
  for (const auto& verb : verbs()) {
    if (verb.listing == Listing::hidden) {
      continue;
    }
    out += fmt::format("    {})\n      _arguments -s \\\n", verb.name);
    for (const auto& option : with_common(verb.options())) {
      out += zsh_option(option);
    }
    const auto known = arguments_of(verb);
    out += known.empty() ? "      '*: :_hosts' ;;\n" : fmt::format("      '*: :({})' ;;\n", known);
  }
  return out + "  esac\n}\n_spranga \"$@\"\n";
}

// fish

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char byte : text) {
    out += byte == '\'' || byte == '\\' ? std::string("\\") + byte : std::string(1, byte);
  }
  return out + "'";
}

std::string fish_option(const Verb& verb, const Option& option) {
  const bool is_long = option.name.starts_with("--");
  auto out = fmt::format("complete -c spranga -n '__fish_seen_subcommand_from {}' -{} {}",
                         verb.name,
                         is_long ? "l" : "s",
                         option.name.substr(is_long ? 2 : 1));
  out += option.short_name.empty() ? "" : fmt::format(" -s {}", option.short_name.substr(1));
  if (!option.choices.empty()) {
    out += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
  } else if (option.takes_value()) {
    out += option.argument == Word::argument_file ? " -r -F" : " -x";
  }
  return out + " -d " + fish_quoted(say(option.help)) + "\n";
}

std::string fish_script() {
  std::string out =
      "# fish completion of spranga; made by: spranga completion fish\ncomplete -c spranga -f\n";
  for (const auto& verb : verbs()) {
    if (verb.listing == Listing::hidden) {
      continue;
    }
    out += fmt::format("complete -c spranga -n __fish_use_subcommand -a {} -d {}\n",
                       verb.name,
                       fish_quoted(say(verb.help)));
    for (const auto& option : with_common(verb.options())) {
      out += fish_option(verb, option);
    }
    if (const auto known = arguments_of(verb); !known.empty()) {
      out += fmt::format(
          "complete -c spranga -n '__fish_seen_subcommand_from {}' -a '{}'\n", verb.name, known);
    }
  }
  return out;
}

struct Shell {
  std::string_view name;
  std::string (*script)();
};

constexpr std::array shells = {
    Shell{"bash", bash_script}, Shell{"zsh", zsh_script}, Shell{"fish", fish_script}};

}  // namespace

std::optional<std::string> completion_script(std::string_view shell) {
  const auto* found = std::ranges::find(shells, shell, &Shell::name);
  return found == shells.end() ? std::nullopt : std::optional(found->script());
}

}  // namespace spranga::app
