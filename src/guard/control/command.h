// Command: the words of one command, as a verb's handler sees them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/control/outcome.h"
#include "guard/control/server.h"

namespace spranga::guard::control {

struct Command {
  Server& server;
  std::span<const Value> words;
  bool multiple{false};  // of multi-set

  /// IndexError where there is none.
  [[nodiscard]] Outcome<Value> at(std::size_t index) const {
    if (index >= words.size()) {
      return raise("IndexError", "list index out of range");
    }
    return words[index];
  }

  /// The same as a text: numbers are taken as they are written.
  [[nodiscard]] Outcome<std::string> text(std::size_t index) const;

  /// From `index` on.
  [[nodiscard]] std::vector<std::string> texts(std::size_t index) const;

  /// The jail whose name is the word at `index`.
  [[nodiscard]] Outcome<JailControl*> jail(std::size_t index) const;
};

/// int(text), with Python's error.
[[nodiscard]] Outcome<std::int64_t> to_integer(const Value& value);

/// float(text), with Python's error.
[[nodiscard]] Outcome<double> to_real(const Value& value);

/// A time as fail2ban reads it, as integer or real.
[[nodiscard]] Outcome<Value> to_seconds(const Value& value);

/// "1", "on", "true", "yes".
[[nodiscard]] bool to_boolean(const Value& value);

using Handler = Outcome<Value> (*)(const Command& command);

struct Verb {
  std::string_view name;
  Handler handler;
  bool defines_commands{false};
};

[[nodiscard]] std::span<const Verb> top_verbs();
[[nodiscard]] std::span<const Verb> server_set_verbs();
[[nodiscard]] std::span<const Verb> server_get_verbs();
[[nodiscard]] std::span<const Verb> jail_set_verbs();
[[nodiscard]] std::span<const Verb> jail_get_verbs();

[[nodiscard]] const Verb* find_verb(std::span<const Verb> verbs, const Value& name);

}  // namespace spranga::guard::control
