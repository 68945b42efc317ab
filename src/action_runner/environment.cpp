#include "action_runner/environment.h"

#include "text/python_repr.h"

namespace spranga::action_runner {

Environment::Environment(const ban::ActionSpec& spec,
                         const Surroundings& around,
                         Shell& shell,
                         const Log& log)
    : name_(spec.name),
      timeout_(spec.timeout),
      properties_(spec, around.host_name, around.ipv6),
      around_(around),
      shell_(shell),
      log_(log) {}

void Environment::say(Level level, std::string text) const {
  log_({level, "CommandAction", std::move(text)});
}

bool Environment::run(const Command& command) {
  if (command.text.empty()) {
    return true;
  }
  const auto ran = shell_.run(command, timeout_);
  exit_code_ = ran.exit_code;
  return ran.good;
}

bool Environment::run_with(const std::string& text, const Values& values) {
  return run(with_values(
      text, values, [this](std::string_view tag) { return properties_.additional(tag); }));
}

Result<void> Environment::reload(const ban::ActionSpec& spec) {
  name_ = spec.name;
  timeout_ = spec.timeout;
  properties_ = guard::actions::Properties(spec, around_.host_name, around_.ipv6);
  executed_.clear();
  return execute("actionreload", "reloading", {}, {});
}

/// A command with everything filled in but the moment.
Result<std::string> Environment::operation(const std::string& command, const Family& family) {
  SPRANGA_TRY(auto text, properties_.command(command, family));
  if (family.empty() || family == guard::actions::no_family ||
      text.find('<') == std::string::npos) {
    return text;
  }
  return with_family(
      text, family, [this](std::string_view tag) { return properties_.additional(tag); });
}

/// Runs it for a family, unless the same was run for another one. True: it is as if it had run.
Result<bool> Environment::execute_one(const std::string& command, const Family& family) {
  SPRANGA_TRY(const auto text, operation(command, family));
  const bool done = executed_.ran_for_another(command, family, text);
  bool good = true;
  if (!text.empty() && !done) {
    const auto values = empty_values(family, around_.now(), around_.bantime);
    good = run_with(text, values);
  }
  if (good && !text.empty()) {
    executed_.note(command, family, text);
  }
  return good;
}

Result<void> Environment::execute(const std::string& command,
                                  std::string_view doing,
                                  const Families& families,
                                  const After& after) {
  std::string error;
  for (const auto& family :
       families.empty() ? families_.with(StartedFamilies::is_started) : families) {
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
      executed_.forget(command, family);
    }
  }
  if (error.empty()) {
    return {};
  }
  return fail(Errc::io,
              "Error " + std::string(doing) + " action Jail('" + around_.jail + "')/" + name_ +
                  ": " + error);
}

Result<void> Environment::start(const std::optional<Family>& family, bool force) {
  if (properties_.starts_on_demand() && !force) {
    return {};
  }
  const auto families = family ? Families{*family} : properties_.families();
  return execute("actionstart", "starting", families, [this](const Family& each, bool good) {
    if (good) {
      executed_.forget("actionstop", each);
      families_.set_state(each, StartedFamilies::is_started);
    }
  });
}

Result<void> Environment::stop(const std::optional<Family>& family) {
  Families families;
  if (!family) {
    families = families_.with(StartedFamilies::is_started);
    if (families.empty()) {
      return {};
    }
    families_.clear();
  } else {
    if (!families_.knows(*family)) {
      return {};
    }
    families_.set_state(*family, 0);
    families = {*family};
  }
  return execute("actionstop", "stopping", families, [this](const Family& each, bool good) {
    if (good) {
      executed_.forget("actionstart", each);
    }
  });
}

Result<void> Environment::flush() {
  const auto families = families_.with(StartedFamilies::is_started | StartedFamilies::has_bans);
  if (families.empty()) {
    return {};
  }
  return execute("actionflush", "flushing", families, [this](const Family& each, bool good) {
    if (good && families_.state_of(each) != 0) {
      families_.set_state(
          each, static_cast<std::uint8_t>(families_.state_of(each) & ~StartedFamilies::has_bans));
    }
  });
}

Result<Environment::Sanity> Environment::invariant(const Family& family,
                                                   const BeforeRepair& before,
                                                   bool force_start) {
  const bool has_family = family != guard::actions::no_family;
  if (!force_start && has_family && !families_.knows(family)) {
    return Sanity::sane;
  }
  SPRANGA_TRY(const auto check, operation("actioncheck", family));
  if (run({check, {}})) {
    return Sanity::sane;
  }
  if (before && !before()) {
    return Sanity::left_broken;
  }
  say(Level::error, "Invariant check failed. Trying to restore a sane environment");
  rebuilt_ = true;
  return repaired(family, check, force_start);
}

Result<Environment::Sanity> Environment::repaired(const Family& family,
                                                  const std::string& check,
                                                  bool force_start) {
  constexpr auto unable = "Unable to restore environment";
  SPRANGA_TRY(const auto repair, operation("actionrepair", family));
  if (!repair.empty()) {
    if (!run({repair, {}})) {
      families_.set_state(family, 0);
      say(Level::critical, unable);
      return Sanity::beyond_repair;
    }
    families_.set_state(family, StartedFamilies::is_started);
  } else {
    const bool has_family = family != guard::actions::no_family;
    const auto which = has_family ? std::optional(family) : std::nullopt;
    static_cast<void>(stop(which));  // it was broken anyway
    SPRANGA_CHECK(start(which, force_start || !properties_.starts_on_demand()));
  }
  if (families_.state_of(family) != 0 && !run({check, {}})) {
    say(Level::critical, unable);
    return Sanity::beyond_repair;
  }
  return Sanity::sane;
}

Result<void> Environment::consistency(const BeforeRepair& before) {
  if (properties_.raw("actioncheck").empty()) {
    return {};
  }
  for (const auto& family : families_.with(StartedFamilies::is_started)) {
    SPRANGA_TRY(const auto sanity, invariant(family, before, true));
    if (sanity == Sanity::beyond_repair) {
      families_.set_state(family, 0);
      executed_.forget("actionstart", family);
    }
  }
  return {};
}

}  // namespace spranga::action_runner
