// What the daemon makes of options and of its neighbours: small conversions, no state.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/runner_link.h"
#include "firewall/network.h"
#include "firewall/remote_firewall.h"
#include "guard/judge/network.h"
#include "ledger/ledger.h"
#include "plan/plan.h"

namespace spranga::daemon {

/// Networks and addresses between blanks or commas; what is neither is left out.
[[nodiscard]] std::vector<guard::Network> networks_in(const std::string& list);

[[nodiscard]] std::vector<firewall::Network> firewall_networks(
    const std::vector<guard::Network>& from);

/// dbpurgeage, dbmaxmatches.
[[nodiscard]] ledger::LedgerOptions ledger_options(
    const std::map<std::string, std::string>& server);

/// Jails whose log is our own: they are told of bans directly.
[[nodiscard]] std::vector<std::string> fed_by_bans(const plan::GuardPlan& plan);

/// A file that ignoreip names.
[[nodiscard]] Result<std::string> read_ignore_file(const std::string& path);

/// ignorecommand (ban_tags.h: ignore_question), run by the action runner; where it does not answer
/// nobody is ignored.
[[nodiscard]] bool asks_to_ignore(RunnerLink& runner, action_runner::Request question);

/// Before the process ends: actions that were ordered are done, the firewall has heard everything.
void drain(RunnerLink& runner, firewall::RemoteFirewall& firewall);

}  // namespace spranga::daemon
