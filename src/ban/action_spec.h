// ActionSpec: one action of a jail as the configuration leaves it. Tags that belong to the moment
// of a ban (<ip>, <matches> …) are still in it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spranga::ban {

struct ActionSpec {
  std::string name;       // as verbs call it
  std::string file;       // in action.d, without ".conf"; of a Python script its path
  bool is_script{false};  // *.py: `options` are what it is made with
  /// As fail2ban sets them, in that order: {"actionban", "…"}, {"blocktype?family=inet6", "…"}.
  std::vector<std::pair<std::string, std::string>> options;
  /// How long a command may take: what `options` say of it, read.
  std::chrono::milliseconds timeout{usual_timeout};

  static constexpr std::chrono::milliseconds usual_timeout{60'000};

  /// The last one of that name; nullptr where there is none.
  [[nodiscard]] const std::string* option(std::string_view wanted) const {
    for (auto i = options.size(); i-- > 0;) {
      if (options[i].first == wanted) {
        return &options[i].second;
      }
    }
    return nullptr;
  }
};

}  // namespace spranga::ban
