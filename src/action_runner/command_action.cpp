#include "action_runner/command_action.h"

#include <algorithm>

#include "text/escape.h"
#include "text/python_repr.h"

namespace spranga::action_runner {

namespace {

constexpr std::uint8_t is_started = 1;
constexpr std::uint8_t has_bans = 2;

constexpr std::string_view of_actions = "actions";
constexpr std::string_view of_action = "CommandAction";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\n\r\f\v") == std::string_view::npos;
}

std::string shown_ip(const Values& values) {
  return text::escape(*values.tag("ip"));
}

Failure failed(std::string text) {
  return fail(Errc::io, std::move(text));
}

}  // namespace

CommandAction::CommandAction(const ban::ActionSpec& spec,
                             const Surroundings& around,
                             Shell& shell,
                             const Log& log)
    : name_(spec.name),
      timeout_(spec.timeout),
      properties_(spec, around.host_name, around.ipv6),
      around_(around),
      shell_(shell),
      log_(log) {}

void CommandAction::say(Level level, std::string_view logger, std::string text) const {
  log_({level, std::string(logger), std::move(text)});
}

bool CommandAction::run(const Command& command) {
  if (command.text.empty()) {
    return true;
  }
  const auto ran = shell_.run(command, timeout_);
  exit_code_ = ran.exit_code;
  return ran.good;
}

/// What fail2ban's log shows of a ticket: the values that it had looked at by then.
std::string CommandAction::info(const Values& values) const {
  using text::python_repr;
  std::string out = "ActionInfo({'ip': " + python_repr(*values.tag("ip"));
  out += ", 'family': " +
         (values.family == guard::actions::no_family ? "None" : python_repr(values.family));
  return out + ", 'fid': " + python_repr(*values.tag("fid")) + "})";
}

Outcome CommandAction::outcome_of(const Result<void>& done,
                                  std::string_view what,
                                  const Values* values) const {
  if (done) {
    return Outcome::done;
  }
  auto text =
      "Failed to " + std::string(what) + " jail '" + around_.jail + "' action '" + name_ + "'";
  text += values == nullptr ? "" : " info '" + info(*values) + "'";
  say(Level::error, of_actions, text + ": " + done.error().detail);
  return Outcome::failed;
}

// --- what is started -------------------------------------------------------------------------

std::uint8_t CommandAction::state_of(const Family& family) const {
  const auto found = std::ranges::find(started_, family, &Started::value_type::first);
  return found == started_.end() ? std::uint8_t{0} : found->second;
}

void CommandAction::set_state(const Family& family, std::uint8_t state) {
  const auto found = std::ranges::find(started_, family, &Started::value_type::first);
  if (found == started_.end()) {
    started_.emplace_back(family, state);
  } else {
    found->second = state;
  }
}

CommandAction::Families CommandAction::started_families(std::uint8_t with) const {
  Families out;
  for (const auto& [family, state] : started_) {
    if (state != 0 && (state & with) == with) {
      out.push_back(family);
    }
  }
  return out;
}

void CommandAction::resume(const Started& started) {
  started_ = started;
}

void CommandAction::note_executed(const std::string& command,
                                  const Family& family,
                                  const std::string& text) {
  executed_[command][family] = text;
}

/// With all families that ran the same command.
void CommandAction::forget_executed(const std::string& command, const Family& family) {
  auto& families = executed_[command];
  const auto found = families.find(family);
  if (found != families.end()) {
    const auto text = found->second;
    std::erase_if(families, [&](const auto& each) { return each.second == text; });
  }
}

// --- operations: actionstart, -stop, -flush, -reload -------------------------------------------

/// A command with everything filled in but the moment.
Result<std::string> CommandAction::operation(const std::string& command, const Family& family) {
  SPRANGA_TRY(auto text, properties_.command(command, family));
  if (family.empty() || family == guard::actions::no_family ||
      text.find('<') == std::string::npos) {
    return text;
  }
  return with_family(
      text, family, [this](std::string_view tag) { return properties_.additional(tag); });
}

/// Runs it for a family, unless the same was run for another one. True: it is as if it had run.
Result<bool> CommandAction::execute_one(const std::string& command, const Family& family) {
  SPRANGA_TRY(const auto text, operation(command, family));
  const auto& known = executed_[command];
  const bool done = std::ranges::any_of(
      known, [&](const auto& each) { return each.first != family && each.second == text; });
  bool good = true;
  if (!text.empty() && !done) {
    const auto values = empty_values(family, around_.now(), around_.bantime);
    good = run(with_values(
        text, values, [this](std::string_view tag) { return properties_.additional(tag); }));
  }
  if (good && !text.empty()) {
    note_executed(command, family, text);
  }
  return good;
}

