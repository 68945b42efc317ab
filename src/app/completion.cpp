#include "app/completion.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "app/verb.h"

namespace spranga::app {

namespace {

using words::say;
using words::Word;

std::vector<std::string> visible_verbs() {
  std::vector<std::string> names;
  for (const auto& verb : verbs()) {
    if (!verb.hidden) {
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
  return "";
}

/// For single quotes of a POSIX shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char byte : text) {
    out += byte == '\'' ? "'\\''" : std::string(1, byte);
  }
  return out + "'";
}

// bash

std::string bash_verb(const Verb& verb) {
  std::string names;
  std::string files;
  std::string choices;
  std::string free_text;
  for (const auto& option : with_common(verb.options())) {
    names += (names.empty() ? "" : " ") + std::string(option.name);
    const auto pattern = option.short_name.empty()
                             ? std::string(option.name)
                             : fmt::format("{}|{}", option.short_name, option.name);
    if (!option.choices.empty()) {
      choices += fmt::format("        {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")); return ;;\n",
                             pattern,
                             fmt::join(option.choices, " "));
    } else if (option.argument == Word::argument_file) {
      files += (files.empty() ? "" : "|") + pattern;
    } else if (option.takes_value()) {
      free_text += (free_text.empty() ? "" : "|") + pattern;
    }
  }
  auto out = fmt::format("    {})\n      case $before in\n", verb.name) + choices;
  out +=
      files.empty()
          ? ""
          : fmt::format("        {}) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", files);
  out += free_text.empty() ? "" : fmt::format("        {}) return ;;\n", free_text);
  return out +
         fmt::format("      esac\n      words='{}'\n      [[ $word == -* ]] && words='{}' ;;\n",
                     arguments_of(verb),
                     names);
}

std::string bash_script() {
  std::string out =
      "# bash completion of spranga; made by: spranga completion bash\n"
      "_spranga() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
      "  COMPREPLY=()\n";
  out += fmt::format(
      "  if ((COMP_CWORD == 1)); then\n    COMPREPLY=($(compgen -W '{} --help --version' -- "
      "\"$word\"))\n"
      "    return\n  fi\n  case ${{COMP_WORDS[1]}} in\n",
      fmt::join(visible_verbs(), " "));
  for (const auto& verb : verbs()) {
    out += verb.hidden ? "" : bash_verb(verb);
  }
  return out +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
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
    return "      " + quoted(fmt::format("{}[{}]{}", name, help, value)) + " \\\n";
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
    out +=
        verb.hidden ? "" : "    " + quoted(fmt::format("{}:{}", verb.name, say(verb.help))) + "\n";
  }
  out +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\n  fi\n"
      "  local verb=$words[2]\n  shift words\n  (( CURRENT-- ))\n"
      "  case $verb in\n";
  for (const auto& verb : verbs()) {
    if (verb.hidden) {
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
  auto out = fmt::format("complete -c spranga -n '__fish_seen_subcommand_from {}' -l {}",
                         verb.name,
                         option.name.substr(2));
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
    if (verb.hidden) {
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
