// What JailHands do where an action goes through a door: the rules over an ipset door's sets, and
// the way back to the action as it is written.
#include <algorithm>
#include <optional>
#include <string_view>

#include "daemon/jail_hands.h"
#include "guard/actions/properties.h"

namespace spranga::daemon {

using action_runner::Request;
using action_runner::Verb;

namespace {

/// What the runner notes of a family; none: it never started it.
std::optional<int> state_of(const action_runner::Reply& reply, std::string_view family) {
  const auto found = std::ranges::find_if(
      reply.started, [family](const auto& each) { return each.first == family; });
  return found == reply.started.end() ? std::nullopt : std::optional(int{found->second});
}

}  // namespace

void JailHands::say_as_written(const std::string& jail, Bound& bound, const std::string& why) {
  bound.way = "as written" + (why.empty() ? "" : ": " + why);
  bound.tags = guard::actions::moment_tags(bound.spec);
  if (!why.empty()) {
    log_.write(guard::Level::info,
               "actions",
               "[" + jail + "] action " + bound.spec.name + " runs as written: " + why);
  }
}

void JailHands::send_rules(const std::string& jail, const Bound& bound, Verb verb) {
  Request out;
  out.verb = verb;
  out.jail = jail;
  out.action = bound.rules;
  runner_.send(std::move(out));
}

void JailHands::leave_door(const std::string& jail, const Bound& bound) {
  if (doors_.leave(*bound.door, jail, settings_.now()) && !bound.rules.empty()) {
    closing_[{jail, bound.rules}] = *bound.door;
    if (bound.rules_broken) {
      send_rules(jail, bound, Verb::start);  // what is not started is not stopped
    }
    send_rules(jail, bound, Verb::stop);
  }
}

/// Who is banned already is banned by the action itself.
void JailHands::fall_back(const std::string& jail, Bound& bound, const std::string& why) {
  bound.door.reset();
  bound.rules.clear();
  bound.rules_broken = false;
  say_as_written(jail, bound, why);
  order(bound, request(jail, bound, Verb::start));
  for (const auto* ban : settings_.held(jail)) {
    order(bound, about(jail, bound, Verb::reban, *ban, {}));
  }
}

bool JailHands::on_outcome(const firewall::Outcome& outcome) {
  const auto door = doors_.answered(outcome, settings_.now());
  const bool failed = !outcome.error.empty();
  if (!door || (failed && outcome.code == Errc::closed)) {
    return false;  // a new firewall process is told of all doors
  }
  for (auto& [jail, bounds] : jails_) {
    for (auto& bound : bounds) {
      if (bound.door != *door) {
        continue;
      }
      if (failed) {
        fall_back(jail, bound, outcome.error);
      } else {
        send_rules(jail, bound, Verb::start);
      }
    }
  }
  if (failed) {
    doors_.drop(*door);
  }
  return failed;
}

void JailHands::check_rules() {
  for (auto& [jail, bounds] : jails_) {
    for (auto& bound : bounds) {
      if (!bound.rules.empty()) {
        send_rules(jail, bound, bound.rules_broken ? Verb::start : Verb::check);
      }
    }
  }
}

bool JailHands::has_broken_rules() const {
  return std::ranges::any_of(jails_, [](const auto& jail) {
    return std::ranges::any_of(jail.second, &Bound::rules_broken);
  });
}

/// Rules for IPv6 may be missing: a host without it has nobody to ban there.
void JailHands::on_rules(const Request& request, const action_runner::Reply& reply) {
  if (const auto closing = closing_.find({request.jail, request.action});
      closing != closing_.end() && request.verb == Verb::stop) {
    doors_.close_unused(closing->second);
    closing_.erase(closing);
    return;
  }
  const auto jail = jails_.find(request.jail);
  if (jail == jails_.end()) {
    return;
  }
  const auto bound = std::ranges::find(jail->second, request.action, &Bound::rules);
  if (bound == jail->second.end()) {
    return;
  }
  const bool are_made = state_of(reply, "inet4").value_or(0) != 0;
  if (request.verb == Verb::start && !are_made && !bound->rules_made) {
    leave_door(request.jail, *bound);
    fall_back(request.jail, *bound, "iptables' rules cannot be made");
    return;
  }
  bound->rules_made = bound->rules_made || are_made;
  bound->rules_broken = state_of(reply, "inet4") == 0 || state_of(reply, "inet6") == 0;
}

}  // namespace spranga::daemon
