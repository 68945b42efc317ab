// The ban test's ways to the server, made from its state, and the vigil at the shut door. Both the
// run that saw the door shut and one that goes on later use them.
#pragma once

#include <optional>

#include "check/ban_state.h"
#include "check/check.h"
#include "knock/surroundings.h"

namespace spranga::check {

[[nodiscard]] knock::Site site_of(const BanDoor& door, const std::string& nonce);

/// The same door as the second source reaches it; only where there is one.
[[nodiscard]] knock::Site second_site_of(const BanDoor& door, const std::string& nonce);

/// Counts the connections that go through it.
class CountingDialer final : public net::Dialer {
public:
  explicit CountingDialer(net::Dialer& through) : through_(through) {}

  [[nodiscard]] Result<std::unique_ptr<net::Transport>> connect(const net::Endpoint& to,
                                                                SteadyTime deadline) override {
    ++count_;
    return through_.connect(to, deadline);
  }

  [[nodiscard]] int count() const { return count_; }

private:
  net::Dialer& through_;
  int count_{0};
};

/// Both ways to the server.
struct Ways {
  knock::World near;                   // from the address that guesses
  std::optional<knock::World> second;  // from the second source
};

struct Watched {
  bool looked{false};   // at least one look was due
  bool unclear{false};  // the last look saw an outage
};

/// Looks until `end` counted from the block, or until the rule is settled where `end` is empty.
/// The state is kept after each look.
Watched watch(BanState& state,
              const Ways& ways,
              const World& world,
              std::optional<Milliseconds> end,
              const Progress& progress);

}  // namespace spranga::check
