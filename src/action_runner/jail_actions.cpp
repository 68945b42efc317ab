#include "action_runner/jail_actions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/escape.h"

namespace spranga::action_runner {

namespace {

Reply refusal(std::string why) {
  Reply out;
  out.outcome = Outcome::refused;
  out.why = std::move(why);
  return out;
}

bool concerns_a_ticket(Verb verb) {
  return verb == Verb::ban || verb == Verb::reban || verb == Verb::prolong || verb == Verb::unban;
}

bool is_family(const std::string& name) {
  return name.empty() || name == "inet4" || name == "inet6" || name == guard::actions::no_family;
}

}  // namespace

JailActions::JailActions(JailPlan plan, const Common& common, const Log& log, unsigned number)
    : plan_(std::move(plan)),
      around_{plan_.name, plan_.bantime, common.ipv6, common.host_name, common.now},
      log_(log),
      shell_(log, *common.verbose, number) {
  for (const auto& spec : plan_.actions) {
    actions_.push_back(made(spec));
  }
}

std::unique_ptr<CommandAction> JailActions::made(const ban::ActionSpec& spec) {
  return std::make_unique<CommandAction>(spec, around_, shell_, log_);
}

JailActions::Actions::iterator JailActions::find(const std::string& name) {
  return std::ranges::find(actions_, name, [](const auto& each) { return each->name(); });
}

Outcome JailActions::about_ticket(CommandAction& action, Verb verb, const Values& values) {
  switch (verb) {
    case Verb::ban:
      return action.ban(values);
    case Verb::reban:
      return action.reban(values);
    case Verb::prolong:
      return action.prolong(values);
    default:
      return action.unban(values);
  }
}

Outcome JailActions::about_action(CommandAction& action, const Request& request) {
  switch (request.verb) {
    case Verb::start:
      return action.start();
    case Verb::stop:
      return action.stop();
    case Verb::flush:
      return action.flush(request.stopping);
    case Verb::resume:
      action.resume(request.families);
      return Outcome::done;
    default:
      return action.check();
  }
}

/// ignorecommand: 0 says ignore, 1 says do not; whatever else happens is logged, and ignores
/// nobody.
Reply JailActions::ignore(const Request& request) {
  auto values = checked_values(request.tags, request.fields);
  if (!values) {
    return refusal(values.error().detail);
  }
  if (plan_.ignorecommand.empty()) {
    return {};
  }
  values->tags["jail.name"] = plan_.name;
  const guard::actions::Properties nothing({}, around_.host_name, around_.ipv6);
  const auto command = with_values(plan_.ignorecommand, *values, [&nothing](std::string_view tag) {
    return nothing.additional(tag);
  });
  constexpr std::array good = {0, 1};
  const auto ran = shell_.run_expecting(command, ban::ActionSpec::usual_timeout, good);
  Reply out;
  out.exit_code = ran.exit_code;
  out.outcome = !ran.good ? Outcome::failed : ran.exit_code == 0 ? Outcome::ignored : Outcome::done;
  return out;
}

Reply JailActions::carry_out(const Request& request) {
  if (request.verb == Verb::ignore) {
    return ignore(request);
  }
  const auto found = find(request.action);
  if (found == actions_.end()) {
    constexpr std::size_t enough = 100;
    return refusal("the jail " + plan_.name + " has no action " +
                   text::escape_clipped(request.action, enough));
  }
  auto& action = **found;
  Reply out;
  if (concerns_a_ticket(request.verb)) {
    auto values = checked_values(request.tags, request.fields);
    if (!values) {
      return refusal(values.error().detail);
    }
    values->tags["jail.name"] = plan_.name;
    out.outcome = about_ticket(action, request.verb, *values);
  } else if (!std::ranges::all_of(request.families, is_family, &Started::value_type::first)) {
    return refusal("a family that is none");
  } else {
    out.outcome = about_action(action, request);
  }
  out.exit_code = action.take_exit_code();
  out.rebuilt = action.take_rebuilt();
  out.started = action.started();
  return out;
}

void JailActions::end(CommandAction& action) {
  static_cast<void>(action.flush(true));  // it has logged what went wrong
  action.stop();
}

void JailActions::replace(JailPlan plan) {
  plan_ = std::move(plan);
  around_.bantime = plan_.bantime;
  Actions kept;
  for (const auto& spec : plan_.actions) {
    const auto known = find(spec.name);
    if (known != actions_.end()) {
      (*known)->reload(spec);
      kept.push_back(std::move(*known));
      actions_.erase(known);
    } else {
      kept.push_back(made(spec));
    }
  }
  actions_.swap(kept);
  for (auto gone = kept.rbegin(); gone != kept.rend(); ++gone) {
    end(**gone);
  }
}

}  // namespace spranga::action_runner
