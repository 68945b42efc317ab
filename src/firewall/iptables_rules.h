// The rules of iptables that look into a door's sets, as argument lists: values only, whoever may
// run programs runs them.
//
// The ban is a DROP before NAT, in raw PREROUTING, so that ports published by DNAT are shut too
// (iptables can reject nothing there). A door without ports drops in mangle PREROUTING, and only
// what begins a connection or belongs to one that began outside: else no answer would come in to
// what this host asks of a banned address. A chain f2b-NAME in filter holds the same match with the
// verdict, where admins look for it.
#pragma once

#include <string>
#include <vector>

#include "firewall/firewall.h"

namespace spranga::firewall {

/// One thing that is to be there: made where `check` fails.
struct IptablesStep {
  std::vector<std::string> check;
  std::vector<std::string> make;
  std::vector<std::string> remove;

  [[nodiscard]] bool operator==(const IptablesStep&) const = default;
};

/// In the order of making; removed in the opposite order. The door's sets must be there before, and
/// until after. `chain`: the one that the jump hangs in ("INPUT").
[[nodiscard]] std::vector<IptablesStep> iptables_rules(const Door& door, const std::string& chain);

}  // namespace spranga::firewall
