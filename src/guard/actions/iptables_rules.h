// The iptables rules of a door whose backend is ipset: the sets are the firewall process's, written
// through netlink; the rules that use them are made by iptables' own program, so they are an action
// of the runner's plan like any other. They may be made again and again, and put back when
// somebody flushed them.
//
// raw PREROUTING drops whoever stands in the set, before a published port is translated. Where
// admins look for it, a chain f2b-NAME that `chain` jumps to says the same with the blocktype.
#pragma once

#include "ban/action_spec.h"
#include "guard/actions/native.h"

namespace spranga::guard::actions {

/// Its verbs: start when the door's sets exist, check (which repairs), stop before they go.
[[nodiscard]] ban::ActionSpec iptables_rules(const Native& native);

/// Whether a name can be part of a chain's, and of a set's for both families.
[[nodiscard]] bool is_chain_name(std::string_view name);

}  // namespace spranga::guard::actions
