#include "daemon/jail_face.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "daemon/daemon.h"
#include "daemon/jail_settings.h"
#include "daemon/jail_words.h"
#include "guard/actions/properties.h"
#include "guard/judge/network.h"

namespace spranga::daemon {

namespace {

using guard::control::raise;
using guard::pickle::Value;

std::int64_t seconds_of(ban::Instant at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

/// Addresses in one spelling; what is none stays.
std::string canonical(std::string_view id) {
  const auto network = guard::Network::parse(id);
  return network ? network->to_string() : std::string(id);
}

/// Of those that the log repeats.
std::string_view option_of(guard::control::JailSetting setting) {
  using Setting = guard::control::JailSetting;
  switch (setting) {
    case Setting::maxlines:
      return "maxlines";
    case Setting::datepattern:
      return "datepattern";
    case Setting::maxretry:
      return "maxretry";
    case Setting::findtime:
      return "findtime";
    case Setting::bantime:
      return "bantime";
    case Setting::logencoding:
      return "logencoding";
    default:
      return "";
  }
}

/// Names that fail2ban lists among an action's properties, besides its commands and options.
constexpr std::array further_properties = {"ESCAPE_CRE", "ESCAPE_VN_CRE", "banEpoch", "timeout"};
/// An option that fail2ban takes and drops: a ban has its own.
constexpr std::string_view dropped_property = "bantime";

}  // namespace

std::vector<std::string> ActionFace::properties() const {
  std::vector<std::string> out(further_properties.begin(), further_properties.end());
  out.insert(out.end(),
             guard::actions::fail2ban_commands.begin(),
             guard::actions::fail2ban_commands.end());
  for (const auto& [name, value] : spec_.options) {
    if (name != dropped_property && std::ranges::count(out, name) == 0) {
      out.push_back(name);
    }
  }
  std::ranges::sort(out);
  return out;
}

std::vector<std::string> ActionFace::methods() const {
  return {"ban",
          "clearAllParams",
          "consistencyCheck",
          "escapeTag",
          "executeCmd",
          "flush",
          "invalidateBanEpoch",
          "prolong",
          "reban",
          "reload",
          "replaceDynamicTags",
          "replaceTag",
          "start",
          "stop",
          "unban"};
}

std::optional<Value> ActionFace::get(std::string_view property) const {
  if (property == "timeout") {
    return Value::of(std::chrono::duration_cast<std::chrono::seconds>(spec_.timeout).count());
  }
  if (property == dropped_property) {
    return std::nullopt;
  }
  if (const auto* value = spec_.option(property)) {
    return Value::of(*value);
  }
  return std::ranges::count(guard::actions::fail2ban_commands, property) > 0
             ? std::optional(Value::of(""))
             : std::nullopt;
}

guard::control::Outcome<void> ActionFace::set(std::string_view property, const Value& /*value*/) {
  return raise(
      "ValueError",
      "actions are changed in the configuration, not over the socket: " + std::string(property));
}

guard::control::Outcome<Value> ActionFace::call(std::string_view method,
                                                std::string_view /*arguments*/) {
  return raise("ValueError", "actions are not called over the socket: " + std::string(method));
}

guard::control::JailStatus JailFace::status() const {
  jail_.judge().purge_accounts(daemon_.now());
  const auto numbers = jail_.numbers();
  guard::control::JailStatus out;
  out.currently_failed = static_cast<std::int64_t>(numbers.failed_now);
  out.total_failed = static_cast<std::int64_t>(numbers.failed_total);
  out.currently_banned = static_cast<std::int64_t>(numbers.banned_now);
  out.total_banned = static_cast<std::int64_t>(numbers.banned_total);
  out.of_journal = daemon_.reads_journal(jail_);
  out.sources = daemon_.reads_of(jail_);
  return out;
}

Value JailFace::get(Setting setting) const {
  if (setting == Setting::idle) {
    return Value::of(jail_.idle());
  }
  if (setting == Setting::logpath) {
    return Value::list(daemon_.reads_of(jail_));
  }
  if (setting == Setting::journalmatch && !daemon_.reads_journal(jail_)) {
    return Value::list();
  }
  return read_setting(jail_.spec(), setting);
}

/// The jail takes it, or stays as it was.
JailFace::Outcome<void> JailFace::change(const ban::JailSpec& spec) {
  daemon_.restore_all();  // by one and the same settings
  if (const auto changed = jail_.change(spec, daemon_.now()); !changed) {
    return raise("ValueError", changed.error().detail);
  }
  daemon_.desk_.forget_streams();
  return {};
}

JailFace::Outcome<void> JailFace::set(Setting setting, const Value& value) {
  if (setting == Setting::idle) {
    jail_.set_idle(value.integer != 0);
    return {};
  }
  auto spec = jail_.spec();
  if (!write_setting(spec, setting, value)) {
    return raise("ValueError", "this is changed in the configuration, not over the socket");
  }
  auto done = change(spec);
  if (done) {
    say(option_of(setting));
  }
  return done;
}

void JailFace::say(std::string_view option) {
  for (const auto& word : words_of(jail_.spec(), option)) {
    daemon_.say(guard::Level::info, word.logger, word.text);
  }
}

JailFace::Outcome<void> JailFace::add(Setting setting, const Value& value) {
  auto spec = jail_.spec();
  if (!add_to_setting(spec, setting, value)) {
    return raise("ValueError", "this is changed in the configuration, not over the socket");
  }
  return change(spec);
}

JailFace::Outcome<void> JailFace::remove(Setting setting, const Value& value) {
  auto spec = jail_.spec();
  if (!remove_from_setting(spec, setting, value)) {
    if (setting == Setting::failregex || setting == Setting::ignoreregex) {
      daemon_.say(guard::Level::error,
                  "filter",
                  "Cannot remove regular expression. Index " + std::to_string(value.integer) +
                      " is not valid");
      return {};
    }
    if (setting == Setting::logpath) {
      return {};
    }
    return raise("ValueError", "list.remove(x): x not in list");
  }
  auto done = change(spec);
  if (done && setting == Setting::logpath) {
    daemon_.follow_again();
  }
  return done;
}

JailFace::Outcome<void> JailFace::add_logpath(const std::string& path, bool tail) {
  const auto found = daemon_.files_.expand(path);
  if (!found) {
    return raise("PermissionError", found.error().detail);
  }
  if (found->empty()) {
    return guard::control::Raised(Value::exception(
        "FileNotFoundError",
        {Value::of(ENOENT), Value::of("No such file or directory"), Value::of(path)}));
  }
  auto spec = jail_.spec();
  spec.logpath.push_back({path, tail});
  auto done = change(spec);
  if (done) {
    daemon_.follow_again();
    daemon_.tell_added_logs(jail_);
  }
  return done;
}

Value JailFace::bantime_option(std::string_view option) const {
  return read_bantime_option(jail_.spec(), option);
}

JailFace::Outcome<void> JailFace::set_bantime_option(std::string_view option, const Value& value) {
  auto spec = jail_.spec();
  if (!write_bantime_option(spec, option, value)) {
    return raise("ValueError", "there is no option bantime." + std::string(option));
  }
  auto done = change(spec);
  if (done) {
    say("bantime." + std::string(option));
  }
  return done;
}

std::vector<guard::control::HeldBan> JailFace::bans() const {
  std::vector<guard::control::HeldBan> out;
  for (const auto* held : jail_.bans().all()) {
    const auto& ban = held->ban;
    out.push_back({ban.target,
                   seconds_of(ban.since),
                   ban.until ? seconds_of(*ban.until) - seconds_of(ban.since) : -1});
  }
  return out;
}

bool JailFace::is_banned(std::string_view id) const {
  return !held_for(canonical(id)).empty();
}

/// What is banned on account of an address: itself, or the network that it counts for.
std::string JailFace::held_for(const std::string& target) const {
  if (jail_.bans().find(target) != nullptr) {
    return target;
  }
  const auto network = jail_.judge().target_of(target);
  return jail_.bans().find(network) != nullptr ? network : "";
}

JailFace::Outcome<std::int64_t> JailFace::ban(const std::vector<std::string>& ids) {
  std::int64_t count = 0;
  for (const auto& id : ids) {
    count += daemon_.guard_.ban(jail_, canonical(id), daemon_.now()) ? 1 : 0;
  }
  return count;
}

std::int64_t JailFace::unban(const std::string& id) {
  daemon_.restore_all();
  const auto target = canonical(id);
  const auto banned = held_for(target);
  if (jail_.unban(banned.empty() ? target : banned, daemon_.now())) {
    return 1;
  }
  const std::int64_t strangers = let_stranger_go(target) ? 1 : 0;
  // A network lets go whom it holds.
  const auto network = guard::Network::parse(target);
  if (!network || network->is_single()) {
    return strangers;
  }
  std::vector<std::string> inside;
  for (const auto* held : jail_.bans().all()) {
    const auto other = guard::Network::parse(held->ban.target);
    if (other && network->contains(other->base()) && other->prefix() >= network->prefix()) {
      inside.push_back(held->ban.target);
    }
  }
  for (const auto& one : inside) {
    jail_.unban(one, daemon_.now());
  }
  return std::max(strangers, static_cast<std::int64_t>(inside.size()));
}

/// Where not all bans of earlier lives could be read. The ledger hears of it too: it may be read
/// another time.
bool JailFace::let_stranger_go(const std::string& target) {
  bool any = false;
  for (const auto& one : std::set{target, jail_.judge().target_of(target)}) {
    if (daemon_.hands_.let_stranger_go(jail_.name(), one)) {
      daemon_.say(guard::Level::notice,
                  "actions",
                  "[" + jail_.name() + "] Unban " + one +
                      " at the firewall, where it may be: not all bans of earlier lives were read");
      static_cast<void>(jail_.unban(one, daemon_.now()));
      any = true;
    }
  }
  return any;
}

std::int64_t JailFace::unban_all() {
  daemon_.restore_all();
  return static_cast<std::int64_t>(jail_.unban_all(daemon_.now()));
}

JailFace::Outcome<void> JailFace::attempt(const std::string& id,
                                          const std::vector<std::string>& lines) {
  daemon_.guard_.attempt(jail_, canonical(id), lines, daemon_.now());
  return {};
}

std::vector<std::string> JailFace::actions() const {
  return daemon_.hands_.actions_of(jail_.name());
}

guard::control::ActionControl* JailFace::action(std::string_view name) {
  for (const auto& spec : jail_.spec().actions) {
    if (spec.name == name) {
      action_ = std::make_unique<ActionFace>(spec);
      return action_.get();
    }
  }
  return nullptr;
}

JailFace::Outcome<void> JailFace::add_action(const std::string& name,
                                             const std::string& /*script*/,
                                             const std::string& /*arguments*/) {
  return raise("ValueError",
               "actions are added in the configuration, not over the socket: " + name);
}

JailFace::Outcome<void> JailFace::delete_action(const std::string& name) {
  return raise("ValueError",
               "actions are deleted in the configuration, not over the socket: " + name);
}

}  // namespace spranga::daemon
