#include "daemon/jail_hands.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "guard/actions/iptables_rules.h"
#include "guard/actions/properties.h"
#include "text/ascii.h"

namespace spranga::daemon {

namespace {

using action_runner::Request;
using action_runner::Verb;
using guard::HeldBan;
using guard::JailNumbers;

std::string describe(const firewall::Door& door) {
  constexpr std::string_view names[] = {"tcp", "udp", "tcp and udp", "all protocols"};
  std::string ports;
  for (const auto& range : door.ports) {
    ports += (ports.empty() ? " " : ",") + std::to_string(range.first) +
             (range.last > range.first ? "-" + std::to_string(range.last) : "");
  }
  return fmt::format("{}: {}{}",
                     door.backend == firewall::Backend::nftables ? "nftables" : "ipset",
                     names[static_cast<std::size_t>(door.protocols)],
                     ports.empty() ? ", all ports" : ports);
}

bool has_flush(const ban::ActionSpec& spec) {
  const auto* command = spec.option("actionflush");
  return command != nullptr && !command->empty();
}

/// It tells people of bans (`norestored`): those of before a reload are told of already.
bool only_tells(const ban::ActionSpec& spec) {
  const auto* value = spec.option("norestored");
  return value != nullptr && !value->empty() && *value != "False" && *value != "None";
}

bool same(const ban::ActionSpec& a, const ban::ActionSpec& b) {
  return a.name == b.name && a.file == b.file && a.options == b.options;
}

/// The command of a verb by fail2ban's name.
std::string command_of(Verb verb) {
  constexpr std::pair<Verb, std::string_view> names[] = {{Verb::start, "actionstart"},
                                                         {Verb::stop, "actionstop"},
                                                         {Verb::ban, "actionban"},
                                                         {Verb::reban, "actionreban"},
                                                         {Verb::prolong, "actionprolong"},
                                                         {Verb::unban, "actionunban"},
                                                         {Verb::flush, "actionflush"}};
  const auto* const found =
      std::ranges::find(names, verb, &std::pair<Verb, std::string_view>::first);
  return found == std::end(names) ? "actioncheck" : std::string(found->second);
}

/// The trouble an action is in after this reply; what had nothing to do leaves it as it was.
void note_trouble(std::string& trouble, const Request& request, const action_runner::Reply& reply) {
  using action_runner::Outcome;
  if (reply.outcome == Outcome::done) {
    trouble.clear();
  } else if (reply.outcome == Outcome::failed || reply.outcome == Outcome::refused) {
    const auto ip = request.tags.find("ip");
    trouble = command_of(request.verb) + (ip == request.tags.end() ? "" : " of " + ip->second) +
              " failed" +
              (reply.why.empty() ? fmt::format(" (exit {})", reply.exit_code) : ": " + reply.why);
  }
}

}  // namespace

bool JailHands::runs(const Bound& bound) const {
  return !bound.door && !bound.mail && !bound.spec.is_script && !settings_.dry_run;
}

JailHands::Bound JailHands::bound(const std::string& jail, const ban::ActionSpec& spec) {
  Bound out;
  out.spec = spec;
  auto way = settings_.decide(spec);
  if (const auto* route = std::get_if<guard::mail::Route>(&way)) {
    out.mail = *route;
    out.way = "mail to " + text::enumerate(route->recipients);
    return out;
  }
  if (spec.is_script) {
    out.way = "not run: it is a Python script";
    log_.write(guard::Level::error,
               "actions",
               "[" + jail + "] action " + spec.name + " is not run: " + spec.file +
                   " is a Python script, and spranga runs none");
    return out;
  }
  const auto* written = std::get_if<AsWritten>(&way);
  auto why = written != nullptr ? written->why : std::string("there is no firewall process");
  if (written == nullptr && settings_.native) {
    const auto& door = std::get<firewall::Door>(way);
    const auto id = doors_.open(door, jail);
    if (id) {
      out.door = *id;
      out.way = describe(door);
      out.rules =
          door.backend == firewall::Backend::ipset ? guard::actions::rules_name(spec.name) : "";
      return out;
    }
    why = id.error().detail;
  }
  say_as_written(jail, out, why);
  return out;
}

/// To the runner; what it does not take is not done.
void JailHands::order(Bound& bound, Request request) {
  const auto verb = request.verb;
  if (!runner_.send(std::move(request))) {
    bound.trouble = command_of(verb) + " could not be ordered";
  }
}

Request JailHands::request(const std::string& jail, const Bound& bound, Verb verb) const {
  Request out;
  out.verb = verb;
  out.jail = jail;
  out.action = bound.spec.name;
  return out;
}

Request JailHands::about(const std::string& jail,
                         const Bound& bound,
                         Verb verb,
                         const HeldBan& held,
                         const JailNumbers& numbers) const {
  auto out = request(jail, bound, verb);
  out.tags =
      tags_of(jail, held, numbers, bound.tags, settings_.past_bans, settings_.most_matches());
  for (const auto& [name, value] : held.evidence().fields) {
    out.fields.emplace(name, value);
  }
  return out;
}

void JailHands::release(const std::string& jail,
                        const std::vector<ban::ActionSpec>& wanted,
                        const std::vector<const HeldBan*>& held) {
  const auto found = jails_.find(jail);
  if (found == jails_.end()) {
    return;
  }
  std::erase_if(found->second, [&](const Bound& bound) {
    if (std::ranges::any_of(wanted, [&](const auto& spec) { return same(spec, bound.spec); })) {
      return false;
    }
    const bool is_changed = std::ranges::count(wanted, bound.spec.name, &ban::ActionSpec::name) > 0;
    if (bound.door) {
      leave_door(jail, bound);
    } else if (runs(bound)) {
      let_go(jail, bound, held, is_changed);
    }
    runner_.forget(jail, bound.spec.name);
    runner_.forget(jail, bound.rules);
    return true;
  });
}

/// By the words that it has now. The runner ends an action that is gone itself; one that is changed
/// it would go on with.
void JailHands::let_go(const std::string& jail,
                       const Bound& bound,
                       const std::vector<const HeldBan*>& held,
                       bool is_changed) {
  const bool tells_again = is_changed && only_tells(bound.spec);
  if (!bound.flushed && !tells_again) {
    if (has_flush(bound.spec) && is_changed) {
      runner_.send(request(jail, bound, Verb::flush));
    } else if (!has_flush(bound.spec)) {
      for (const auto* ban : held) {
        runner_.send(about(jail, bound, Verb::unban, *ban, {}));
      }
    }
  }
  if (is_changed) {
    runner_.send(request(jail, bound, Verb::stop));
  }
}

/// Another configuration may send its mails elsewhere, or have somebody else send them: false.
bool JailHands::stays(Bound& bound) {
  auto way = settings_.decide(bound.spec);
  auto* route = std::get_if<guard::mail::Route>(&way);
  if (route == nullptr || !bound.mail) {
    return route == nullptr && !bound.mail;
  }
  bound.way = "mail to " + text::enumerate(route->recipients);
  bound.mail = std::move(*route);
  return true;
}

void JailHands::bind(const ban::JailSpec& jail,
                     const std::vector<const HeldBan*>& held,
                     const JailNumbers& numbers) {
  auto old = std::exchange(jails_[jail.name], {});
  auto& bounds = jails_[jail.name];
  for (const auto& spec : jail.actions) {
    const auto kept =
        std::ranges::find_if(old, [&](const Bound& one) { return same(one.spec, spec); });
    if (kept != old.end() && stays(*kept)) {
      bounds.push_back(*kept);
      continue;
    }
    if (kept != old.end()) {
      runner_.forget(jail.name, spec.name);
    }
    auto& fresh = bounds.emplace_back(bound(jail.name, spec));
    if (runs(fresh)) {
      order(fresh, request(jail.name, fresh, Verb::start));
    }
    for (const auto* ban : held) {
      if (fresh.door && !settings_.dry_run) {
        doors_.ban(*fresh.door, jail.name, ban->ban.target, ban->ban.until, settings_.now());
      } else if (runs(fresh) && !only_tells(spec)) {
        order(fresh, about(jail.name, fresh, Verb::reban, *ban, numbers));
      }
    }
  }
}

void JailHands::unbind(const std::string& jail, bool keep) {
  const auto found = jails_.find(jail);
  if (found == jails_.end()) {
    return;
  }
  // In reverse order, as fail2ban stops them.
  auto& bounds = found->second;
  for (auto bound = bounds.rbegin(); bound != bounds.rend() && !keep; ++bound) {
    if (bound->door) {
      leave_door(jail, *bound);
    } else if (runs(*bound)) {
      runner_.send(request(jail, *bound, Verb::stop));
    }
  }
  jails_.erase(found);
}

void JailHands::ban(const std::string& jail, const HeldBan& held, const JailNumbers& numbers) {
  auto& bounds = jails_[jail];
  for (auto& bound : bounds) {
    bound.flushed = false;
    if (bound.door && !settings_.dry_run) {
      const auto& [who, until] = std::tie(held.ban.target, held.ban.until);
      const auto turn = held.restored ? Doors::Turn::behind_fresh : Doors::Turn::next;
      if (!doors_.ban(*bound.door, jail, who, until, settings_.now(), turn)) {
        log_.write(
            guard::Level::warning,
            "actions",
            "[" + jail + "] " + held.ban.target + " is no address: the firewall cannot ban it");
      }
    } else if (runs(bound)) {
      order(bound, about(jail, bound, Verb::ban, held, numbers));
    }
  }
  if (!held.restored && !settings_.dry_run) {
    tell_by_mail(bounds, held);
  }
}

void JailHands::ban_ahead(const std::string& jail,
                          const std::string& target,
                          std::optional<ban::Instant> until) {
  for (auto& bound : jails_[jail]) {
    if (bound.door && !settings_.dry_run) {
      doors_.ban_ahead(*bound.door, target, until, settings_.now());
    }
  }
}

/// By the jail's own mail actions, or else by the usual way.
void JailHands::tell_by_mail(const std::vector<Bound>& bounds, const HeldBan& held) {
  bool told = false;
  for (const auto& bound : bounds) {
    if (bound.mail) {
      mailer_.on_ban(*bound.mail, held);
      told = true;
    }
  }
  if (const auto* usual = mailer_.usual(); !told && usual != nullptr) {
    mailer_.on_ban(*usual, held);
  }
}

Mailer::Jails JailHands::mail_routes() const {
  Mailer::Jails out;
  for (const auto& [jail, bounds] : jails_) {
    bool told = false;
    for (const auto& bound : bounds) {
      if (bound.mail) {
        out[*bound.mail].push_back(jail);
        told = true;
      }
    }
    if (const auto* usual = mailer_.usual(); !told && usual != nullptr) {
      out[*usual].push_back(jail);
    }
  }
  return out;
}

void JailHands::prolong(const std::string& jail, const HeldBan& held, const JailNumbers& numbers) {
  for (auto& bound : jails_[jail]) {
    if (bound.door && !settings_.dry_run) {
      doors_.ban(*bound.door, jail, held.ban.target, held.ban.until, settings_.now());
    } else if (runs(bound)) {
      order(bound, about(jail, bound, Verb::prolong, held, numbers));
    }
  }
}

void JailHands::unban(const std::string& jail, const HeldBan& held, const JailNumbers& numbers) {
  for (auto& bound : jails_[jail]) {
    if (bound.flushed) {
      continue;
    }
    if (bound.door && !settings_.dry_run) {
      doors_.unban(*bound.door, jail, held.ban.target, settings_.now());
    } else if (runs(bound)) {
      order(bound, about(jail, bound, Verb::unban, held, numbers));
    }
  }
}

bool JailHands::let_stranger_go(const std::string& jail, const std::string& target) {
  bool may_be_gone = false;
  for (const auto& bound : jails_[jail]) {
    may_be_gone = (bound.door && !settings_.dry_run &&
                   doors_.let_stranger_go(*bound.door, target, settings_.now())) ||
                  may_be_gone;
  }
  return may_be_gone;
}

void JailHands::check(const std::string& jail, const HeldBan& held) {
  for (auto& bound : jails_[jail]) {
    if (bound.door && !settings_.dry_run) {
      // Said again it costs nothing, and puts right what somebody took out.
      doors_.ban(*bound.door, jail, held.ban.target, held.ban.until, settings_.now());
      if (!bound.rules.empty()) {
        send_rules(jail, bound, Verb::check);
      }
    } else if (runs(bound)) {
      order(bound, request(jail, bound, Verb::check));
    }
  }
}

void JailHands::flush(const std::string& jail, bool stopping) {
  for (auto& bound : jails_[jail]) {
    if (has_flush(bound.spec) && (bound.door || runs(bound))) {
      log_.write(guard::Level::notice,
                 "actions",
                 "[" + jail + "] Flush ticket(s) with " + bound.spec.name);
    }
    if (bound.door && !settings_.dry_run) {
      doors_.clear(*bound.door,
                   jail,
                   settings_.now(),
                   stopping ? Doors::Clearing::leaving : Doors::Clearing::by_person);
      bound.flushed = true;
    } else if (runs(bound) && has_flush(bound.spec)) {
      auto flush = request(jail, bound, Verb::flush);
      flush.stopping = stopping;
      order(bound, std::move(flush));
      bound.flushed = true;
    }
  }
}

void JailHands::on_reply(const Request& request,
                         const action_runner::Reply& reply,
                         const std::vector<const HeldBan*>& held) {
  on_rules(request, reply);
  const auto found = jails_.find(request.jail);
  if (found == jails_.end()) {
    return;
  }
  for (auto& bound : found->second) {
    if (bound.spec.name != request.action || !runs(bound)) {
      continue;
    }
    note_trouble(bound.trouble, request, reply);
    for (const auto* ban : reply.rebuilt ? held : std::vector<const HeldBan*>()) {
      const auto fid = request.tags.find("fid");
      if (fid == request.tags.end() || fid->second != ban->ban.target) {
        order(bound, about(request.jail, bound, Verb::reban, *ban, {}));
      }
    }
  }
}

std::vector<std::string> JailHands::troubles() const {
  std::vector<std::string> out;
  for (const auto& [jail, bounds] : jails_) {
    for (const auto& bound : bounds) {
      if (!bound.trouble.empty()) {
        out.push_back(jail + ": " + bound.spec.name + ": " + bound.trouble);
      }
    }
  }
  return out;
}

std::vector<std::string> JailHands::actions_of(const std::string& jail) const {
  std::vector<std::string> out;
  if (const auto found = jails_.find(jail); found != jails_.end()) {
    for (const auto& bound : found->second) {
      out.push_back(bound.spec.name);
    }
  }
  return out;
}

std::vector<std::string> JailHands::ways_of(const std::string& jail) const {
  std::vector<std::string> out;
  if (const auto found = jails_.find(jail); found != jails_.end()) {
    for (const auto& bound : found->second) {
      const auto name = bound.spec.name + ": ";
      out.push_back(bound.way.starts_with(name) ? bound.way : name + bound.way);
    }
  }
  return out;
}

}  // namespace spranga::daemon
