// What the catalogue says about a check, for --explain and for docs/checks.md.
#pragma once

#include <string>

#include "finding/catalogue.h"
#include "words/phrase.h"

namespace spranga::render {

/// "Rule 1: Passwords travel only over TLS"; beyond the rules, just its title.
[[nodiscard]] std::string rule_line(finding::Rule rule, words::Language language);

}  // namespace spranga::render
