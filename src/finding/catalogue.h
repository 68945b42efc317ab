// The catalogue of checks: one row a check id. docs/checks.md, `check --explain` and the verdict
// all read these rows. Ids are fixed: users grep for them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "finding/remedy.h"
#include "words/phrase.h"

namespace spranga::finding {

/// The rule that a check belongs to. `beyond` never changes a verdict.
enum class Rule {
  beyond = 0,
  passwords_over_tls = 1,
  authorised_senders = 2,
  guessing_blocked = 3
};

/// How much a check weighs in its rule. Only `must` decides.
enum class Weight { must, should, inform };

struct Check {
  std::string_view id;  // "A2"
  Rule rule;
  Weight weight;
  words::Word title;               // a noun phrase, ≤ 60 characters
  words::Word meaning;             // why it matters, for a mail admin, two or three sentences
  words::Word method;              // what is sent on the wire and how the answer is read
  std::optional<RemedyId> remedy;  // the usual cure, where there is one
};

/// All rows, in the order of the report: rule 1, 2, 3, beyond.
[[nodiscard]] std::span<const Check> catalogue();

/// The row of `id` (exact, upper case); nullptr where there is none.
[[nodiscard]] const Check* find_check(std::string_view id);

}  // namespace spranga::finding
