// spranga.conf: what fail2ban has no option for.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/config/layers.h"
#include "guard/config/problem.h"

namespace spranga::guard::config {

struct OwnSetting {
  std::string_view name;
  std::string_view standard;
  std::vector<std::string_view> choices;  // empty: any text
};

[[nodiscard]] const std::vector<OwnSetting>& own_settings();

/// All of them, with their standard where the file says nothing. One that has no such choice is
/// warned of, and its standard holds.
[[nodiscard]] std::map<std::string, std::string> read_own_settings(Layers& layers,
                                                                   Problems& problems);

}  // namespace spranga::guard::config
