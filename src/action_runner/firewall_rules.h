// Firewall rules: what the runner does for actions that the firewall's own backends stand in for.
//
// Beside each that is an ipset natively, the jail has one more action: iptables' rules over the
// door's sets. It follows from the plan, so the guard can name it and no more. The guard decides
// which of the two is started, or none where our own nftables table stands in.
#pragma once

#include "action_runner/request.h"
#include "guard/actions/native.h"

namespace spranga::action_runner {

void add_firewall_rules(JailPlan& plan, const guard::actions::ServicePort& service);

}  // namespace spranga::action_runner