Result<void> CommandAction::execute(const std::string& command,
                                    std::string_view doing,
                                    const Families& families,
                                    const After& after) {
  std::string error;
  for (const auto& family : families.empty() ? started_families(is_started) : families) {
    const auto good = execute_one(command, family);
    if (!good) {
      error = "ValueError(" + text::python_repr(good.error().detail) + ")";
      continue;
    }
    // fail2ban calls this before it notes what was run, and `after` may forget other commands.
    if (after) {
      after(family, *good);
    }
    if (!*good) {
      error = error.empty() ? "'Script error'" : error;
      forget_executed(command, family);
    }
  }
  if (error.empty()) {
    return {};
  }
  return failed("Error " + std::string(doing) + " action Jail('" + around_.jail + "')/" + name_ +
                ": " + error);
}

Result<void> CommandAction::start(const std::optional<Family>& family, bool force) {
  if (properties_.starts_on_demand() && !force) {
    return {};
  }
  const auto families = family ? Families{*family} : properties_.families();
  return execute("actionstart", "starting", families, [this](const Family& each, bool good) {
    if (good) {
      forget_executed("actionstop", each);
      set_state(each, is_started);
    }
  });
}

Result<void> CommandAction::stop(const std::optional<Family>& family) {
  Families families;
  if (!family) {
    families = started_families(is_started);
    if (families.empty()) {
      return {};
    }
    started_.clear();
  } else {
    if (std::ranges::find(started_, *family, &Started::value_type::first) == started_.end()) {
      return {};
    }
    set_state(*family, 0);
    families = {*family};
  }
  return execute("actionstop", "stopping", families, [this](const Family& each, bool good) {
    if (good) {
      forget_executed("actionstart", each);
    }
  });
}

Result<void> CommandAction::flush_all() {
  const auto families = started_families(is_started | has_bans);
  if (families.empty()) {
    return {};
  }
  return execute("actionflush", "flushing", families, [this](const Family& each, bool good) {
    if (good && state_of(each) != 0) {
      set_state(each, static_cast<std::uint8_t>(state_of(each) & ~has_bans));
    }
  });
}

// --- what belongs to a ticket ------------------------------------------------------------------

/// The command with its values; where it fails, the environment is looked at and it is tried once
/// more.
Result<bool> CommandAction::process(const std::string& command, const Values& values) {
  for (bool again = false;; again = true) {
    if (again && !properties_.raw("actioncheck").empty()) {
      const bool unban = command == "actionunban";
      const auto before = [&] {
        if (unban && !properties_.is_true("actionrepair_on_unban")) {
          say(Level::error, of_action, "Invariant check failed. Unban is impossible.");
          return false;
        }
        return true;
      };
      SPRANGA_TRY(const auto sanity, invariant(values.family, before, !unban));
      if (sanity != Sanity::sane) {
        return false;
      }
    }
    SPRANGA_TRY(const auto text, properties_.command(command, values.family));
    const bool good = run(with_values(
        text, values, [this](std::string_view tag) { return properties_.additional(tag); }));
    if (good || again) {
      return good;
    }
  }
}

Result<CommandAction::Sanity> CommandAction::invariant(const Family& family,
                                                       const BeforeRepair& before,
                                                       bool force_start) {
  const bool has_family = family != guard::actions::no_family;
  const bool known =
      std::ranges::find(started_, family, &Started::value_type::first) != started_.end();
  if (!force_start && has_family && !known) {
    return Sanity::sane;
  }
  SPRANGA_TRY(const auto check, operation("actioncheck", family));
  if (run({check, {}})) {
    return Sanity::sane;
  }
  if (before && !before()) {
    return Sanity::left_broken;
  }
  say(Level::error, of_action, "Invariant check failed. Trying to restore a sane environment");
  rebuilt_ = true;
  return repaired(family, check, force_start);
}

