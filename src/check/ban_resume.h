// --resume: goes on with a ban test that an earlier run began, from its state alone.
#pragma once

#include "check/ban_state.h"
#include "check/check.h"

namespace spranga::check {

/// What the options of the first run come to: address family, options to repeat, rules.
[[nodiscard]] CheckSettings settings_of(const BanState& state, const CheckSettings& now);

/// Does this machine still ask from the address that was blocked? Else a sentence why a look would
/// show nothing. `file` is named in it.
[[nodiscard]] Result<void> same_vantage(const BanState& state,
                                        const World& world,
                                        const std::string& file);

/// Takes the look that is due, goes on as long as `settings.wait` says, and judges: rules 1 and 2
/// as they were found when the test began, rule 3 as it stands now.
[[nodiscard]] finding::Report resume_ban_test(BanState state,
                                              const CheckSettings& settings,
                                              const World& world,
                                              const Progress& progress);

}  // namespace spranga::check
