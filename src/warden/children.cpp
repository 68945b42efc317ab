#include "warden/children.h"

#include <signal.h>

#include <algorithm>

namespace spranga::warden {

const char* program_of(Role role) {
  switch (role) {
    case Role::guard:
      return "spranga-guard";
    case Role::firewall:
      return "spranga-firewall";
    case Role::actions:
      return "spranga-actions";
    case Role::net:
      return "spranga-net";
  }
  return "";
}

Result<void> Children::start(Role role,
                             const std::vector<std::pair<int, int>>& descriptors,
                             const std::vector<std::string>& more_arguments) {
  SPRANGA_TRY(const auto program, process::program_beside(program_of(role)));
  std::vector<std::string> argv{program};
  // The action runner stays root: it runs what root has written.
  if (accounts_.rights && role != Role::actions) {
    const auto& who = role == Role::guard      ? accounts_.guard
                      : role == Role::firewall ? accounts_.firewall
                                               : accounts_.net;
    const auto turning = role == Role::firewall
                             ? std::vector{std::to_string(who.uid), std::to_string(who.gid)}
                             : arguments_of(who);
    argv.insert(argv.end(), turning.begin(), turning.end());
  }
  argv.insert(argv.end(), more_arguments.begin(), more_arguments.end());
  process::SpawnOptions options;
  options.descriptors = descriptors;
  // So has what it runs, as fail2ban's actions have: a PATH or a token that the unit sets.
  options.whole_environment = role == Role::actions;
  SPRANGA_TRY(const auto child, process::spawn(argv, options));
  pids_[role] = child.pid;
  return {};
}

std::vector<Children::Death> Children::buried() {
  std::vector<Death> out;
  for (const auto& ended : process::reap()) {
    const auto found =
        std::ranges::find_if(pids_, [&](const auto& entry) { return entry.second == ended.pid; });
    if (found != pids_.end()) {
      out.push_back({found->first, ended.how, ended.clean});
      pids_.erase(found);
    }
  }
  return out;
}

void Children::send(Role role, int signal) const {
  if (const auto found = pids_.find(role); found != pids_.end()) {
    ::kill(found->second, signal);
  }
}

std::chrono::milliseconds Children::pause_before(Role role, SteadyTime now) {
  using namespace std::chrono_literals;
  auto& deaths = deaths_[role];
  deaths.count = now - deaths.last > 1min ? 1 : deaths.count + 1;
  deaths.last = now;
  constexpr int free_of_charge = 3;
  constexpr std::chrono::milliseconds longest = 10s;
  return deaths.count <= free_of_charge
             ? 0ms
             : std::min(longest, 100ms * (1 << std::min(7, deaths.count)));
}

}  // namespace spranga::warden
