// Running another program to its end. No shell: arguments go as they are.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace spranga::process {

struct RunOptions {
  std::map<std::string, std::string> environment;  // added to ours
  std::string folder;                              // to run in; "" = ours
};

struct Finished {
  int exit_code{0};    // 128 + the signal's number where one ended it
  std::string output;  // standard output, at most max_output bytes
  std::string errors;  // standard error, likewise
};

constexpr std::size_t max_output = 8UL << 20U;

/// Standard input is /dev/null. argv[0] is looked up in PATH. An error only where it could not be
/// started.
[[nodiscard]] Result<Finished> run_program(const std::vector<std::string>& argv,
                                           const RunOptions& options = {});

}  // namespace spranga::process