Result<CommandAction::Sanity> CommandAction::repaired(const Family& family,
                                                      const std::string& check,
                                                      bool force_start) {
  constexpr auto unable = "Unable to restore environment";
  SPRANGA_TRY(const auto repair, operation("actionrepair", family));
  if (!repair.empty()) {
    if (!run({repair, {}})) {
      set_state(family, 0);
      say(Level::critical, of_action, unable);
      return Sanity::beyond_repair;
    }
    set_state(family, is_started);
  } else {
    const bool has_family = family != guard::actions::no_family;
    const auto which = has_family ? std::optional(family) : std::nullopt;
    static_cast<void>(stop(which));  // it was broken anyway
    SPRANGA_CHECK(start(which, force_start || !properties_.starts_on_demand()));
  }
  if (state_of(family) != 0 && !run({check, {}})) {
    say(Level::critical, of_action, unable);
    return Sanity::beyond_repair;
  }
  return Sanity::sane;
}

Result<void> CommandAction::consistency(const BeforeRepair& before) {
  if (properties_.raw("actioncheck").empty()) {
    return {};
  }
  for (const auto& family : started_families(is_started)) {
    SPRANGA_TRY(const auto sanity, invariant(family, before, true));
    if (sanity == Sanity::beyond_repair) {
      set_state(family, 0);
      forget_executed("actionstart", family);
    }
  }
  return {};
}

Result<void> CommandAction::ban_with(const std::string& command, const Values& values) {
  const auto& family = values.family;
  if (properties_.starts_on_demand() && state_of(family) == 0) {
    const bool has_family = family != guard::actions::no_family;
    SPRANGA_CHECK(start(has_family ? std::optional(family) : std::nullopt, true));
  }
  SPRANGA_TRY(const bool good, process(command, values));
  if (!good) {
    return failed("Error banning " + shown_ip(values));
  }
  set_state(family, state_of(family) | is_started | has_bans);
  return {};
}

// --- the verbs -----------------------------------------------------------------------------------

Outcome CommandAction::start() {
  return outcome_of(start(std::nullopt, false), "start", nullptr);
}

Outcome CommandAction::stop() {
  return outcome_of(stop(std::nullopt), "stop", nullptr);
}

Outcome CommandAction::ban(const Values& values) {
  if (*values.tag("restored") == "1" && properties_.is_true("norestored")) {
    return Outcome::skipped;
  }
  return outcome_of(ban_with("actionban", values), "execute ban", &values);
}

Outcome CommandAction::reban(const Values& values) {
  const auto* const command = properties_.raw("actionreban").empty() ? "actionban" : "actionreban";
  return outcome_of(ban_with(command, values), "execute reban", &values);
}

Outcome CommandAction::prolong(const Values& values) {
  const bool restored = *values.tag("restored") == "1" && properties_.is_true("norestored");
  if (restored || is_blank(properties_.raw("actionprolong"))) {
    return Outcome::skipped;
  }
  auto done = [&]() -> Result<void> {
    SPRANGA_TRY(const bool good, process("actionprolong", values));
    return good ? Result<void>() : failed("Error prolonging " + shown_ip(values));
  };
  return outcome_of(done(), "execute ban", &values);
}

Outcome CommandAction::unban(const Values& values) {
  if ((state_of(values.family) & has_bans) == 0) {
    return Outcome::skipped;
  }
  auto done = [&]() -> Result<void> {
    SPRANGA_TRY(const bool good, process("actionunban", values));
    return good ? Result<void>() : failed("Error unbanning " + shown_ip(values));
  };
  return outcome_of(done(), "execute unban", &values);
}

Outcome CommandAction::flush(bool stopping) {
  if (properties_.raw("actionflush").empty()) {
    return Outcome::unban_each;
  }
  say(Level::notice, of_actions, "[" + around_.jail + "] Flush ticket(s) with " + name_);
  const auto done = flush_all();
  if (done) {
    return Outcome::done;
  }
  say(Level::error,
      of_actions,
      "Failed to flush bans in jail '" + around_.jail + "' action '" + name_ +
          "': " + done.error().detail);
  say(Level::info, of_actions, "No flush occurred, do consistency check");
  const auto checked = consistency([&] {
    if (stopping && !properties_.is_true("actionrepair_on_unban")) {
      say(Level::error, of_actions, "Invariant check failed. Flush is impossible.");
      return false;
    }
    return true;
  });
  static_cast<void>(outcome_of(checked, "check", nullptr));
  return Outcome::failed;
}

Outcome CommandAction::check() {
  return outcome_of(consistency({}), "check", nullptr);
}

Outcome CommandAction::reload(const ban::ActionSpec& spec) {
  name_ = spec.name;
  timeout_ = spec.timeout;
  properties_ = guard::actions::Properties(spec, around_.host_name, around_.ipv6);
  executed_.clear();
  return outcome_of(execute("actionreload", "reloading", {}, {}), "reload", nullptr);
}

}  // namespace spranga::action_runner
