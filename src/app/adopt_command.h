// `spranga adopt`: the configuration of fail2ban becomes spranga's own.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/option.h"
#include "base/result.h"

namespace spranga::app {

struct Adopted {
  int files{0};
  int folders{0};
  int links{0};
  std::vector<std::string> left_out;    // neither file nor folder nor link
  std::vector<std::string> links_back;  // links that lead into the folder copied from
};

/// Copies a folder with its modes, owners and links to a place where nothing is. It appears there
/// as a whole or not at all. Owners are kept where the caller may give files away.
[[nodiscard]] Result<Adopted> adopt(const std::string& from, const std::string& to);

[[nodiscard]] std::vector<Option> adopt_command_options();
int adopt_command(std::span<const std::string> arguments);

}  // namespace spranga::app
