// The running guard as a partner in conversation: what `status`, `jails`, `ban`, `unban`, `top`,
// `reload` and `why` ask it over its control socket.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/option.h"
#include "base/result.h"

namespace spranga::app {

struct LiveSettings {
  std::string folder;  // of the configuration; "" = the default one
  std::string socket;  // "" = as the configuration says
  bool json{false};
};

/// --conf, --socket and --json.
[[nodiscard]] std::vector<Option> bind_live_options(LiveSettings& settings);

/// A verb of fail2ban's protocol; what it answers, as text. Errc::refused: nobody answers there;
/// Errc::malformed: the guard says no, in the words of the error.
[[nodiscard]] Result<std::string> tell_guard(const LiveSettings& settings,
                                             const std::vector<std::string>& command);

/// A question to spranga's guard: "status", "jails", "why ADDRESS", "top …". Errc::not_found: it is
/// fail2ban that answers there.
[[nodiscard]] Result<nlohmann::ordered_json> ask_guard(const LiveSettings& settings,
                                                       const std::vector<std::string>& question);

}  // namespace spranga::app
