// NearMiss: why a jail that reads a line sees nothing in it. The line is tried again with parts of
// the filter left out; the expression that is nearest is the one most of whose words stand in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ban/instant.h"
#include "ban/jail_spec.h"

namespace spranga::replay {

struct NearMiss {
  enum class Kind {
    ignoreregex,     // an ignoreregex takes it out
    failregex,       // none matches; `lacking` is what the nearest wants first and the line has not
    prefregex,       // does not match
    no_expressions,  // the jail has none
  };

  Kind kind{Kind::no_expressions};
  double nearness{0};   // the higher, the closer
  ban::Origin origin;   // of the expression that is meant
  std::string lacking;  // "" = its words are all there
};

/// `line` is raw text of a log, or with `is_entry` an entry of the journal.
[[nodiscard]] NearMiss explain_miss(const ban::JailSpec& jail,
                                    std::string_view line,
                                    bool is_entry,
                                    ban::Instant today);

/// The words that every match of an expression is likely to hold: its runs of plain text, of four
/// bytes and more, in their order. A guess for people, never used to match.
[[nodiscard]] std::vector<std::string> words_of(std::string_view pattern);

}  // namespace spranga::replay
