// `spranga check TARGET...`
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/option.h"
#include "app/terminal.h"
#include "check/options.h"
#include "finding/finding.h"

namespace spranga::app {

/// What the options of `check` say about output.
struct CheckOutput {
  std::string format{"text"};
  std::string file;  // "": standard output
  bool quiet{false};
  bool verbose{false};
  finding::Status level{finding::Status::pass};
  std::string explain;  // a check's id
  Colour colour{Colour::automatic};
};

/// All options of `check`, filling the two structs, which must outlive them.
[[nodiscard]] std::vector<Option> bind_check_options(check::CheckOptions& options,
                                                     CheckOutput& output);

/// For help, man page and completion.
[[nodiscard]] std::vector<Option> check_command_options();

/// 1 if any target needs an upgrade, else 2 if any is not proven, else 3 if any could not be
/// reached, else 0.
[[nodiscard]] int exit_code_of(std::span<const finding::Report> reports);

int check_command(std::span<const std::string> arguments);

}  // namespace spranga::app
