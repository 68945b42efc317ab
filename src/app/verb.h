// The table of verbs: what can be typed after `spranga`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/option.h"
#include "words/phrase.h"

namespace spranga::app {

/// Where a verb is named: by `spranga` alone, by `spranga help`, or nowhere.
enum class Listing { overview, help, hidden };

struct Verb {
  std::string_view name;
  words::Word arguments;  // what may follow, "[TARGET...]"; Word::none: nothing
  words::Word help;       // one line
  /// Its options, for help, man page and completion; bound to nothing that is read.
  std::vector<Option> (*options)();
  /// Does it; `arguments` are those after the verb. Returns the exit code.
  int (*run)(std::span<const std::string> arguments);
  Listing listing;
  /// --help and --version are read by the verb, as the program whose place it takes reads them.
  bool own_answers{false};
};

[[nodiscard]] std::span<const Verb> verbs();

/// nullptr where no verb has that name.
[[nodiscard]] const Verb* find_verb(std::string_view name);

/// Runs the verb that the command line names. With none it says what the program can do.
[[nodiscard]] int run_command_line(std::span<const std::string> arguments);

}  // namespace spranga::app
