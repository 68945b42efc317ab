#include "action_runner/firewall_rules.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "guard/actions/iptables_rules.h"

namespace spranga::action_runner {

void add_firewall_rules(JailPlan& plan, const guard::actions::ServicePort& service) {
  std::vector<ban::ActionSpec> rules;
  for (const auto& action : plan.actions) {
    const auto way = guard::actions::way_of(action, service);
    if (way.native && way.native->backend == firewall::Backend::ipset) {
      auto& added = rules.emplace_back(guard::actions::iptables_rules(*way.native));
      added.name = guard::actions::rules_name(action.name);
      added.timeout = action.timeout;
    }
  }
  std::ranges::move(rules, std::back_inserter(plan.actions));
}

}  // namespace spranga::action_runner
