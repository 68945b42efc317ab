// The options of `spranga check`: one row each. The parser, --help, the man page and the completion
// are made from these rows.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "check/settings.h"
#include "words/phrase.h"

namespace spranga::check {

/// What the options say: settings, and where the secrets are (the files are read by `app`).
struct CheckOptions {
  CheckSettings settings;
  std::string user;
  std::string password_file;
  std::string oauth2_token_file;
};

struct OptionRow {
  std::string_view name;        // "--ports"
  std::string_view short_name;  // "-4", or ""
  words::Word argument;         // what its value is called; Word::none: it takes no value
  std::string_view default_text;
  words::Word help;
  words::Word group;  // the heading that it stands under
  /// Takes the value ("" for a flag). An error says what is wrong with it, without the option's
  /// name.
  Result<void> (*apply)(CheckOptions& options, const std::string& value);
  std::string_view implied{};  // its value where none is given, if it can go without one
};

[[nodiscard]] std::span<const OptionRow> option_rows();

/// What only shows when all options are there: pairs that exclude or need each other.
[[nodiscard]] Result<void> check_together(const CheckOptions& options);

}  // namespace spranga::check
