#include "action_runner/command_action.h"

#include "text/escape.h"
#include "text/python_repr.h"

namespace spranga::action_runner {

namespace {

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
    : environment_(spec, around, shell, log), around_(around), log_(log) {}

void CommandAction::say(Level level, std::string_view logger, std::string text) const {
  log_({level, std::string(logger), std::move(text)});
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
  auto text = "Failed to " + std::string(what) + " jail '" + around_.jail + "' action '" +
              environment_.name() + "'";
  text += values == nullptr ? "" : " info '" + info(*values) + "'";
  say(Level::error, of_actions, text + ": " + done.error().detail);
  return Outcome::failed;
}

/// The command with its values; where it fails, the environment is looked at and it is tried once
/// more.
Result<bool> CommandAction::process(const std::string& command, const Values& values) {
  for (bool again = false;; again = true) {
    if (again && !environment_.properties().raw("actioncheck").empty()) {
      const bool unban = command == "actionunban";
      const auto before = [&] {
        if (unban && !environment_.properties().is_true("actionrepair_on_unban")) {
          say(Level::error, of_action, "Invariant check failed. Unban is impossible.");
          return false;
        }
        return true;
      };
      SPRANGA_TRY(const auto sanity, environment_.invariant(values.family, before, !unban));
      if (sanity != Environment::Sanity::sane) {
        return false;
      }
    }
    SPRANGA_TRY(const auto text, environment_.properties().command(command, values.family));
    const bool good = environment_.run_with(text, values);
    if (good || again) {
      return good;
    }
  }
}

Result<void> CommandAction::ban_with(const std::string& command, const Values& values) {
  const auto& family = values.family;
  if (environment_.properties().starts_on_demand() &&
      environment_.families().state_of(family) == 0) {
    const bool has_family = family != guard::actions::no_family;
    SPRANGA_CHECK(environment_.start(has_family ? std::optional(family) : std::nullopt, true));
  }
  SPRANGA_TRY(const bool good, process(command, values));
  if (!good) {
    return failed("Error banning " + shown_ip(values));
  }
  environment_.families().note_ban(family);
  return {};
}

Outcome CommandAction::start() {
  return outcome_of(environment_.start(std::nullopt, false), "start", nullptr);
}

Outcome CommandAction::stop() {
  return outcome_of(environment_.stop(std::nullopt), "stop", nullptr);
}

Outcome CommandAction::ban(const Values& values) {
  if (*values.tag("restored") == "1" && environment_.properties().is_true("norestored")) {
    return Outcome::skipped;
  }
  return outcome_of(ban_with("actionban", values), "execute ban", &values);
}

Outcome CommandAction::reban(const Values& values) {
  const auto* const command =
      environment_.properties().raw("actionreban").empty() ? "actionban" : "actionreban";
  return outcome_of(ban_with(command, values), "execute reban", &values);
}

Outcome CommandAction::prolong(const Values& values) {
  const bool restored =
      *values.tag("restored") == "1" && environment_.properties().is_true("norestored");
  if (restored || is_blank(environment_.properties().raw("actionprolong"))) {
    return Outcome::skipped;
  }
  auto done = [&]() -> Result<void> {
    SPRANGA_TRY(const bool good, process("actionprolong", values));
    return good ? Result<void>() : failed("Error prolonging " + shown_ip(values));
  };
  return outcome_of(done(), "execute ban", &values);
}

Outcome CommandAction::unban(const Values& values) {
  if (!environment_.families().holds_bans(values.family)) {
    return Outcome::skipped;
  }
  auto done = [&]() -> Result<void> {
    SPRANGA_TRY(const bool good, process("actionunban", values));
    return good ? Result<void>() : failed("Error unbanning " + shown_ip(values));
  };
  return outcome_of(done(), "execute unban", &values);
}

Outcome CommandAction::flush(bool stopping) {
  if (environment_.properties().raw("actionflush").empty()) {
    return Outcome::unban_each;
  }
  const auto done = environment_.flush();  // whoever asks for it has said so in the log
  if (done) {
    return Outcome::done;
  }
  say(Level::error,
      of_actions,
      "Failed to flush bans in jail '" + around_.jail + "' action '" + environment_.name() +
          "': " + done.error().detail);
  say(Level::info, of_actions, "No flush occurred, do consistency check");
  const auto checked = environment_.consistency([&] {
    if (stopping && !environment_.properties().is_true("actionrepair_on_unban")) {
      say(Level::error, of_actions, "Invariant check failed. Flush is impossible.");
      return false;
    }
    return true;
  });
  static_cast<void>(outcome_of(checked, "check", nullptr));
  return Outcome::failed;
}

Outcome CommandAction::check() {
  return outcome_of(environment_.consistency({}), "check", nullptr);
}

Outcome CommandAction::reload(const ban::ActionSpec& spec) {
  return outcome_of(environment_.reload(spec), "reload", nullptr);
}

}  // namespace spranga::action_runner
