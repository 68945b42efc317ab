// What the guard tells of itself, for `spranga status`, `jails`, `why` and `top`: JSON, whose words
// are stable; the program that asks makes sentences of it.
#pragma once

#include <string>
#include <vector>

namespace spranga::daemon {

class Daemon;

/// What is asked: {"status"}, {"jails"}, {"why", "192.0.2.7"}, {"top", "bans", "86400"}. JSON text;
/// {"error": "…"} where it is not understood.
/// {"error": "…"}
[[nodiscard]] std::string error_report(const std::string& what);

[[nodiscard]] std::string report(Daemon& daemon, const std::vector<std::string>& question);

}  // namespace spranga::daemon
