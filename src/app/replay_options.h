// What `replay`, `why` and `why-not` share: the logs, the configuration, the jails.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/option.h"
#include "base/result.h"
#include "replay/replay.h"

namespace spranga::app {

struct ReplayRequest {
  std::string config;  // "": the default folder
  std::vector<std::string> jails;
  std::string format{"text"};
  bool bans_only{false};
  replay::ReplayOptions options;
};

/// Those that all three have; `request` must outlive them.
[[nodiscard]] std::vector<Option> bind_log_options(ReplayRequest& request);

/// The jails of the configuration, and what is wrong with it.
struct LoadedJails {
  std::vector<ban::JailSpec> jails;
  std::vector<std::string> problems;  // whole sentences
  bool broken{false};                 // some jail is left out
};

/// Reads the configuration and completes `request.options` from it. An error: nothing can be done.
[[nodiscard]] Result<LoadedJails> load_jails(ReplayRequest& request);

/// "12h", "30d", "1w2d"; nullopt where it is no span of time.
[[nodiscard]] std::optional<std::chrono::seconds> parse_span(std::string_view text);

}  // namespace spranga::app
