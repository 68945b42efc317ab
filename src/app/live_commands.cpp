#include "app/live_commands.h"

#include <algorithm>
#include <functional>

#include <nlohmann/json.hpp>

#include "app/exit_code.h"
#include "app/live_guard.h"
#include "app/live_text.h"
#include "app/output.h"
#include "app/parse_arguments.h"
#include "guard/judge/network.h"
#include "text/ascii.h"
#include "text/duration.h"
#include "text/escape.h"

namespace spranga::app {

namespace {

using nlohmann::ordered_json;
using words::say;
using words::Word;

int complain(const Error& error) {
  tell(error.detail);
  return exit_incomplete;
}

struct BanSettings {
  LiveSettings live;
  std::string jail;
  bool all{false};
};

struct TopSettings {
  LiveSettings live;
  bool bans{false};
  std::string since{"24h"};
};

std::vector<Option> bind_ban(BanSettings& settings) {
  auto out = bind_live_options(settings.live);
  out.insert(out.begin(),
             {"--jail",
              "-j",
              Word::argument_jail,
              "",
              Word::option_ban_jail,
              Word::group_which,
              {},
              store(settings.jail)});
  return out;
}

std::vector<Option> bind_unban(BanSettings& settings) {
  auto out = bind_ban(settings);
  out.insert(out.begin(),
             {"--all",
              "",
              Word::none,
              "",
              Word::option_unban_all,
              Word::group_which,
              {},
              raise(settings.all)});
  return out;
}

std::vector<Option> bind_top(TopSettings& settings) {
  auto out = bind_live_options(settings.live);
  // clang-format off
  out.insert(out.begin(), {
      {"--bans", "", Word::none, "", Word::option_top_bans, Word::group_which, {}, raise(settings.bans)},
      {"--since", "", Word::argument_duration, "24h", Word::option_top_since, Word::group_which, {}, store(settings.since)},
  });
  // clang-format on
  return out;
}

/// Prints a guard's answer: as it is with --json, else as a person reads it.
int show(const LiveSettings& settings,
         const std::vector<std::string>& question,
         const std::function<std::string(const ordered_json&)>& to_text) {
  const auto answer = ask_guard(settings, question);
  if (!answer) {
    return complain(answer.error());
  }
  return print(settings.json ? answer->dump(2) + "\n" : to_text(*answer));
}

int no_more_arguments(const std::vector<std::string>& rest, const char* help) {
  return usage_error(say(Word::app_too_many_arguments, {rest.front()}), help);
}

int simple(std::span<const std::string> arguments,
           const char* verb,
           const std::function<std::string(const ordered_json&)>& to_text) {
  LiveSettings settings;
  const auto help = std::string("spranga help ") + verb;
  const auto rest = parse_arguments(bind_live_options(settings), arguments);
  if (!rest) {
    return usage_error(rest.error().detail, help);
  }
  return rest->empty() ? show(settings, {verb}, to_text) : no_more_arguments(*rest, help.c_str());
}

/// The one that is asked for; without --jail the one that shuts every port, else the only one there
/// is.
Result<std::string> jail_for(const BanSettings& settings) {
  const auto jails = ask_guard(settings.live, {"jails"});
  if (!jails && jails.error().code == Errc::not_found && !settings.jail.empty()) {
    return settings.jail;  // fail2ban will say whether there is such a one
  }
  if (!jails) {
    return Failure(jails.error());
  }
  std::vector<std::string> names;
  for (const auto& jail : *jails) {
    names.push_back(jail["name"].get<std::string>());
  }
  const auto wanted = !settings.jail.empty() ? settings.jail
                      : names.size() == 1    ? names.front()
                                             : "recidive";
  if (std::ranges::count(names, wanted) > 0) {
    return wanted;
  }
  const auto listed = text::enumerate(names);
  return fail(Errc::not_found,
              settings.jail.empty()
                  ? say(Word::live_which_jail, {listed})
                  : say(Word::live_no_such_jail, {text::escape(settings.jail), listed}));
}

/// Bans one; {"target", "state"}: "banned", "already", "never" with "why".
Result<ordered_json> ban_one(const LiveSettings& live,
                             const std::string& jail,
                             const std::string& target) {
  ordered_json out{{"target", target}, {"state", "banned"}};
  SPRANGA_TRY(const auto count, tell_guard(live, {"set", jail, "banip", target}));
  if (count != "0") {
    return out;
  }
  const auto reasons = ask_guard(live, {"why", target});
  const auto never = reasons ? reasons->value("never", "") : "";
  out["state"] = never.empty() ? "already" : "never";
  if (!never.empty()) {
    out["why"] = never;
  }
  return out;
}

std::string sentence(const ordered_json& ban, const std::string& jail) {
  const auto target = ban["target"].get<std::string>();
  return ban["state"] == "never"
             ? say(Word::live_why_never, {target, ban["why"].get<std::string>()})
             : say(ban["state"] == "banned" ? Word::live_banned : Word::live_banned_before,
                   {target, jail});
}

Result<void> check_targets(const std::vector<std::string>& targets) {
  for (const auto& target : targets) {
    if (!guard::Network::parse(target)) {
      return fail(Errc::malformed, say(Word::why_no_address, {target}));
    }
  }
  return {};
}

}  // namespace

std::vector<Option> live_command_options() {
  static LiveSettings unused;
  return bind_live_options(unused);
}

std::vector<Option> ban_command_options() {
  static BanSettings unused;
  return bind_ban(unused);
}

std::vector<Option> unban_command_options() {
  static BanSettings unused;
  return bind_unban(unused);
}

std::vector<Option> top_command_options() {
  static TopSettings unused;
  return bind_top(unused);
}

int status_command(std::span<const std::string> arguments) {
  return simple(arguments, "status", status_text);
}

int jails_command(std::span<const std::string> arguments) {
  return simple(arguments, "jails", jails_text);
}

int top_command(std::span<const std::string> arguments) {
  TopSettings settings;
  const auto rest = parse_arguments(bind_top(settings), arguments);
  if (!rest) {
    return usage_error(rest.error().detail, "spranga help top");
  }
  if (!rest->empty()) {
    return no_more_arguments(*rest, "spranga help top");
  }
  const auto span = text::parse_duration(settings.since);
  if (!span) {
    return usage_error(say(Word::live_no_duration, {settings.since}), "spranga help top");
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*span).count();
  return show(settings.live,
              {"top", settings.bans ? "bans" : "failures", std::to_string(seconds)},
              top_text);
}

int ban_command(std::span<const std::string> arguments) {
  BanSettings settings;
  const auto rest = parse_arguments(bind_ban(settings), arguments);
  if (!rest || rest->empty()) {
    return usage_error(rest ? say(Word::live_needs_address) : rest.error().detail,
                       "spranga help ban");
  }
  if (const auto good = check_targets(*rest); !good) {
    return usage_error(good.error().detail, "spranga help ban");
  }
  const auto jail = jail_for(settings);
  if (!jail) {
    return complain(jail.error());
  }
  auto bans = ordered_json::array();
  std::string text;
  bool all_banned = true;
  for (const auto& target : *rest) {
    const auto done = ban_one(settings.live, *jail, target);
    if (!done) {
      return complain(done.error());
    }
    bans.push_back(*done);
    text += sentence(*done, *jail) + "\n";
    all_banned = all_banned && (*done)["state"] != "never";
  }
  const int printed = print(
      settings.live.json ? ordered_json{{"jail", *jail}, {"bans", bans}}.dump(2) + "\n" : text);
  return all_banned ? printed : exit_incomplete;
}

int unban_command(std::span<const std::string> arguments) {
  BanSettings settings;
  const auto rest = parse_arguments(bind_unban(settings), arguments);
  if (!rest || (rest->empty() && !settings.all)) {
    return usage_error(rest ? say(Word::live_needs_address) : rest.error().detail,
                       "spranga help unban");
  }
  if (const auto good = check_targets(*rest); !good) {
    return usage_error(good.error().detail, "spranga help unban");
  }
  std::vector<std::string> command{"unban"};
  if (!settings.jail.empty()) {
    const auto jail = jail_for(settings);
    if (!jail) {
      return complain(jail.error());
    }
    command = {"set", *jail, "unbanip"};
  }
  if (settings.all) {
    command.emplace_back("--all");
  }
  command.insert(command.end(), rest->begin(), rest->end());
  const auto done = tell_guard(settings.live, command);
  if (!done) {
    return complain(done.error());
  }
  return print(
      settings.live.json
          ? ordered_json{{"unbanned", ordered_json::parse(*done, nullptr, false)}}.dump(2) + "\n"
          : say(Word::live_unbanned, {*done}) + "\n");
}

int reload_command(std::span<const std::string> arguments) {
  LiveSettings settings;
  const auto rest = parse_arguments(bind_live_options(settings), arguments);
  if (!rest) {
    return usage_error(rest.error().detail, "spranga help reload");
  }
  if (!rest->empty()) {
    return no_more_arguments(*rest, "spranga help reload");
  }
  const auto done = ask_guard(settings, {"reload"});
  if (!done) {
    return complain(done.error());
  }
  const auto errors = done->value("errors", std::vector<std::string>());
  for (const auto& error : errors) {
    tell(error);
  }
  const int printed = print(settings.json ? done->dump(2) + "\n" : say(Word::live_reloaded) + "\n");
  return errors.empty() ? printed : exit_incomplete;
}

int why_live(const LiveSettings& settings, const std::string& address) {
  return show(settings, {"why", address}, why_text);
}

}  // namespace spranga::app
