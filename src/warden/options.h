// What the warden is told on its command line, by `spranga guard` alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace spranga::warden {

struct Options {
  std::string program;               // spranga: it reads the configuration
  std::vector<std::string> reading;  // arguments for that: -c FOLDER, what the command line set
  int ready_fd{-1};                  // told "ready", or closed before that; -1: nobody waits
  bool dry_run{false};
};

[[nodiscard]] Result<Options> parse_options(int argc, char** argv);

}  // namespace spranga::warden
