// Verbs for the running guard: status, jails, ban, unban, top, reload; and `why` without files.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/option.h"

namespace spranga::app {

struct LiveSettings;

[[nodiscard]] std::vector<Option> live_command_options();
[[nodiscard]] std::vector<Option> ban_command_options();
[[nodiscard]] std::vector<Option> unban_command_options();
[[nodiscard]] std::vector<Option> top_command_options();

int status_command(std::span<const std::string> arguments);
int jails_command(std::span<const std::string> arguments);
int ban_command(std::span<const std::string> arguments);
int unban_command(std::span<const std::string> arguments);
int top_command(std::span<const std::string> arguments);
int reload_command(std::span<const std::string> arguments);

/// What the running guard knows of an address; 0 where it knows anything.
int why_live(const LiveSettings& settings, const std::string& address);

}  // namespace spranga::app
