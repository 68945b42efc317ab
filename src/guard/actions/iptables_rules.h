// The iptables rules of a door whose backend is ipset: the sets are the firewall process's, written
// through netlink; the rules that use them are made by iptables' own program, so they are an action
// of the runner's like any other. They may be made again and again, and put back when somebody
// flushed them: what is there is left alone, so that no moment is without them. Where not all of
// them can be made at the start, none is left.
//
// Where admins look for it, a chain f2b-NAME that `chain` jumps to refuses whoever stands in the
// set, by the blocktype. A port that is published by DNAT is shut in mangle FORWARD, which other
// programs' chains cannot come before; the port is told by its number before the translation, and
// iptables can only drop there.
//
// Where every port is shut, only what belongs to a connection that began outside is: else no answer
// would come in to what this host asks of a banned address. What conntrack does not follow
// (NOTRACK) has no such end, and is shut at this host, as by fail2ban.
#pragma once

#include <string>
#include <string_view>

#include "ban/action_spec.h"
#include "guard/actions/native.h"

namespace spranga::guard::actions {

/// Its verbs: start when the door's sets exist, check (which repairs), stop before they go.
[[nodiscard]] ban::ActionSpec iptables_rules(const Native& native);

/// What it is called beside the action that it stands in for.
[[nodiscard]] std::string rules_name(std::string_view action);

/// Whether a name can be part of a chain's, and of a set's for both families.
[[nodiscard]] bool is_chain_name(std::string_view name);

}  // namespace spranga::guard::actions
