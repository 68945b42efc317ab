// Which sections of jail.conf are jails.
#pragma once

#include <string>
#include <vector>

#include "guard/config/layers.h"

namespace spranga::guard::config {

[[nodiscard]] inline std::vector<std::string> jail_sections(const Ini& ini) {
  std::vector<std::string> out;
  for (const auto& [name, options] : ini.sections) {
    if (name != "INCLUDES" && !name.starts_with("KNOWN/")) {
      out.push_back(name);
    }
  }
  return out;
}

}  // namespace spranga::guard::config
