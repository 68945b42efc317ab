// What is wrong in a folder of configuration, beyond what fail2ban-client itself looks at.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ban/jail_spec.h"
#include "guard/config/problem.h"

namespace spranga::app {

struct JailTrial {
  std::optional<ban::Compat> compat;
  std::vector<std::string> jails;  // empty: those that are enabled
  bool build{true};                // compiles expressions, reads date patterns and formulas
};

/// Misspelt options, values that mean nothing, and what keeps a jail from working.
[[nodiscard]] std::vector<guard::config::Problem> try_jails(const std::filesystem::path& folder,
                                                            const JailTrial& trial);

/// Adds what `problems` does not have already.
void add_new(std::vector<guard::config::Problem>& problems,
             std::vector<guard::config::Problem> more);

}  // namespace spranga::app
