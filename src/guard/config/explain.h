// Where each value of a jail comes from, and what it stands instead of.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ban/jail_spec.h"
#include "base/result.h"
#include "guard/config/problem.h"

namespace spranga::guard::config {

struct ExplainedLine {
  std::string text;
  std::vector<ban::Origin> origins;  // of its pieces, in order; interpolation joins several
};

struct ExplainedOption {
  std::string owner;  // "" = the jail; "filter sshd", "action iptables-multiport"
  std::string name;
  std::vector<ExplainedLine> lines;  // of the final value
  ban::Origin origin;                // where the option stands; built in, where it has no file
  /// What the layers below said, as it is written there, nearest first.
  std::vector<std::pair<std::string, ban::Origin>> overrode;
};

struct ExplainedJail {
  bool enabled{false};
  std::vector<ExplainedOption> options;
  std::vector<Problem> problems;  // where there is an error, the options are not complete
};

/// The names of all jails of a folder, enabled or not.
[[nodiscard]] Result<std::vector<std::string>> jails_in(const std::filesystem::path& folder);

/// Errc::not_found: there is no such jail (the detail names one that may be meant), or no folder.
[[nodiscard]] Result<ExplainedJail> explain_jail(const std::filesystem::path& folder,
                                                 const std::string& jail,
                                                 std::optional<ban::Compat> compat);

}  // namespace spranga::guard::config
