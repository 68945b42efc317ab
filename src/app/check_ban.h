// The ban test on the command line: consent, the second source, the state, --resume.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "check/ban_state.h"
#include "check/check.h"
#include "check/settings.h"

namespace spranga::app {

/// Before a ban test: exactly one target, which the user calls his own (--i-own, or typed on the
/// terminal), and where the state will be kept. An error is a sentence for a person.
[[nodiscard]] Result<void> agree_to_ban_test(check::CheckSettings& settings,
                                             const std::vector<std::string>& targets);

/// The rest of what speaks against it; asks DNS.
[[nodiscard]] Result<void> nothing_against(const std::string& target,
                                           const check::CheckSettings& settings,
                                           const check::World& world);

/// What --resume goes on with: FILE, or the only test that is under way. Names it in the settings,
/// and takes from it what the first run was asked.
[[nodiscard]] Result<check::BanState> state_to_resume(check::CheckSettings& settings,
                                                      const std::vector<std::string>& files);

/// The ban test's own part of the world.
class BanWorld {
public:
  /// `outside`: descriptor of the private network of --from-here, or -1.
  BanWorld(const check::CheckSettings& settings, int outside);

  /// Fills in how to wait, the second source, and where the state goes. Must outlive `world`.
  void furnish(check::World& world);

private:
  const check::CheckSettings& settings_;
  int outside_;
  knock::SystemPause pause_;
  std::unique_ptr<net::Dialer> second_;
};

}  // namespace spranga::app
