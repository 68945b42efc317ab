// Children: the processes that the warden starts, each with just its descriptors and its account,
// and starts again when one dies.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "process/spawn.h"
#include "warden/accounts.h"

namespace spranga::warden {

enum class Role { guard, firewall, actions, net };

[[nodiscard]] const char* program_of(Role role);

class Children {
public:
  explicit Children(const Accounts& accounts) : accounts_(accounts) {}

  /// Starts it; `descriptors` as in process::spawn.
  [[nodiscard]] Result<void> start(Role role,
                                   const std::vector<std::pair<int, int>>& descriptors,
                                   const std::vector<std::string>& more_arguments = {});

  struct Death {
    Role role;
    std::string how;
    bool clean;
  };

  /// Who has ended since it was last asked.
  [[nodiscard]] std::vector<Death> buried();

  [[nodiscard]] bool runs(Role role) const { return pids_.contains(role); }

  void send(Role role, int signal) const;

  /// How long to wait before a process that keeps dying is started again: nothing at first.
  [[nodiscard]] std::chrono::milliseconds pause_before(Role role, SteadyTime now);

private:
  struct Deaths {
    int count{0};
    SteadyTime last{};
  };

  const Accounts& accounts_;
  std::map<Role, pid_t> pids_;
  std::map<Role, Deaths> deaths_;
};

}  // namespace spranga::warden
