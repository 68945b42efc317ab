// Where the state of a ban test is kept, so that --resume, cron or CI can go on with it.
#pragma once

#include <string>

#include "base/result.h"
#include "check/ban_state.h"

namespace spranga::app {

/// TARGET.json in the user's state folder (XDG_STATE_HOME, else ~/.local/state).
[[nodiscard]] Result<std::string> default_state_file(const std::string& target);

/// The only state file in that folder; with none or several the error says what to do.
[[nodiscard]] Result<std::string> only_state_file();

[[nodiscard]] Result<check::BanState> read_state(const std::string& file);

/// Could the state be written there, when the address is banned already? Makes the folder.
[[nodiscard]] Result<void> can_keep_state(const std::string& file);

/// Replaces the file in one step, readable by its owner alone.
[[nodiscard]] Result<void> write_state(const std::string& file, const check::BanState& state);

}  // namespace spranga::app
