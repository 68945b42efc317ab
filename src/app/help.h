// Help in words: what the program can do, what a verb takes. Made from the tables of verbs and
// options.
#pragma once

#include <span>
#include <string>

#include "app/verb.h"

namespace spranga::app {

/// What `spranga` alone says, in about ten lines, or `spranga help`, which names more verbs.
[[nodiscard]] std::string overview(Listing up_to);

/// `spranga VERB --help`
[[nodiscard]] std::string help_of(const Verb& verb);

/// "-p, --ports LIST"
[[nodiscard]] std::string option_usage(const Option& option);

/// "spranga check [options] [TARGET...]"
[[nodiscard]] std::string usage_of(const Verb& verb);

/// What a verb's arguments may be, in a sentence or two; Word::none: they speak for themselves.
[[nodiscard]] words::Word about_arguments(const Verb& verb);

/// `spranga help [VERB]`
int help_command(std::span<const std::string> arguments);

}  // namespace spranga::app
